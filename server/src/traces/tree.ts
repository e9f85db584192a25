// One trace, as the contract has it. In: rows of spans, logs and backlinks, and the time of asking. Out: spans in an order in which
// every child stands behind its parent, with what is missing counted. Shows what came; never guesses a parent. Pure.
import type { LogRecord, MessagingOperation, Span, SpanKind, SpanStatus, Trace } from '../contract/traces.ts'

/** A trace is still being received while a span came this recently. */
export const receivingUs = 30_000_000
/** Key texts listed for one trace. */
export const traceKeysMax = 50

/** Columns of a span; rows of the store have these. */
export interface SpanFields {
  env: string
  cluster: string
  service: string
  start_us: string
  duration_us: string
  trace_hex: string
  span_hex: string
  parent_hex: string
  trace_state: string
  name: string
  kind: number
  status: number
  status_message: string
  scope: string
  resource_attrs: Record<string, string>
  attrs: Record<string, string>
  event_us: string[]
  event_names: string[]
  event_attrs: Record<string, string>[]
  link_traces: string[]
  link_spans: string[]
  link_attrs: Record<string, string>[]
  messaging_system: string
  operation: number
  topic: string
  partition: number
  offset_text: string
  consumer_group: string
  client_id: string
  db_system: string
  db_table: string
  peer: string
}

export interface LogFields {
  at_us: string
  trace_hex: string
  span_hex: string
  service: string
  severity: number
  severity_text: string
  event_name: string
  body: string
  attrs: Record<string, string>
}

export interface TraceMaterial {
  traceId: string
  spans: SpanFields[]
  logs: LogFields[]
  backlinks: Trace['backlinks']
  keys: string[]
  /** All spans of the trace, when more than are given. */
  total: number
  lastIngestUs: number
  asOfUs: number
}

const kinds: SpanKind[] = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer']
const statuses: SpanStatus[] = ['unset', 'ok', 'error']
const operations: MessagingOperation[] = ['', 'create', 'send', 'receive', 'process', 'settle']

export function buildTrace(material: TraceMaterial): Trace {
  const spans = inTreeOrder(material.spans.map(spanOf))
  const known = new Set(spans.map((span) => span.spanId))
  const missing = new Set(
    spans.flatMap((span) => (span.parentSpanId === '' || known.has(span.parentSpanId) ? [] : [span.parentSpanId])),
  )
  const isReceiving = material.asOfUs - material.lastIngestUs < receivingUs
  return {
    traceId: material.traceId,
    env: spans[0]?.env ?? '',
    asOfUs: material.asOfUs,
    startUs: spans.reduce((first, span) => Math.min(first, span.startUs), Infinity),
    endUs: spans.reduce((last, span) => Math.max(last, span.startUs + span.durationUs), 0),
    state: isReceiving ? 'receiving' : 'quiet',
    spans,
    total: Math.max(material.total, spans.length),
    // A trace that was cut has parents that were received and not sent along: they are not missing.
    missingParents: material.total > spans.length ? 0 : missing.size,
    backlinks: material.backlinks,
    logs: material.logs.map(logOf),
    keys: material.keys.slice(0, traceKeysMax),
  }
}

/** Roots and orphans by time, each followed by its children by time. With a list and not by recursion: traces may be very deep. */
function inTreeOrder(spans: Span[]): Span[] {
  const byTime = [...spans].sort((a, b) => a.startUs - b.startUs || (a.spanId < b.spanId ? -1 : 1))
  const known = new Set(byTime.map((span) => span.spanId))
  const children = new Map<string, Span[]>()
  const tops: Span[] = []
  for (const span of byTime) {
    if (span.parentSpanId === '' || !known.has(span.parentSpanId) || span.parentSpanId === span.spanId) tops.push(span)
    else children.set(span.parentSpanId, [...(children.get(span.parentSpanId) ?? []), span])
  }
  const ordered = new Set<Span>()
  const walk = (from: Span[]) => {
    const stack = [...from].reverse()
    for (let span = stack.pop(); span !== undefined; span = stack.pop()) {
      if (ordered.has(span)) continue
      ordered.add(span)
      stack.push(...[...(children.get(span.spanId) ?? [])].reverse())
    }
  }
  walk(tops)
  // Spans that name each other as parents hang on no top; they are shown all the same.
  for (const span of byTime) if (!ordered.has(span)) walk([span])
  return [...ordered]
}

function spanOf(row: SpanFields): Span {
  const {
    messaging_system: system,
    topic,
    partition,
    offset_text: offset,
    consumer_group: group,
    client_id: clientId,
  } = row
  const isMessaging = system !== '' || topic !== ''
  return {
    traceId: row.trace_hex,
    spanId: row.span_hex,
    parentSpanId: /^0*$/.test(row.parent_hex) ? '' : row.parent_hex,
    env: row.env,
    cluster: row.cluster,
    service: row.service,
    name: row.name,
    kind: kinds[row.kind] ?? 'unspecified',
    status: statuses[row.status] ?? 'unset',
    statusMessage: row.status_message,
    startUs: Number(row.start_us),
    durationUs: Number(row.duration_us),
    scope: row.scope,
    traceState: row.trace_state,
    attrs: row.attrs,
    resourceAttrs: row.resource_attrs,
    events: row.event_names.map((name, at) => ({
      atUs: Number(row.event_us[at] ?? 0),
      name,
      attrs: row.event_attrs[at] ?? {},
    })),
    links: row.link_traces.map((traceId, at) => ({
      traceId,
      spanId: row.link_spans[at] ?? '',
      attrs: row.link_attrs[at] ?? {},
    })),
    ...(isMessaging
      ? {
          messaging: {
            system,
            operation: operations[row.operation] ?? '',
            topic,
            ...(partition >= 0 ? { partition } : {}),
            ...(offset.startsWith('-') ? {} : { offset }),
            ...(group === '' ? {} : { group }),
            ...(clientId === '' ? {} : { clientId }),
          },
        }
      : {}),
    ...(row.db_system === '' ? {} : { db: { system: row.db_system, table: row.db_table } }),
    ...(row.peer === '' ? {} : { peer: row.peer }),
  }
}

/** OTLP severity numbers come in fours. */
const severities = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL']

function logOf(row: LogFields, at: number): LogRecord {
  const severity = row.severity_text || (row.severity > 0 ? (severities[Math.floor((row.severity - 1) / 4)] ?? '') : '')
  return {
    // Log records have no id of their own; their place in the trace's order tells equal ones apart.
    id: `log:${row.at_us}:${row.span_hex}:${at}`,
    atUs: Number(row.at_us),
    traceId: row.trace_hex,
    spanId: /^0*$/.test(row.span_hex) ? '' : row.span_hex,
    service: row.service,
    severity,
    body: row.body,
    eventName: row.event_name,
    attrs: row.attrs,
  }
}
