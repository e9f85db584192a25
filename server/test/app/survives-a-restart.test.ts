// "Is everything still there after a restart?" Stopped by an operator and started again on the same folder.
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { io, type Socket } from 'socket.io-client'
import type { Journey } from '../../src/contract/journey.ts'
import type { Topology } from '../../src/contract/topology.ts'
import type { Trace } from '../../src/contract/traces.ts'
import { freshDatabase, getJson, startServer, waitFor, type ServerProcess } from './server-process.ts'
import { Shop, type Order } from './shop.ts'

let dataDir: string
let server: ServerProcess
let order: Order
let page: Socket
/** What an open page was answered, each time that it was connected. */
const told: number[] = []
const database = freshDatabase()

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'hopscope-restart-'))
  // Sealed by hand only: what was acknowledged is in an open segment when the stop comes.
  const first = await startServer({ dataDir, env: { JOURNAL_SEAL_MS: '60000', CLICKHOUSE_DATABASE: database } })
  const shop = new Shop(first.grpcUrl)
  order = shop.place('7001')
  await shop.flush()
  await shop.close()
  page = io(first.url, { transports: ['websocket'], forceNew: true, reconnectionDelay: 100, reconnectionDelayMax: 500 })
  page.on('connect', async () => {
    const answer = await page.emitWithAck('subscribe', { view: 'overview', args: { env: 'prod' } })
    told.push(answer.seq)
  })
  await waitFor(() => told.length === 1)
  expect(await first.stop()).toBe(0)
  const { port } = new URL(first.url)
  server = await startServer({ dataDir, env: { CLICKHOUSE_DATABASE: database, HTTP_PORT: port } })
})
afterAll(async () => {
  page.disconnect()
  await server.stop()
  await rm(dataDir, { recursive: true, force: true })
})

it('keeps every acknowledged span, once', async () => {
  const trace = await waitFor(async () => {
    const { status, body } = await getJson<Trace>(`${server.url}/api/v1/traces/${order.traceId}`)
    return status === 200 && body
  })
  expect(trace.total).toBe(6)
})

it('still tells the journey and draws the map', async () => {
  const journey = await getJson<Journey>(`${server.url}/api/v1/journey?q=order.id%3D7001`)
  expect(journey.body.hops.length).toBeGreaterThan(3)
  const { edges } = (await getJson<Topology>(`${server.url}/api/v1/topology?env=prod`)).body
  expect(edges.map(({ via }) => via)).toEqual(expect.arrayContaining(['publish', 'consume', 'db']))
})

it('is asked again by a page that was open all the time', async () => {
  await waitFor(() => told.length === 2)
  expect(told).toEqual([expect.any(Number), expect.any(Number)])
})
