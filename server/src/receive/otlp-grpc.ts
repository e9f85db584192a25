// OTLP over gRPC: the three Export methods and the standard health service. Message bytes go to Exports unparsed; its Outcome
// becomes a response or a status. Connections are looked at before they are taken, so that HTTP/1 or TLS at this port is
// recognised and told what to do. Never answers INTERNAL: for a client that would mean "throw the data away".
import { createServer, type Server as NetServer, type Socket } from 'node:net'
import * as grpc from '@grpc/grpc-js'
import type { Signal } from '../contract/status.ts'
import { codes, encodeSuccess } from './answers.ts'
import type { Exports, Outcome } from './export.ts'
import { boundCalls } from './grpc-bound.ts'
import { Health } from './grpc-health.ts'
import { grpcStatus } from './grpc-status.ts'
import { atGrpcPort, protocolOf, type Trouble } from './not-otlp.ts'

/** Connections that are open at once, and the time in which one must say its first word, milliseconds. */
const connectionsMax = 2000
const firstBytesMs = 10_000
const firstBytesMin = 3
const drainMs = 10_000

const methods: [path: string, signal: Signal][] = [
  ['/opentelemetry.proto.collector.trace.v1.TraceService/Export', 'spans'],
  ['/opentelemetry.proto.collector.metrics.v1.MetricsService/Export', 'points'],
  ['/opentelemetry.proto.collector.logs.v1.LogsService/Export', 'logs'],
]

const asItIs = (bytes: Buffer): Buffer => bytes
type Call = grpc.ServerUnaryCall<Buffer, Buffer>
type Answer = grpc.sendUnaryData<Buffer>

export interface GrpcSettings {
  host: string
  port: number
  /** For the hint to those who came to the wrong port. */
  httpPort: () => number
  bodyBytesMax: number
  exports: Exports
  misunderstood: (from: string, trouble: Trouble) => void
}

export interface OpenServer {
  port: number
  close(): Promise<void>
}

/** Listens; rejects when the port is taken. */
export async function startGrpc(settings: GrpcSettings): Promise<OpenServer> {
  const server = new grpc.Server({
    'grpc.max_receive_message_length': settings.bodyBytesMax,
    'grpc.max_concurrent_streams': 100,
    'grpc.keepalive_time_ms': 60_000,
    'grpc.keepalive_timeout_ms': 20_000,
    'grpc.max_connection_age_ms': 3_600_000,
    'grpc.max_connection_age_grace_ms': 30_000,
    'grpc.enable_channelz': 0,
    interceptors: [boundCalls()],
  })
  for (const [path, signal] of methods) serve(server, path, signal, settings.exports)
  const health = new Health(methods.map(([path]) => path.split('/')[1]!))
  health.serve(server)

  const injector = server.createConnectionInjector(grpc.ServerCredentials.createInsecure())
  const open = new Set<Socket>()
  const door = createServer((socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
    receiveConnection(socket, settings, portOf(door), injector.injectConnection)
  })
  door.maxConnections = connectionsMax
  await listen(door, settings.port, settings.host)
  return { port: portOf(door), close: () => drain(server, door, open, health, injector.drain) }
}

/** Calls under way are answered; who is still there after that, or never said a word, is let go. */
async function drain(
  server: grpc.Server,
  door: NetServer,
  open: Set<Socket>,
  health: Health,
  drainCalls: (graceMs: number) => void,
): Promise<void> {
  const closed = new Promise<void>((resolve) => door.close(() => resolve()))
  health.stop()
  drainCalls(drainMs)
  for (const socket of open) if (socket.bytesRead < firstBytesMin) socket.destroy()
  const timer = setTimeout(() => {
    for (const socket of open) socket.destroy()
  }, drainMs)
  await closed
  clearTimeout(timer)
  server.forceShutdown()
}

function serve(server: grpc.Server, path: string, signal: Signal, exports: Exports): void {
  const [, service = ''] = path.split('/')
  const definition = {
    Export: {
      path,
      requestStream: false as const,
      responseStream: false as const,
      requestSerialize: asItIs,
      requestDeserialize: asItIs,
      responseSerialize: asItIs,
      responseDeserialize: asItIs,
      originalName: service,
    },
  }
  server.addService(definition, {
    Export: (call: Call, answer: Answer) => {
      const from = call.getPeer()
      void takeCall(exports, signal, call.request, from).then((outcome) => reply(signal, outcome, answer))
    },
  })
}

async function takeCall(exports: Exports, signal: Signal, body: Buffer, from: string): Promise<Outcome> {
  if (!exports.reserve(body.length)) return exports.busy(signal)
  try {
    return await exports.take({ signal, body, encoding: 'protobuf', from })
  } finally {
    exports.release(body.length)
  }
}

function reply(signal: Signal, outcome: Outcome, answer: Answer): void {
  switch (outcome.kind) {
    case 'ok':
      answer(null, encodeSuccess(signal, outcome.rejected, outcome.message, 'protobuf'))
      return
    case 'bad':
      answer(grpcStatus(codes.invalidArgument, outcome.message))
      return
    case 'too-large':
      answer(grpcStatus(codes.resourceExhausted, outcome.message))
      return
    case 'later':
      answer(grpcStatus(codes.unavailable, outcome.message, outcome.retryAfterSeconds))
  }
}

function receiveConnection(
  socket: Socket,
  settings: GrpcSettings,
  port: number,
  accept: (socket: Socket) => void,
): void {
  socket.on('error', () => socket.destroy())
  const timer = setTimeout(() => socket.destroy(), firstBytesMs)
  let first = Buffer.alloc(0)
  const look = (): void => {
    const chunk = socket.read() as Buffer | null
    if (chunk === null) return
    first = Buffer.concat([first, chunk])
    if (first.length < firstBytesMin) return
    clearTimeout(timer)
    socket.off('readable', look)
    const protocol = protocolOf(first)
    if (protocol === 'http2') {
      socket.unshift(first)
      accept(socket)
      return
    }
    const trouble = atGrpcPort(protocol, port, settings.httpPort())
    settings.misunderstood(socket.remoteAddress ?? 'unknown', trouble)
    if (protocol !== 'http1') {
      socket.destroy()
      return
    }
    socket.end(plainAnswer(`${trouble.what}. ${trouble.hint}\n`))
    // What else it sends is read and forgotten, so that the connection can end.
    socket.resume()
  }
  socket.on('readable', look)
  socket.once('close', () => clearTimeout(timer))
}

function plainAnswer(text: string): string {
  const length = Buffer.byteLength(text)
  return `HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain\r\ncontent-length: ${length}\r\nconnection: close\r\n\r\n${text}`
}

function listen(server: NetServer, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

function portOf(server: NetServer): number {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}
