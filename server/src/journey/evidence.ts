// What the journey room thinks about: spans, log records and where the search began, in one plain shape. Times are microseconds
// since the epoch, ids lower-case hex, offsets decimal strings. Rows become this in `from-rows.ts`; tests build it directly.

/** A business key by its canonical name; a name that starts with '@' is technical (`@key` is topic, newline, message key). */
export interface KeyValue {
  name: string
  value: string
}

export interface LinkEvidence {
  traceId: string
  spanId: string
  /** Where the message stands that this link of a batch is about, when the link says so. */
  position?: string
}

export interface SpanEvidence {
  traceId: string
  spanId: string
  /** Empty for a root. */
  parentSpanId: string
  env: string
  /** Empty when the span does not name its Kafka cluster. */
  cluster: string
  service: string
  name: string
  /** OTLP SpanKind: 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  kind: number
  /** 0 unset, 1 ok, 2 error. */
  status: number
  startUs: number
  durationUs: number
  /** 0 none, 1 create, 2 send, 3 receive, 4 process, 5 settle. */
  operation: number
  topic: string
  /** -1 when not known. */
  partition: number
  /** Empty when not known. */
  offset: string
  group: string
  messageKey: string
  messageId: string
  /** Messages that a batch span says it handled; 0 when it does not say. */
  batch: number
  protocol: 'http' | 'rpc' | ''
  dbSystem: string
  dbTable: string
  peer: string
  /** Of a span with status 2; both may be empty. */
  errorType: string
  errorMessage: string
  links: LinkEvidence[]
  keys: KeyValue[]
  /** What a sent message says of where it failed before, when its span shows those headers. */
  deadLetter?: DeadLetterEvidence
}

export interface DeadLetterEvidence {
  /** True when the headers are those that only dead letters have. */
  isNamed: boolean
  /** Where it was read before it was put aside. */
  topic?: string
  position?: string
}

export interface LogEvidence {
  traceId: string
  spanId: string
  atUs: number
  service: string
  severity: string
  body: string
}

/** `trace:span`, the one name of a span. Span ids alone are unique only within a trace. */
export type SpanRef = string

/**
 * Where the search entered. `trace`: the whole trace was asked for, so nothing says which message of a batch is meant. `beside`:
 * nobody asked for it; a key of the event stands here too, so that it may be a part that lost its context.
 */
export interface Seed {
  ref: SpanRef
  by: 'key' | 'trace' | 'position' | 'message' | 'beside'
}

export interface Gathered {
  spans: SpanEvidence[]
  logs: LogEvidence[]
  seeds: Seed[]
  /** The key that was searched: a span that carries this name with another value belongs to another event. */
  identity?: KeyValue
  /** The position that was searched: of a batch, only the link about this message leads on. */
  place?: string
  /** Keys that join more roots a day than the limit, as `name=value`: they never join. */
  wide: ReadonlySet<string>
}

export const refOf = (span: { traceId: string; spanId: string }): SpanRef => `${span.traceId}:${span.spanId}`

/** Keys that say which event a span is about. A list of values (a batch of orders) says nothing about a single one. */
export function ownKeys(span: SpanEvidence): KeyValue[] {
  return span.keys.filter((key) => !span.keys.some((other) => other.name === key.name && other.value !== key.value))
}

export const keyText = (key: KeyValue): string => `${key.name}=${key.value}`

export const endUs = (span: SpanEvidence): number => span.startUs + span.durationUs

/** `topic/partition@offset`, or nothing when the span does not say all three. */
export function positionOf(span: SpanEvidence): string | undefined {
  if (span.topic === '' || span.partition < 0 || span.offset === '') return undefined
  return `${span.topic}/${span.partition}@${span.offset}`
}

/** A total order that depends on the evidence only, never on the order in which it came. */
export function inTime(a: SpanEvidence, b: SpanEvidence): number {
  return a.startUs - b.startUs || (refOf(a) < refOf(b) ? -1 : refOf(a) > refOf(b) ? 1 : 0)
}
