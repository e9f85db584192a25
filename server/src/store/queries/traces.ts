// Spans and log records of traces. Always in two steps: the trace index says when each trace was, then only the quarters of an
// hour that it touches are read. Values are parameters; every answer has a bound; a span that was stored twice is read once.
import type { Store } from '../clickhouse.ts'

const maxSeconds = 15
/** Quarters of an hour read by name; a trace that spans more is read as one range. */
const bucketsMax = 400
const bucketSeconds = 900

export interface TraceBounds {
  traceId: string
  env: string
  startUs: number
  endUs: number
}

const idsSql = '(SELECT toFixedString(unhex(arrayJoin({ids:Array(String)})), 16))'

const boundsSql = `
SELECT env, lower(hex(trace_id)) AS id, toUnixTimestamp64Micro(toDateTime64(min(start_ts), 6, 'UTC')) AS start_us,
  toUnixTimestamp64Micro(toDateTime64(max(end_ts), 6, 'UTC')) AS end_us
FROM trace_index
WHERE trace_id IN ${idsSql} AND ({env:String} = '' OR env = {env:String})
GROUP BY env, id
ORDER BY start_us, id, env
LIMIT {max:UInt32}`

/** When each trace was. A trace that two environments share has a row for each. */
export async function readTraceBounds(
  store: Store,
  args: { ids: string[]; env?: string; max: number },
): Promise<TraceBounds[]> {
  if (args.ids.length === 0) return []
  const rows = await store.rows<{ env: string; id: string; start_us: string; end_us: string }>(
    boundsSql,
    { ids: args.ids, env: args.env ?? '', max: args.max },
    { maxSeconds },
  )
  return rows.map((row) => ({
    env: row.env,
    traceId: row.id,
    startUs: Number(row.start_us),
    endUs: Number(row.end_us),
  }))
}

/** A span as the store has it; 64-bit numbers are texts. */
export interface SpanRow {
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

const inBucketsSql = `
  (empty({buckets:Array(UInt32)}) OR bucket IN (SELECT toDateTime(arrayJoin({buckets:Array(UInt32)}), 'UTC')))
  AND bucket >= toDateTime({fromS:UInt32}, 'UTC') AND bucket <= toDateTime({toS:UInt32}, 'UTC')`

const thinColumnsSql = `env, cluster, service, toUnixTimestamp64Micro(toDateTime64(ts, 6, 'UTC')) AS start_us,
  intDiv(duration_ns, 1000) AS duration_us, lower(hex(trace_id)) AS trace_hex, lower(hex(span_id)) AS span_hex,
  lower(hex(parent_span_id)) AS parent_hex, name, kind, status, status_message, attrs, \`events.name\` AS event_names,
  \`events.attrs\` AS event_attrs, arrayMap(t -> lower(hex(t)), \`links.trace_id\`) AS link_traces,
  arrayMap(s -> lower(hex(s)), \`links.span_id\`) AS link_spans, \`links.attrs\` AS link_attrs,
  operation, topic, partition, toString(offset) AS offset_text, consumer_group, db_system, db_table, peer`
const otherColumnsSql = `trace_state, scope, resource_attrs, messaging_system, client_id,
  arrayMap(t -> toString(toUnixTimestamp64Micro(toDateTime64(t, 6, 'UTC'))), \`events.ts\`) AS event_us`

const spansSql = (columns: string) => `
SELECT ${columns}
FROM spans
WHERE ${inBucketsSql} AND trace_id IN ${idsSql} AND ({env:String} = '' OR env = {env:String})
ORDER BY ts, span_hex
LIMIT 1 BY trace_hex, span_hex
LIMIT {max:UInt32}`

const thinSpansSql = spansSql(thinColumnsSql)
const wholeSpansSql = spansSql(`${thinColumnsSql}, ${otherColumnsSql}`)

/** What a span says of an event, without what only its own page shows. */
export type ThinSpanRow = Omit<
  SpanRow,
  'trace_state' | 'scope' | 'resource_attrs' | 'messaging_system' | 'client_id' | 'event_us'
>

interface SpansAsked {
  bounds: TraceBounds[]
  env?: string
  max: number
}

/** Spans of these traces in time order, the earliest when there are more than `max`. */
export const readSpans = (store: Store, asked: SpansAsked): Promise<SpanRow[]> => spansOf(store, wholeSpansSql, asked)

/** The same with fewer columns, for questions about many traces. */
export const readThinSpans = (store: Store, asked: SpansAsked): Promise<ThinSpanRow[]> =>
  spansOf(store, thinSpansSql, asked)

async function spansOf<Row>(store: Store, sql: string, { bounds, env = '', max }: SpansAsked): Promise<Row[]> {
  if (bounds.length === 0 || max === 0) return []
  return store.rows<Row>(sql, { ...whenAndWhich(bounds), env, max }, { maxSeconds })
}

const countSql = `
SELECT uniqExact(span_id) AS spans
FROM spans
WHERE ${inBucketsSql} AND trace_id IN ${idsSql} AND ({env:String} = '' OR env = {env:String})`

/** How many different spans these traces have. */
export async function countSpans(store: Store, args: { bounds: TraceBounds[]; env?: string }): Promise<number> {
  if (args.bounds.length === 0) return 0
  const rows = await store.rows<{ spans: string }>(
    countSql,
    { ...whenAndWhich(args.bounds), env: args.env ?? '' },
    { maxSeconds },
  )
  return Number(rows[0]?.spans ?? 0)
}

export interface LogRow {
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

const logsSql = `
SELECT toUnixTimestamp64Micro(toDateTime64(ts, 6, 'UTC')) AS at_us, lower(hex(trace_id)) AS trace_hex, lower(hex(span_id)) AS span_hex,
  service, severity, severity_text, event_name, body, attrs
FROM logs
WHERE ${inBucketsSql} AND trace_id IN ${idsSql} AND ({env:String} = '' OR env = {env:String})
  AND severity >= {severityMin:UInt8}
ORDER BY ts, span_hex, body
LIMIT {max:UInt32}`

/** Records may be written a little before the first span and after the last one was closed. */
const logMarginUs = 60_000_000

/** Log records of these traces in time order. `severityMin`: OTLP SeverityNumber, 17 for errors. */
export async function readTraceLogs(
  store: Store,
  args: { bounds: TraceBounds[]; env?: string; severityMin: number; max: number },
): Promise<LogRow[]> {
  if (args.bounds.length === 0) return []
  const wider = args.bounds.map((one) => ({
    ...one,
    startUs: one.startUs - logMarginUs,
    endUs: one.endUs + logMarginUs,
  }))
  const asked = { ...whenAndWhich(wider), env: args.env ?? '', severityMin: args.severityMin, max: args.max }
  return store.rows<LogRow>(logsSql, asked, { maxSeconds })
}

/** The buckets that traces touch, by name while they are few: a trace that went on hours later leaves out the hours between. */
function whenAndWhich(bounds: TraceBounds[]) {
  const ids = [...new Set(bounds.map((one) => one.traceId))]
  const bucketOf = (us: number) => Math.max(0, Math.floor(us / 1e6 / bucketSeconds) * bucketSeconds)
  const fromS = Math.min(...bounds.map((one) => bucketOf(one.startUs)))
  const toS = Math.max(...bounds.map((one) => bucketOf(one.endUs)))
  const buckets = new Set<number>()
  for (const { startUs, endUs } of bounds) {
    for (let at = bucketOf(startUs); at <= bucketOf(endUs) && buckets.size <= bucketsMax; at += bucketSeconds)
      buckets.add(at)
  }
  return { ids, fromS, toS, buckets: buckets.size > bucketsMax ? [] : [...buckets] }
}

export interface BacklinkRow {
  trace_hex: string
  span_hex: string
  service: string
  name: string
  start_us: string
  /** Spans of the asked trace that it points to. */
  to_spans: string[]
}

const backlinksSql = `
SELECT lower(hex(trace_id)) AS trace_hex, lower(hex(span_id)) AS span_hex, service, name,
  toUnixTimestamp64Micro(toDateTime64(ts, 6, 'UTC')) AS start_us,
  arrayDistinct(arrayMap(p -> lower(hex(p.1)), arrayFilter(p -> p.2 = toFixedString(unhex({to:String}), 16),
    arrayZip(\`links.span_id\`, \`links.trace_id\`)))) AS to_spans
FROM spans
WHERE ${inBucketsSql} AND trace_id IN ${idsSql} AND ({env:String} = '' OR env = {env:String})
  AND has(\`links.trace_id\`, toFixedString(unhex({to:String}), 16))
ORDER BY ts, span_hex
LIMIT 1 BY trace_hex, span_hex
LIMIT {max:UInt32}`

/** Spans in these traces that link to the trace `to`, in time order. */
export async function readBacklinks(
  store: Store,
  args: { bounds: TraceBounds[]; to: string; env?: string; max: number },
): Promise<BacklinkRow[]> {
  if (args.bounds.length === 0) return []
  const asked = { ...whenAndWhich(args.bounds), to: args.to, env: args.env ?? '', max: args.max }
  return store.rows<BacklinkRow>(backlinksSql, asked, { maxSeconds })
}
