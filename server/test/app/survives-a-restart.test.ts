// "Is everything still there after a restart?" Stopped by an operator and started again on the same folder.
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Journey } from '../../src/contract/journey.ts'
import type { Topology } from '../../src/contract/topology.ts'
import type { Trace } from '../../src/contract/traces.ts'
import { freshDatabase, getJson, startServer, waitFor, type ServerProcess } from './server-process.ts'
import { Shop, type Order } from './shop.ts'

let dataDir: string
let server: ServerProcess
let order: Order
const database = freshDatabase()

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'hopscope-restart-'))
  // Sealed by hand only: what was acknowledged is in an open segment when the stop comes.
  const first = await startServer({ dataDir, env: { JOURNAL_SEAL_MS: '60000', CLICKHOUSE_DATABASE: database } })
  const shop = new Shop(first.grpcUrl)
  order = shop.place('7001')
  await shop.flush()
  await shop.close()
  expect(await first.stop()).toBe(0)
  server = await startServer({ dataDir, env: { CLICKHOUSE_DATABASE: database } })
})
afterAll(async () => {
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
