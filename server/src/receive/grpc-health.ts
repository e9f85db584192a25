// grpc.health.v1.Health, by hand: says SERVING while the server takes requests and NOT_SERVING once it drains. Service names in,
// a status out. Source: grpc/health/v1/health.proto.
import type * as grpc from '@grpc/grpc-js'
import { codes } from './answers.ts'
import { MalformedBody, tagOf, WireReader } from './wire/reader.ts'
import { WireWriter } from './wire/writer.ts'

const serving = 1
const notServing = 2
const unknownService = 3
const watchersMax = 100
const asItIs = (bytes: Buffer): Buffer => bytes

export class Health {
  private status = serving
  private readonly watchers = new Set<grpc.ServerWritableStream<Buffer, Buffer>>()

  /** `services` besides the empty name, which stands for the whole server. */
  constructor(private readonly services: string[]) {}

  serve(server: grpc.Server): void {
    const method = (name: string) => ({
      path: `/grpc.health.v1.Health/${name}`,
      requestStream: false as const,
      requestSerialize: asItIs,
      requestDeserialize: asItIs,
      responseSerialize: asItIs,
      responseDeserialize: asItIs,
    })
    server.addService(
      {
        Check: { ...method('Check'), responseStream: false as const },
        Watch: { ...method('Watch'), responseStream: true as const },
      },
      {
        Check: (call: grpc.ServerUnaryCall<Buffer, Buffer>, answer: grpc.sendUnaryData<Buffer>) => {
          const status = this.statusOf(call.request)
          if (status === unknownService) answer({ code: codes.notFound, details: 'there is no such service here' })
          else answer(null, encode(status))
        },
        Watch: (call: grpc.ServerWritableStream<Buffer, Buffer>) => this.watch(call),
      },
    )
  }

  private watch(call: grpc.ServerWritableStream<Buffer, Buffer>): void {
    if (this.watchers.size >= watchersMax) {
      call.emit('error', { code: codes.resourceExhausted, details: `${watchersMax} watchers are here already` })
      return
    }
    call.write(encode(this.statusOf(call.request)))
    this.watchers.add(call)
    call.on('cancelled', () => {
      this.watchers.delete(call)
      call.end()
    })
  }

  private statusOf(request: Buffer): number {
    const name = serviceOf(request)
    return name === '' || (name !== undefined && this.services.includes(name)) ? this.status : unknownService
  }

  /** The server drains: watchers hear it and are let go. */
  stop(): void {
    this.status = notServing
    for (const call of this.watchers) {
      call.write(encode(notServing))
      call.end()
    }
    this.watchers.clear()
  }
}

function encode(status: number): Buffer {
  return new WireWriter().varint(1, BigInt(status)).finish()
}

/** HealthCheckRequest.service; undefined when the request cannot be read. */
function serviceOf(request: Buffer): string | undefined {
  const wire = new WireReader()
  let name = ''
  wire.open(request)
  try {
    while (wire.pos < request.length) {
      const tag = wire.tag(request.length)
      if (tag !== tagOf(1, 2)) wire.skip(tag, request.length)
      else {
        const end = wire.block(request.length)
        name = wire.textAt(wire.pos, end)
        wire.pos = end
      }
    }
  } catch (error) {
    if (error instanceof MalformedBody) return undefined
    throw error
  }
  return name
}
