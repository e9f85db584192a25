// What the two servers send back, encoded by hand: export responses with partial success, and google.rpc.Status for errors.
// Outcomes in, bytes out. Nothing here decides; see export.ts. Source: OTLP specification 1.x, google/rpc/status.proto.
import type { Signal } from '../contract/status.ts'
import type { Encoding } from './export.ts'
import { WireWriter } from './wire/writer.ts'

/** Codes of google.rpc.Code and of gRPC that are used here. */
export const codes = {
  invalidArgument: 3,
  notFound: 5,
  resourceExhausted: 8,
  unimplemented: 12,
  unavailable: 14,
} as const

const rejectedNames: Record<Signal, string> = {
  spans: 'rejectedSpans',
  logs: 'rejectedLogRecords',
  points: 'rejectedDataPoints',
}
/** Answers must stay small whatever was sent. */
const messageCharsMax = 2000

/** Export*ServiceResponse. partial_success is left out when everything was taken and there is nothing to say. */
export function encodeSuccess(signal: Signal, rejected: number, message: string, encoding: Encoding): Buffer {
  const isWhole = rejected === 0 && message === ''
  const text = message.slice(0, messageCharsMax)
  if (encoding === 'json') {
    const partial = { ...(rejected > 0 ? { [rejectedNames[signal]]: String(rejected) } : {}), errorMessage: text }
    return Buffer.from(JSON.stringify(isWhole ? {} : { partialSuccess: partial }))
  }
  if (isWhole) return Buffer.alloc(0)
  const partial = new WireWriter()
  if (rejected > 0) partial.varint(1, BigInt(rejected))
  if (text !== '') partial.block(2, text)
  return new WireWriter().block(1, partial.finish()).finish()
}

/** google.rpc.Status; with RetryInfo when the sender is to come again. */
export function encodeStatus(code: number, message: string, encoding: Encoding, retryAfterSeconds?: number): Buffer {
  const text = message.slice(0, messageCharsMax)
  if (encoding === 'json') return Buffer.from(JSON.stringify({ code, message: text, ...retryJson(retryAfterSeconds) }))
  const status = new WireWriter().varint(1, BigInt(code)).block(2, text)
  if (retryAfterSeconds !== undefined) {
    const duration = new WireWriter().varint(1, BigInt(Math.ceil(retryAfterSeconds))).finish()
    const any = new WireWriter()
      .block(1, 'type.googleapis.com/google.rpc.RetryInfo')
      .block(2, new WireWriter().block(1, duration).finish())
    status.block(3, any.finish())
  }
  return status.finish()
}

function retryJson(seconds: number | undefined): Record<string, unknown> {
  if (seconds === undefined) return {}
  return {
    details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: `${Math.ceil(seconds)}s` }],
  }
}
