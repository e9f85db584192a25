// The promise behind every other one: what was acknowledged is stored exactly once, in the spans table and in the counts of every
// view, although the server is killed while it takes load, and although the client sends again what was not answered.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, credentials } from '@grpc/grpc-js'
import { afterAll, describe, expect, it } from '@jest/globals'
import { loadConfig } from '../../src/config.ts'
import { openStore, type Store } from '../../src/store/clickhouse.ts'
import { startServer, type ServerProcess } from '../app/server-process.ts'
import { startFront, type Front } from '../store/transports.ts'
import { errorsPerRequest, keyedPerRequest, orderRequest, positionedPerRequest, spansPerRequest } from './requests.ts'

const kills = 6
const msBetweenKills = 1200
const senders = 4
/** No sender goes on for longer than this after the last kill, so that a server that never comes back fails the test. */
const patienceMs = 60_000

type Export = (bytes: Buffer) => Promise<void>

/** The server that runs now; every start has ports of its own. */
interface Running {
  server: ServerProcess
}

interface Sent {
  /** Orders whose request was acknowledged, and those whose request was given up after its first failure. */
  acked: Set<string>
  givenUp: Set<string>
}

/** Sends until told to stop. A request that fails is sent again, byte by byte the same, unless this sender gives up at once. */
async function sendOrders(first: number, exportOnce: Export, state: { stop: boolean }, givesUp: boolean, sent: Sent) {
  for (let order = first; !state.stop; order += senders) {
    const bytes = orderRequest(String(order))
    const untilMs = Date.now() + patienceMs
    for (;;) {
      try {
        await exportOnce(bytes)
        sent.acked.add(String(order))
        break
      } catch (error) {
        if (givesUp) {
          sent.givenUp.add(String(order))
          break
        }
        if (Date.now() > untilMs) throw error
      }
      await new Promise((done) => setTimeout(done, 20))
    }
    // About 100 requests a second from each sender leave the two cores to the server that starts again and again.
    await new Promise((done) => setTimeout(done, 10))
  }
}

const path = '/opentelemetry.proto.collector.trace.v1.TraceService/Export'
const same = (bytes: Buffer) => bytes

function overGrpc(running: Running): Export & { close(): void } {
  const clients = new Map<string, Client>()
  const clientOf = (url: string) => {
    const client = clients.get(url) ?? new Client(url.replace('http://', ''), credentials.createInsecure())
    clients.set(url, client)
    return client
  }
  const send = (bytes: Buffer) =>
    new Promise<void>((done, failed) => {
      const deadline = Date.now() + 5000
      clientOf(running.server.grpcUrl).makeUnaryRequest(path, same, same, bytes, { deadline }, (error) =>
        error ? failed(error) : done(),
      )
    })
  return Object.assign(send, { close: () => clients.forEach((client) => client.close()) })
}

function overHttp(running: Running): Export {
  return async (body) => {
    const answer = await fetch(`${running.server.otlpUrl}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf' },
      body: new Uint8Array(body),
      signal: AbortSignal.timeout(5000),
    })
    if (answer.status !== 200) throw new Error(`HTTP ${answer.status}`)
  }
}

/** What each table says about each order, and the sums of the rollups. */
async function countsOf(store: Store) {
  const one = async (sql: string) => Number((await store.rows<{ n: string }>(sql))[0]?.n)
  const orders = await store.rows<{ order: string; n: string; ids: string }>(
    `SELECT attrs['order.id'] AS order, count() AS n, uniqExact(span_id) AS ids FROM spans
     WHERE service = 'kill-test' AND has(mapKeys(attrs), 'order.id') GROUP BY order`,
  )
  return {
    orders: new Map(orders.map((row) => [row.order, { n: Number(row.n), ids: Number(row.ids) }])),
    spans: await one(`SELECT count() AS n FROM spans WHERE service = 'kill-test'`),
    traceIndex: await one(`SELECT sum(spans) AS n FROM trace_index WHERE has(services, 'kill-test')`),
    traceErrors: await one(`SELECT sum(errors) AS n FROM trace_index WHERE has(services, 'kill-test')`),
    keys: await one(`SELECT count() AS n FROM key_index WHERE name = 'order.id' AND service = 'kill-test'`),
    positions: await one(`SELECT count() AS n FROM key_index WHERE name = '@position' AND service = 'kill-test'`),
    hops: await one(`SELECT sum(spans) AS n FROM hops_10s WHERE service = 'kill-test'`),
    operations: await one(`SELECT sum(spans) AS n FROM operations_10s WHERE service = 'kill-test'`),
    latencies: await one(`SELECT arraySum(sumMap(latency).2) AS n FROM operations_10s WHERE service = 'kill-test'`),
    hours: await one(`SELECT sum(spans) AS n FROM operations_1h WHERE service = 'kill-test'`),
  }
}

describe.each(['embedded', 'over HTTP'] as const)('killed with SIGKILL while it takes load, store %s', (transport) => {
  const dir = mkdtempSync(join(tmpdir(), 'hopscope-kill-'))
  let front: Front | undefined
  let running: Running | undefined
  afterAll(async () => {
    await running?.server.stop()
    await front?.stop()
    rmSync(dir, { recursive: true, force: true })
  })

  it('has every acknowledged span exactly once, in every table', async () => {
    if (transport === 'over HTTP') front = await startFront(join(dir, 'front'))
    const env: Record<string, string> = front ? { CLICKHOUSE_URL: front.url } : {}
    const start = () => startServer({ dataDir: dir, env })
    const now = (running = { server: await start() })
    const state = { stop: false }
    const sent: Sent = { acked: new Set(), givenUp: new Set() }
    const grpc = overGrpc(now)
    const http = overHttp(now)
    const sending = Promise.all([
      sendOrders(0, grpc, state, false, sent),
      sendOrders(1, http, state, false, sent),
      sendOrders(2, grpc, state, false, sent),
      sendOrders(3, http, state, true, sent),
    ])
    for (let kill = 0; kill < kills; kill++) {
      await new Promise((done) => setTimeout(done, msBetweenKills))
      await now.server.kill()
      now.server = await start()
    }
    await new Promise((done) => setTimeout(done, msBetweenKills))
    state.stop = true
    await sending
    grpc.close()
    // A stop that is asked for seals the journal and inserts what waits in it; then the tables can be opened from here.
    await now.server.stop()
    running = undefined

    const store = await openStore(loadConfig({ ...env, DATA_DIR: dir }))
    try {
      const counts = await countsOf(store)
      const wrong = [...sent.acked].filter((order) => {
        const found = counts.orders.get(order)
        return found?.n !== keyedPerRequest || found.ids !== keyedPerRequest
      })
      expect(wrong).toEqual([])
      // A request that was given up is there whole or not at all; nothing else is there.
      const others = [...counts.orders].filter(([order]) => !sent.acked.has(order))
      expect(others.filter(([order, found]) => !sent.givenUp.has(order) || found.n !== keyedPerRequest)).toEqual([])
      const requests = sent.acked.size + others.length
      expect(sent.acked.size).toBeGreaterThan(kills * 10)
      expect(counts).toMatchObject({
        spans: requests * spansPerRequest,
        traceIndex: requests * spansPerRequest,
        traceErrors: requests * errorsPerRequest,
        keys: requests * keyedPerRequest,
        positions: requests * positionedPerRequest,
        hops: requests * positionedPerRequest,
        operations: requests * spansPerRequest,
        latencies: requests * spansPerRequest,
        hours: requests * spansPerRequest,
      })
    } finally {
      await store.close()
    }
  }, 240_000)
})
