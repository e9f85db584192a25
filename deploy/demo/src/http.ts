// HTTP between the services: a server and a client with the spans that their users write. Loopback only, JSON only, small bodies.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SpanKind, SpanStatusCode, type Attributes } from '@opentelemetry/api'
import { carriedContext, carryingHeaders, inSpan, type Telemetry } from './telemetry.ts'

export interface Reply {
  status: number
  body: Record<string, unknown>
}
/** `POST /orders` to what answers it. */
export type Routes = Record<string, (body: Record<string, unknown>) => Promise<Reply>>
export interface HttpServer {
  url: string
  close(): Promise<void>
}

/** `current` or the names before 1.21, which one of the services still has. */
export type HttpNames = 'current' | 'old'

const bodyBytesMax = 64 * 1024
const host = '127.0.0.1'

/** Without telemetry it is a server that nobody has instrumented. */
export async function serve(
  routes: Routes,
  telemetry?: Telemetry,
  names: HttpNames = 'current',
  port = 0,
): Promise<HttpServer> {
  const server = createServer((request, response) => {
    const answering = telemetry ? traced(routes, telemetry, names, request) : route(routes, request)
    answering.then(
      (reply) => send(response, reply),
      (error: unknown) => send(response, { status: 500, body: { error: String(error) } }),
    )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function traced(routes: Routes, telemetry: Telemetry, names: HttpNames, request: IncomingMessage): Promise<Reply> {
  const path = request.url ?? '/'
  const method = request.method ?? 'GET'
  const attributes = serverAttributes(names, method, path)
  const parent = carriedContext(request.headers)
  const span = telemetry.tracer.startSpan(`${method} ${path}`, { kind: SpanKind.SERVER, attributes }, parent)
  return inSpan(
    span,
    async () => {
      const reply = await route(routes, request)
      span.setAttribute(names === 'current' ? 'http.response.status_code' : 'http.status_code', reply.status)
      if (reply.status >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
      return reply
    },
    parent,
  )
}

async function route(routes: Routes, request: IncomingMessage): Promise<Reply> {
  const answer = routes[`${request.method} ${request.url}`]
  if (!answer) return { status: 404, body: { error: `nothing at ${request.method} ${request.url}` } }
  return answer(await readJson(request))
}

/** Reads a JSON object of bounded size. Throws when it is too large or is not one. */
export async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  const text = await readText(request)
  const value: unknown = text === '' ? {} : JSON.parse(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error('The body is no JSON object.')
  return value as Record<string, unknown>
}

export async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > bodyBytesMax) throw new Error(`The body is larger than ${bodyBytesMax} bytes.`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

function send(response: ServerResponse, { status, body }: Reply): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}

export interface Call {
  url: string
  path: string
  body: Record<string, unknown>
  timeoutMs: number
  attributes?: Attributes
  /** For a peer that is not instrumented: what it is called. */
  peer?: string
}

/** POSTs JSON. Answers with any status; throws only when there was no answer in time. */
export function call(telemetry: Telemetry, { url, path, body, timeoutMs, attributes, peer }: Call): Promise<Reply> {
  const { hostname, port } = new URL(url)
  const span = telemetry.tracer.startSpan(`POST ${path}`, {
    kind: SpanKind.CLIENT,
    attributes: {
      'http.request.method': 'POST',
      'url.full': url + path,
      'server.address': hostname,
      'server.port': Number(port),
      ...(peer && { 'peer.service': peer }),
      ...attributes,
    },
  })
  return inSpan(span, async () => {
    const reply = await post(url + path, body, timeoutMs, carryingHeaders())
    span.setAttribute('http.response.status_code', reply.status)
    if (reply.status >= 400) {
      span.setAttribute('error.type', String(reply.status))
      span.setStatus({ code: SpanStatusCode.ERROR })
    }
    return reply
  })
}

export async function post(
  url: string,
  body: Record<string, unknown>,
  timeoutMs: number,
  headers: Record<string, string> = {},
): Promise<Reply> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(timeoutMs),
  }).catch((error: unknown) => {
    // What fetch throws has a number for a code, which would become the type of the recorded exception.
    if (error instanceof DOMException && error.name === 'TimeoutError') throw new RequestTimeout(timeoutMs)
    throw error
  })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

export class RequestTimeout extends Error {
  override readonly name = 'RequestTimeout'
  constructor(timeoutMs: number) {
    super(`no answer in ${timeoutMs} ms`)
  }
}

function serverAttributes(names: HttpNames, method: string, path: string): Attributes {
  return names === 'current'
    ? { 'http.request.method': method, 'url.path': path, 'url.scheme': 'http', 'http.route': path }
    : { 'http.method': method, 'http.target': path, 'http.scheme': 'http', 'http.route': path, 'net.host.name': host }
}
