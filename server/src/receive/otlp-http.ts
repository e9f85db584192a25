// OTLP over HTTP: POST /v1/traces, /v1/metrics and /v1/logs, protobuf and JSON, plain or gzip. Checks method, path, type and
// encoding, reads the body within bounds, gives it to Exports, and answers in the request's encoding, also errors.
// Rules: OTLP specification 1.x, "OTLP/HTTP". Retryable is 429 and 503 only; 500 is never sent.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Signal } from '../contract/status.ts'
import { codes, encodeStatus, encodeSuccess } from './answers.ts'
import type { Encoding, Exports, Outcome } from './export.ts'
import { readBody, type BodyBounds } from './http-body.ts'
import { atHttpPort, atPath, protocolOf, type Trouble } from './not-otlp.ts'
import type { OpenServer } from './otlp-grpc.ts'

const connectionsMax = 2000
/** A client that sends slower than this is let go, milliseconds. */
const headersMs = 10_000
const requestMs = 60_000
const keepAliveMs = 75_000
const drainMs = 10_000

const signals = new Map<string, Signal>([
  ['/v1/traces', 'spans'],
  ['/v1/metrics', 'points'],
  ['/v1/logs', 'logs'],
])
const contentTypes: Record<Encoding, string> = { protobuf: 'application/x-protobuf', json: 'application/json' }
const corsHeaders = 'content-type, content-encoding, authorization, x-api-key, traceparent, tracestate'

export interface HttpSettings extends BodyBounds {
  host: string
  port: number
  grpcPort: () => number
  /** Origins of pages that may send; `*` allows all. Empty: none. */
  origins: string[]
  exports: Exports
  misunderstood: (from: string, trouble: Trouble) => void
}

/** Listens; rejects when the port is taken. */
export async function startHttp(settings: HttpSettings): Promise<OpenServer> {
  const server = createServer({ requestTimeout: requestMs, headersTimeout: headersMs, keepAliveTimeout: keepAliveMs })
  server.maxConnections = connectionsMax
  server.on('request', (request, response) => {
    // While the server drains, a connection ends with its answer.
    if (!server.listening) response.setHeader('connection', 'close')
    response.once('finish', () => {
      if (!server.listening) server.closeIdleConnections()
    })
    void handle(settings, request, response)
  })
  server.on('clientError', (error: Error & { rawPacket?: Buffer }, socket: Socket) => {
    // What follows on a connection that has been answered is no new request.
    if (!socket.writable) {
      socket.destroy()
      return
    }
    if (error.rawPacket !== undefined) noteOther(settings, portOf(server), error.rawPacket, socket)
    socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n')
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(settings.port, settings.host, () => {
      server.off('error', reject)
      resolve()
    })
  })
  return { port: portOf(server), close: () => drain(server) }
}

async function drain(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  const timer = setTimeout(() => server.closeAllConnections(), drainMs)
  await closed
  clearTimeout(timer)
}

function portOf(server: Server): number {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

function noteOther(settings: HttpSettings, port: number, first: Buffer, socket: Socket): void {
  const protocol = protocolOf(first)
  // A broken HTTP request is the sender's fault in a way that a hint about ports would not help.
  if (protocol === 'http1') return
  settings.misunderstood(socket.remoteAddress ?? 'unknown', atHttpPort(protocol, settings.grpcPort(), port))
}

async function handle(settings: HttpSettings, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const encoding = encodingOf(request.headers['content-type'])
  const send = (status: number, body: Buffer, headers: Record<string, string> = {}): void =>
    answer(response, status, body, { 'content-type': contentTypes[encoding ?? 'json'], ...headers })
  const fail = (status: number, code: number, message: string, headers: Record<string, string> = {}): void => {
    request.resume()
    send(status, encodeStatus(code, message, encoding ?? 'json'), headers)
  }
  allowOrigin(settings.origins, request, response)

  const path = (request.url ?? '/').split('?')[0]!
  const signal = signals.get(path)
  if (signal === undefined) {
    const trouble = atPath(path, settings.grpcPort())
    settings.misunderstood(request.socket.remoteAddress ?? 'unknown', trouble)
    return fail(404, codes.notFound, trouble.hint)
  }
  if (request.method === 'OPTIONS' && settings.origins.length > 0) return preflight(response)
  if (request.method !== 'POST') return fail(405, codes.unimplemented, 'send OTLP by POST', { allow: 'POST' })
  if (encoding === undefined) {
    const message = 'content-type must be application/x-protobuf or application/json'
    return fail(415, codes.invalidArgument, message)
  }
  const coding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase()
  if (coding !== 'identity' && coding !== 'gzip') {
    return fail(415, codes.invalidArgument, 'content-encoding must be gzip or identity', { 'accept-encoding': 'gzip' })
  }
  const outcome = await takeRequest(settings, request, signal, encoding, coding === 'gzip')
  if (outcome !== undefined) reply(outcome, signal, encoding, send)
}

async function takeRequest(
  settings: HttpSettings,
  request: IncomingMessage,
  signal: Signal,
  encoding: Encoding,
  gzip: boolean,
): Promise<Outcome | undefined> {
  const { exports } = settings
  const refused = exports.refusal(signal)
  if (refused) {
    request.resume()
    return refused
  }
  const announced = Number(request.headers['content-length'] ?? 0)
  if (announced > settings.bodyBytesMax) {
    request.resume()
    return {
      kind: 'too-large',
      message: `the body is larger than ${settings.bodyBytesMax} bytes: send smaller batches`,
    }
  }
  const result = await readBody(request, gzip, exports, settings)
  if (result.kind === 'gone') return undefined
  if (result.kind === 'busy') return exports.busy(signal)
  if (result.kind !== 'body') return result
  try {
    const from = request.socket.remoteAddress ?? 'unknown'
    return await exports.take({ signal, body: result.body, encoding, from })
  } finally {
    exports.release(result.reserved)
  }
}

function reply(
  outcome: Outcome,
  signal: Signal,
  encoding: Encoding,
  send: (status: number, body: Buffer, headers?: Record<string, string>) => void,
): void {
  switch (outcome.kind) {
    case 'ok':
      send(200, encodeSuccess(signal, outcome.rejected, outcome.message, encoding))
      return
    case 'bad':
      send(400, encodeStatus(codes.invalidArgument, outcome.message, encoding))
      return
    case 'too-large':
      send(413, encodeStatus(codes.resourceExhausted, outcome.message, encoding))
      return
    case 'later': {
      const seconds = Math.max(1, Math.ceil(outcome.retryAfterSeconds))
      send(429, encodeStatus(codes.unavailable, outcome.message, encoding, seconds), { 'retry-after': String(seconds) })
    }
  }
}

function answer(response: ServerResponse, status: number, body: Buffer, headers: Record<string, string>): void {
  if (response.headersSent || response.destroyed) return
  response.writeHead(status, { ...headers, 'content-length': String(body.length) })
  response.end(body)
}

/** `application/json; charset=utf-8` is JSON too. */
function encodingOf(contentType: string | undefined): Encoding | undefined {
  switch ((contentType ?? '').split(';')[0]!.trim().toLowerCase()) {
    case 'application/x-protobuf':
      return 'protobuf'
    case 'application/json':
      return 'json'
    default:
      return undefined
  }
}

function allowOrigin(origins: string[], request: IncomingMessage, response: ServerResponse): void {
  if (origins.length === 0) return
  response.setHeader('vary', 'origin')
  const origin = request.headers.origin
  if (origin === undefined || !(origins.includes('*') || origins.includes(origin))) return
  response.setHeader('access-control-allow-origin', origin)
}

function preflight(response: ServerResponse): void {
  response.writeHead(204, {
    'access-control-allow-methods': 'POST',
    'access-control-allow-headers': corsHeaders,
    'access-control-max-age': '7200',
  })
  response.end()
}
