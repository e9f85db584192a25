// "What if the store is away for longer than the journal has room?" Senders are told to come again, by both protocols, in the words
// of OTLP; questions say that the store is away; and when it is back, everything acknowledged is there, once.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, credentials, status as grpcStatus, type ServiceError } from '@grpc/grpc-js'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import type { Problem } from '../../src/contract/live.ts'
import type { Status } from '../../src/contract/status.ts'
import { orderRequest, spansPerRequest } from '../kill/requests.ts'
import { startFront, type Front } from '../store/transports.ts'
import { getJson, startServer, waitFor, type ServerProcess } from './server-process.ts'

const bytesMax = 1024 * 1024
/** Far more than fit: a server that never refuses fails the test instead of running for ever. */
const requestsMax = 2000
const dir = mkdtempSync(join(tmpdir(), 'hopscope-away-'))

let front: Front
/** The store comes back where it was. */
let port: string
let server: ServerProcess
let grpc: Client
/** Requests that were answered with success, and those that were told to come again. */
const acknowledged: string[] = []
const refused = { http: [] as string[], grpc: [] as string[] }
let next = 1

beforeAll(async () => {
  front = await startFront(join(dir, 'front'))
  port = new URL(front.url).port
  server = await startServer({ env: { CLICKHOUSE_URL: front.url, JOURNAL_BYTES_MAX: String(bytesMax) } })
  grpc = new Client(server.grpcUrl.replace('http://', ''), credentials.createInsecure())
})
afterAll(async () => {
  grpc.close()
  await server.stop()
  await front.stop()
  rmSync(dir, { recursive: true, force: true })
})

const sendHttp = (bytes: Buffer) =>
  fetch(`${server.otlpUrl}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf' },
    body: new Uint8Array(bytes),
  })
const path = '/opentelemetry.proto.collector.trace.v1.TraceService/Export'
const same = (bytes: Buffer) => bytes
/** Undefined when it was taken. */
const sendGrpc = (bytes: Buffer) =>
  new Promise<ServiceError | undefined>((done) => {
    grpc.makeUnaryRequest(path, same, same, bytes, { deadline: Date.now() + 10_000 }, (error) =>
      done(error ?? undefined),
    )
  })
const status = async () => (await getJson<Status>(`${server.url}/api/v1/status`)).body
const metric = async (name: string) => {
  const text = await (await fetch(`${server.url}/metrics`)).text()
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1])
}
const bodies = new Map<string, Buffer>()
function nextRequest(): { order: string; bytes: Buffer } {
  const order = String(next++)
  const bytes = orderRequest(order)
  bodies.set(order, bytes)
  return { order, bytes }
}

it('takes telemetry while the store is there', async () => {
  const { order, bytes } = nextRequest()
  expect((await sendHttp(bytes)).status).toBe(200)
  acknowledged.push(order)
  await waitFor(async () => (await status()).storage.tables.some(({ name, rows }) => name === 'spans' && rows > 0))
})

it('takes it also while the store is away, until the journal is full, and then says when to come again', async () => {
  await front.stop()
  let answer: Response | undefined
  while (answer === undefined && next < requestsMax) {
    const { order, bytes } = nextRequest()
    const response = await sendHttp(bytes)
    if (response.status === 200) acknowledged.push(order)
    else answer = response
    if (answer !== undefined) refused.http.push(order)
  }
  expect(answer?.status).toBe(429)
  expect(Number(answer?.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(acknowledged.length).toBeGreaterThan(10)

  const { order, bytes } = nextRequest()
  const error = await sendGrpc(bytes)
  refused.grpc.push(order)
  expect(error?.code).toBe(grpcStatus.UNAVAILABLE)
  // RetryInfo: when to come again.
  expect(error?.metadata.get('grpc-status-details-bin')).toHaveLength(1)
})

it('stays in its bounds however often it is asked', async () => {
  const before = await metric('process_resident_memory_bytes')
  for (let times = 0; times < 300; times++) expect((await sendHttp(bodies.get(refused.http[0]!)!)).status).toBe(429)
  expect(await metric('hopscope_journal_bytes')).toBeLessThanOrEqual(bytesMax)
  expect((await metric('process_resident_memory_bytes')) - before).toBeLessThan(256 * 1024 * 1024)
  expect(await metric('hopscope_accepted_total{signal="spans"}')).toBe(acknowledged.length * spansPerRequest)
})

it('tells those who ask that the store is away, and is alive but not ready', async () => {
  const asked = await getJson<Problem>(`${server.url}/api/v1/traces`)
  expect(asked).toMatchObject({ status: 503, body: { title: 'The store does not answer', todo: expect.any(String) } })
  expect((await getJson(`${server.url}/healthz`)).status).toBe(200)
  const ready = await getJson<Problem>(`${server.url}/readyz`)
  expect(ready).toMatchObject({
    status: 503,
    body: { detail: expect.stringMatching(/store: does not answer; inserts: stopped since.*; journal: full/) },
  })
})

it('takes what it has refused when the store is back, and has everything once', async () => {
  front = await startFront(join(dir, 'front'), port)
  for (const order of refused.http) {
    await waitFor(async () => (await sendHttp(bodies.get(order)!)).status === 200, 90_000)
    acknowledged.push(order)
  }
  for (const order of refused.grpc) {
    await waitFor(async () => (await sendGrpc(bodies.get(order)!)) === undefined, 90_000)
    acknowledged.push(order)
  }
  await waitFor(async () => (await status()).journal.segments === 0 && (await metric('hopscope_journal_bytes')) === 0)
  const rows = await waitFor(async () => {
    const spans = (await status()).storage.tables.find(({ name }) => name === 'spans')?.rows
    return spans !== undefined && spans >= acknowledged.length * spansPerRequest && spans
  })
  expect(rows).toBe(acknowledged.length * spansPerRequest)
  expect((await getJson(`${server.url}/readyz`)).status).toBe(200)
  for (const order of [acknowledged[0], acknowledged.at(-1)]) {
    const journey = await getJson<{ hops: unknown[] }>(`${server.url}/api/v1/journey?q=order.id%3D${order}`)
    expect(journey.status).toBe(200)
  }
})
