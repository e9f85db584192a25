// The two OTLP servers as clients meet them: real exporters, real sockets, free ports. Behind them stands the list intake of
// requests.ts, so that what was taken can be looked at.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import * as grpc from '@grpc/grpc-js'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc'
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-node'
import { SpanKind } from '@opentelemetry/api'
import { loadConfig } from '../../src/config.ts'
import { Meters } from '../../src/receive/meters.ts'
import { startReceive, type Receive } from '../../src/receive/start.ts'
import { ListIntake, protobuf, span, testRules, traces } from './requests.ts'

const nowUs = (): number => Date.now() * 1000
const startTimeUnixNano = (): string => `${Date.now()}000000`
let intake: ListIntake
let meters: Meters
let receive: Receive
let url: string

async function start(env: Record<string, string> = {}): Promise<void> {
  intake = new ListIntake()
  meters = new Meters()
  const config = loadConfig({
    OTLP_GRPC_PORT: '0',
    OTLP_HTTP_PORT: '0',
    OTLP_BODY_BYTES_MAX: String(2 * 1024 * 1024),
    OTLP_CORS_ORIGINS: 'https://shop.example',
    ...env,
  })
  receive = await startReceive({ config, intake, meters, rules: testRules(), now: nowUs })
  url = `http://127.0.0.1:${receive.httpPort}`
}
beforeEach(() => start())
afterEach(() => receive.close())

/** A span as the SDK makes it. */
function realSpans(): ReadableSpan[] {
  const memory = new InMemorySpanExporter()
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'orders', 'deployment.environment.name': 'prod' }),
    spanProcessors: [new SimpleSpanProcessor(memory)],
  })
  const tracer = provider.getTracer('shop')
  const parent = tracer.startSpan('POST /orders', { kind: SpanKind.SERVER, attributes: { 'order.id': '8123' } })
  const child = tracer.startSpan('publish orders', {
    kind: SpanKind.PRODUCER,
    links: [{ context: parent.spanContext() }],
    attributes: { 'messaging.system': 'kafka', 'messaging.destination.name': 'orders' },
  })
  child.recordException(new Error('no broker'))
  child.setStatus({ code: 2, message: 'no broker' })
  child.end()
  parent.end()
  return memory.getFinishedSpans()
}
const expected = [
  expect.objectContaining({
    service: 'orders',
    env: 'prod',
    name: 'publish orders',
    kind: 4,
    operation: 2,
    topic: 'orders',
    status: 2,
  }),
  expect.objectContaining({
    service: 'orders',
    name: 'POST /orders',
    kind: 2,
    'keys.name': ['order.id'],
    'keys.value': ['8123'],
  }),
]

const post = (body: Buffer | string, headers: Record<string, string> = {}, path = '/v1/traces') =>
  fetch(`${url}${path}`, {
    method: 'POST',
    body: typeof body === 'string' ? body : new Uint8Array(body),
    headers: { 'content-type': 'application/x-protobuf', ...headers },
  })

/** One unary call with bytes. */
function call(path: string, body: Buffer, options: { gzip?: boolean } = {}) {
  const client = new grpc.Client(`127.0.0.1:${receive.grpcPort}`, grpc.credentials.createInsecure(), {
    'grpc.default_compression_algorithm': options.gzip ? 2 : 0,
  })
  const asItIs = (bytes: Buffer): Buffer => bytes
  return new Promise<{ error: grpc.ServiceError | null; body: Buffer | undefined }>((resolve) => {
    client.makeUnaryRequest(path, asItIs, asItIs, body, (error, answer) => {
      client.close()
      resolve({ error, body: answer })
    })
  })
}
const exportPath = '/opentelemetry.proto.collector.trace.v1.TraceService/Export'
const valid = () =>
  protobuf('spans', traces([span({ startTimeUnixNano: startTimeUnixNano(), endTimeUnixNano: undefined })]))
const half = () =>
  protobuf(
    'spans',
    traces([span({ startTimeUnixNano: startTimeUnixNano() }), span({ traceId: '00', startTimeUnixNano: '1' })]),
  )

describe('gRPC', () => {
  it('takes what the real exporter sends', async () => {
    const exporter = new OTLPTraceExporter({ url: `http://127.0.0.1:${receive.grpcPort}` })
    const result = await new Promise<{ code: number }>((resolve) => exporter.export(realSpans(), resolve))
    await exporter.shutdown()
    expect(result.code).toBe(0)
    expect(intake.rows()).toEqual(expected)
    expect(meters.snapshot(nowUs()).signals.spans.accepted).toBe(2)
  })

  it('takes gzip, and answers success with an empty message', async () => {
    const { error, body } = await call(exportPath, valid(), { gzip: true })
    expect(error).toBeNull()
    expect(body).toEqual(Buffer.alloc(0))
    expect(intake.rows()).toHaveLength(1)
  })

  it('says how many items were refused, and why', async () => {
    const { body } = await call(exportPath, half())
    expect(body!.toString('latin1')).toContain('1 spans: no trace id of 16 bytes')
    expect(body!.subarray(2, 4)).toEqual(Buffer.from([8, 1]))
  })

  it('drops a request that is sent again', async () => {
    const body = valid()
    await call(exportPath, body)
    const { error } = await call(exportPath, body)
    expect(error).toBeNull()
    expect(intake.rows()).toHaveLength(1)
    expect(meters.snapshot(nowUs()).signals.spans).toMatchObject({ accepted: 1, resent: 1 })
  })

  it('answers INVALID_ARGUMENT to what is no request', async () => {
    const { error } = await call(exportPath, Buffer.from('hello'))
    expect(error?.code).toBe(grpc.status.INVALID_ARGUMENT)
    expect(meters.snapshot(nowUs()).notUnderstood[0]?.what).toMatch(/could not be read/)
  })

  it.each([
    ['a full journal', () => (intake.isFull = true), 'journal_full', 'full'],
    ['a failing disk', () => (intake.failure = new Error('EIO')), 'disk', 'disk'],
  ])('answers UNAVAILABLE with RetryInfo to %s', async (_name, fail, reason, word) => {
    fail()
    const { error } = await call(exportPath, valid())
    expect(error?.code).toBe(grpc.status.UNAVAILABLE)
    expect(error?.details).toContain(word)
    const [details] = error!.metadata.get('grpc-status-details-bin')
    expect(Buffer.from(details as Buffer).toString('latin1')).toContain('type.googleapis.com/google.rpc.RetryInfo')
    expect(meters.snapshot(nowUs()).signals.spans).toMatchObject({ accepted: 0, deferred: { [reason]: 1 } })
  })

  it('answers RESOURCE_EXHAUSTED without RetryInfo to what is too large', async () => {
    const { error } = await call(exportPath, Buffer.alloc(3 * 1024 * 1024))
    expect(error?.code).toBe(grpc.status.RESOURCE_EXHAUSTED)
    expect(error?.metadata.get('grpc-status-details-bin')).toEqual([])
  })

  it('serves health', async () => {
    const serving = await call('/grpc.health.v1.Health/Check', Buffer.alloc(0))
    expect(serving.body).toEqual(Buffer.from([8, 1]))
    const unknown = await call('/grpc.health.v1.Health/Check', Buffer.from([10, 1, 120]))
    expect(unknown.error?.code).toBe(grpc.status.NOT_FOUND)
  })

  it('recognises HTTP and TLS at its door', async () => {
    const answer = await fetch(`http://127.0.0.1:${receive.grpcPort}/v1/traces`, { method: 'POST', body: 'x' })
    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain(`Send HTTP to :${receive.httpPort}`)
    await speak(receive.grpcPort, Buffer.from([0x16, 0x03, 0x01, 0, 5, 1, 0, 0, 1, 3]))
    expect(meters.snapshot(nowUs()).notUnderstood.map((one) => one.what)).toEqual([
      `TLS at port ${receive.grpcPort}, which is not encrypted`,
      `HTTP/1.1 at port ${receive.grpcPort}, which takes gRPC`,
    ])
  })
})

/** Sends bytes and waits until the other side closes. */
function speak(port: number, bytes: Buffer): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes))
    let answer = ''
    socket.on('data', (chunk) => (answer += chunk.toString('latin1')))
    socket.on('error', () => resolve(answer))
    socket.on('close', () => resolve(answer))
  })
}

describe('HTTP', () => {
  it('takes what the real serializers make, protobuf and JSON alike', async () => {
    const spans = realSpans()
    const asProtobuf = await post(Buffer.from(ProtobufTraceSerializer.serializeRequest(spans)!))
    expect([asProtobuf.status, asProtobuf.headers.get('content-type')]).toEqual([200, 'application/x-protobuf'])
    const fromProtobuf = intake.rows()
    expect(fromProtobuf).toEqual(expected)
    const json = Buffer.from(JsonTraceSerializer.serializeRequest(spans)!)
    const asJson = await post(json, { 'content-type': 'application/json; charset=utf-8' })
    expect(asJson.headers.get('content-type')).toBe('application/json')
    expect(await asJson.json()).toEqual({})
    expect(intake.rows().slice(2)).toEqual(fromProtobuf)
  })

  it('takes gzip', async () => {
    const answer = await post(gzipSync(valid()), { 'content-encoding': 'gzip' })
    expect(answer.status).toBe(200)
    expect(intake.rows()).toHaveLength(1)
  })

  it('says how many items were refused, in the encoding of the request', async () => {
    const answer = await post(JSON.stringify(traces([span({ traceId: '' })])), { 'content-type': 'application/json' })
    expect(answer.status).toBe(200)
    expect(await answer.json()).toEqual({
      partialSuccess: { rejectedSpans: '1', errorMessage: expect.stringContaining('no trace id') },
    })
  })

  const refusals: [string, () => Promise<Response>, number][] = [
    ['another path', () => post(valid(), {}, '/v1/trace'), 404],
    ['GET', () => fetch(`${url}/v1/traces`), 405],
    ['another type', () => post(valid(), { 'content-type': 'text/plain' }), 415],
    ['another compression', () => post(valid(), { 'content-encoding': 'br' }), 415],
    ['broken gzip', () => post(valid(), { 'content-encoding': 'gzip' }), 400],
    ['broken protobuf', () => post(Buffer.from('hello')), 400],
    ['broken JSON', () => post('{', { 'content-type': 'application/json' }), 400],
    ['a body that is too large', () => post(Buffer.alloc(3 * 1024 * 1024)), 413],
    ['a bomb', () => post(gzipSync(Buffer.alloc(1_900_000)), { 'content-encoding': 'gzip' }), 413],
    ['a bomb beyond the limit', () => post(gzipSync(Buffer.alloc(50_000_000)), { 'content-encoding': 'gzip' }), 413],
  ]
  it.each(refusals)('refuses %s and stores nothing', async (_name, request, status) => {
    const answer = await request()
    expect(answer.status).toBe(status)
    expect((await answer.arrayBuffer()).byteLength).toBeGreaterThan(0)
    expect(intake.blocks).toHaveLength(0)
    const after = await post(valid())
    expect(after.status).toBe(200)
  })

  it('answers an error as google.rpc.Status in the encoding of the request', async () => {
    const asJson = await post('[]', { 'content-type': 'application/json' })
    expect(await asJson.json()).toEqual({ code: 3, message: expect.stringContaining('could not be read') })
    const asProtobuf = Buffer.from(await (await post(Buffer.from('hello'))).arrayBuffer())
    expect(asProtobuf.subarray(0, 3)).toEqual(Buffer.from([8, 3, 18]))
  })

  it('asks to come again when the journal is full', async () => {
    intake.isFull = true
    const answer = await post(valid())
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '1'])
    intake.isFull = false
    intake.failure = new Error('EIO')
    expect((await post(valid())).status).toBe(429)
  })

  it('lets pages of allowed origins send, and no others', async () => {
    const ask = (origin: string) => fetch(`${url}/v1/traces`, { method: 'OPTIONS', headers: { origin } })
    const allowed = await ask('https://shop.example')
    expect([allowed.status, allowed.headers.get('access-control-allow-origin')]).toEqual([204, 'https://shop.example'])
    expect((await ask('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull()
  })

  it('recognises gRPC at its door', async () => {
    const client = new grpc.Client(`127.0.0.1:${receive.httpPort}`, grpc.credentials.createInsecure())
    const asItIs = (bytes: Buffer): Buffer => bytes
    await new Promise<void>((resolve) => {
      const deadline = Date.now() + 2000
      client.makeUnaryRequest(exportPath, asItIs, asItIs, valid(), new grpc.Metadata(), { deadline }, () => resolve())
    })
    client.close()
    const [seen] = meters.snapshot(nowUs()).notUnderstood
    expect(seen).toMatchObject({
      what: `gRPC at port ${receive.httpPort}, which takes HTTP`,
      hint: `Send gRPC to :${receive.grpcPort}, or set OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf.`,
    })
  })
})

describe('both', () => {
  it('finish what is under way before they close', async () => {
    let release = (): void => undefined
    const waiting = { count: 0 }
    const gate = new Promise<void>((resolve) => {
      release = resolve
    })
    const append = intake.append.bind(intake)
    intake.append = async (hash, block) => {
      waiting.count += 1
      await gate
      return append(hash, block)
    }
    const http = post(valid())
    const other = traces([span({ startTimeUnixNano: startTimeUnixNano(), name: 'b' })])
    const rpc = call(exportPath, protobuf('spans', other))
    while (waiting.count < 2) await new Promise((resolve) => setTimeout(resolve, 5))
    const closed = receive.close()
    release()
    expect((await http).status).toBe(200)
    expect((await rpc).error).toBeNull()
    await closed
    expect(intake.rows()).toHaveLength(2)
    await start()
  })
})
