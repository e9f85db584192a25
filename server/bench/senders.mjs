// Sends one OTLP request and says what the server said, over gRPC or HTTP with protobuf. Two connections over gRPC; over HTTP
// as many as there are requests under way.
import { Agent, request } from 'node:http'
import * as grpc from '@grpc/grpc-js'

const method = '/opentelemetry.proto.collector.trace.v1.TraceService/Export'
const asItIs = (bytes) => bytes
const connections = 2

/** `send(body)` resolves with `ok` or `later`, and rejects on everything else. */
export function openSender(transport, { grpcPort, otlpHttpPort }) {
  return transport === 'grpc' ? overGrpc(grpcPort) : overHttp(otlpHttpPort)
}

function overGrpc(port) {
  const clients = Array.from(
    { length: connections },
    () =>
      new grpc.Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), { 'grpc.use_local_subchannel_pool': 1 }),
  )
  let turn = 0
  const send = (body) =>
    new Promise((resolve, reject) => {
      clients[turn++ % connections].makeUnaryRequest(method, asItIs, asItIs, body, (error, answer) => {
        if (error?.code === grpc.status.UNAVAILABLE) resolve('later')
        else if (error) reject(error)
        else accept(answer, resolve, reject)
      })
    })
  return { send, close: () => clients.forEach((client) => client.close()) }
}

function overHttp(port) {
  const agent = new Agent({ keepAlive: true })
  const headers = { 'content-type': 'application/x-protobuf' }
  const send = (body) =>
    new Promise((resolve, reject) => {
      const call = request(
        { agent, port, host: '127.0.0.1', method: 'POST', path: '/v1/traces', headers },
        (answer) => {
          const chunks = []
          answer.on('data', (chunk) => chunks.push(chunk))
          answer.on('end', () => {
            if (answer.statusCode === 503 || answer.statusCode === 429) resolve('later')
            else if (answer.statusCode === 200) accept(Buffer.concat(chunks), resolve, reject)
            else reject(new Error(`HTTP ${answer.statusCode}: ${Buffer.concat(chunks)}`))
          })
        },
      )
      call.on('error', reject)
      call.end(body)
    })
  return { send, close: () => agent.destroy() }
}

/** An empty response is full success; anything in it means that spans were rejected. */
function accept(answer, resolve, reject) {
  if (answer.length === 0) resolve('ok')
  else reject(new Error(`the server rejected spans of the load: ${answer.toString('utf8')}`))
}
