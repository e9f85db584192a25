// What a span is in the life of an event. Classified by messaging operation first and span kind second, because conventions changed
// the kind of a receive span from consumer to client. Pure.
import { type SpanEvidence } from './evidence.ts'

export type Role = 'publish' | 'consume' | 'settle' | 'db' | 'server' | 'client' | 'internal'

export const operation = { none: 0, create: 1, send: 2, receive: 3, process: 4, settle: 5 } as const
export const kind = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 } as const
export const failed = 2

export function roleOf(span: SpanEvidence): Role {
  if (span.operation === operation.settle) return 'settle'
  if (span.operation === operation.create || span.operation === operation.send) return 'publish'
  if (span.operation === operation.receive || span.operation === operation.process) return 'consume'
  if (span.kind === kind.producer) return 'publish'
  if (span.kind === kind.consumer) return 'consume'
  if (span.kind === kind.server) return 'server'
  if (span.dbSystem !== '') return 'db'
  if (span.kind === kind.client) return 'client'
  return 'internal'
}

/** A span that took a message but did not work on it. */
export function receivesOnly(span: SpanEvidence): boolean {
  return span.operation === operation.receive
}
