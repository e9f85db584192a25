// Traces as lists and as trees. Ids are lower-case hex.

export type SpanKind = 'unspecified' | 'internal' | 'server' | 'client' | 'producer' | 'consumer'
export type SpanStatus = 'unset' | 'ok' | 'error'
export type MessagingOperation = '' | 'create' | 'send' | 'receive' | 'process' | 'settle'

export interface TraceSummary {
  traceId: string
  env: string
  startUs: number
  durationUs: number
  spans: number
  errors: number
  services: string[]
  /** Absent while the root has not been received. */
  root?: { service: string; name: string }
  lastIngestUs: number
}

export interface TraceList {
  asOfUs: number
  traces: TraceSummary[]
  /** True when there may be more than `limit`. */
  more: boolean
  /** How far back the search got before it stopped; earlier than this is not searched. */
  searchedFromUs: number
}

export interface SpanEvent {
  atUs: number
  name: string
  attrs: Record<string, string>
}

export interface SpanLink {
  traceId: string
  spanId: string
  attrs: Record<string, string>
}

export interface Span {
  traceId: string
  spanId: string
  parentSpanId: string
  env: string
  cluster: string
  service: string
  name: string
  kind: SpanKind
  status: SpanStatus
  statusMessage: string
  startUs: number
  durationUs: number
  scope: string
  traceState: string
  attrs: Record<string, string>
  resourceAttrs: Record<string, string>
  events: SpanEvent[]
  links: SpanLink[]
  messaging?: {
    system: string
    operation: MessagingOperation
    topic: string
    partition?: number
    offset?: string
    group?: string
    clientId?: string
  }
  db?: { system: string; table: string }
  peer?: string
}

export interface LogRecord {
  id: string
  atUs: number
  traceId: string
  spanId: string
  service: string
  severity: string
  body: string
  eventName: string
  attrs: Record<string, string>
}

export interface Trace {
  traceId: string
  env: string
  asOfUs: number
  startUs: number
  endUs: number
  /** `receiving` while spans came within the last 30 s. */
  state: 'receiving' | 'quiet'
  spans: Span[]
  /** Set when the trace has more spans than are sent. */
  total: number
  /** Parents that are named by a span and were never received. */
  missingParents: number
  /** Spans of other traces that point here. */
  backlinks: { traceId: string; spanId: string; toSpanId: string; service: string; name: string; atUs: number }[]
  logs: LogRecord[]
  /** Business keys found in this trace, as searches. */
  keys: string[]
}
