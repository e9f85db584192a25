// Lists of traces. A search reads windows of spans from the newest back; what it lists comes from the trace index alone.
// Values are parameters, every answer is bounded.
import type { Store } from '../clickhouse.ts'

const maxSeconds = 10
const idsSql = '(SELECT toFixedString(unhex(arrayJoin({ids:Array(String)})), 16))'

export interface SpanFilter {
  env?: string
  cluster?: string
  service?: string
  name?: string
  /** A span with an error. */
  failed?: boolean
  /** Attributes that one span has all of, of its own or of its resource. */
  attrs: { name: string; value: string }[]
}

export interface TraceSighting {
  traceId: string
  /** Start of the newest span that fits. */
  lastUs: number
}

// The text is put together from these constant pieces only; attributes are read at all only when they are asked for.
const attrsSql = `AND arrayAll((k, v) -> attrs[k] = v OR resource_attrs[k] = v, {attrNames:Array(String)}, {attrValues:Array(String)})`
const matchSql = `({env:String} = '' OR env = {env:String}) AND ({cluster:String} = '' OR cluster = '' OR cluster = {cluster:String})
  AND ({service:String} = '' OR service = {service:String}) AND ({name:String} = '' OR name = {name:String})
  AND ({failed:UInt8} = 0 OR status = 2)`

// A trace is as long as all of its spans, so the index is asked. It has a row for each insert until they are merged; rows that ended
// more than a day before the window are not looked at, so a trace that stood still for longer than that counts from then.
const longSql = `AND trace_id IN (SELECT trace_id FROM trace_index
  WHERE end_ts >= fromUnixTimestamp64Micro({fromUs:Int64}, 'UTC') - INTERVAL 1 DAY
  GROUP BY trace_id HAVING max(end_ts) >= min(start_ts) + toIntervalMicrosecond({minDurationUs:Int64}))`

const windowSql = (withAttrs: boolean, withDuration: boolean) => `
SELECT lower(hex(trace_id)) AS id, toUnixTimestamp64Micro(toDateTime64(max(ts), 6, 'UTC')) AS last_us
FROM spans
WHERE bucket >= toDateTime(intDiv({fromUs:Int64}, 900000000) * 900, 'UTC') AND bucket <= toDateTime(intDiv({toUs:Int64}, 1000000), 'UTC')
  AND ts >= fromUnixTimestamp64Micro({fromUs:Int64}, 'UTC') AND ts < fromUnixTimestamp64Micro({toUs:Int64}, 'UTC')
  AND ${matchSql} ${withAttrs ? attrsSql : ''} ${withDuration ? longSql : ''}
GROUP BY trace_id
ORDER BY last_us DESC, id
LIMIT {max:UInt32}`

const matchOf = (filter: SpanFilter) => ({
  env: filter.env ?? '',
  cluster: filter.cluster ?? '',
  service: filter.service ?? '',
  name: filter.name ?? '',
  failed: filter.failed ? 1 : 0,
  attrNames: filter.attrs.map((attr) => attr.name),
  attrValues: filter.attrs.map((attr) => attr.value),
})

/** Traces with a span that fits and began in [fromUs, toUs), the newest such span first. */
export async function readTracesInWindow(
  store: Store,
  args: { filter: SpanFilter; minDurationUs?: number; fromUs: number; toUs: number; max: number; maxSeconds: number },
): Promise<TraceSighting[]> {
  const { filter, fromUs, toUs, max, minDurationUs = 0, maxSeconds } = args
  const asked = { ...matchOf(filter), fromUs, toUs, max, minDurationUs }
  const rows = await store.rows<{ id: string; last_us: string }>(
    windowSql(filter.attrs.length > 0, minDurationUs > 0),
    asked,
    {
      maxSeconds,
    },
  )
  return rows.map((row) => ({ traceId: row.id, lastUs: Number(row.last_us) }))
}

/** Start of the oldest quarter of an hour that has spans, microseconds; absent when there are none. One seek in the sorting key. */
export async function readOldestBucket(store: Store): Promise<number | undefined> {
  const sql = 'SELECT toUnixTimestamp(bucket) AS at_s FROM spans ORDER BY bucket LIMIT 1'
  const [row] = await store.rows<{ at_s: number }>(sql, {}, { maxSeconds })
  return row && row.at_s * 1e6
}

const fittingSql = (withAttrs: boolean) => `
SELECT DISTINCT lower(hex(trace_id)) AS id
FROM spans
WHERE bucket >= toDateTime({fromS:UInt32}, 'UTC') AND bucket <= toDateTime({toS:UInt32}, 'UTC') AND trace_id IN ${idsSql}
  AND ${matchSql} ${withAttrs ? attrsSql : ''}`

/** Those of these traces that have a span that fits. */
export async function readFittingTraces(
  store: Store,
  args: { filter: SpanFilter; ids: string[]; fromUs: number; toUs: number },
): Promise<Set<string>> {
  if (args.ids.length === 0) return new Set()
  const [fromS, toS] = [Math.max(0, Math.floor(args.fromUs / 1e6) - 900), Math.ceil(args.toUs / 1e6)]
  const asked = { ...matchOf(args.filter), ids: args.ids, fromS, toS }
  const rows = await store.rows<{ id: string }>(fittingSql(args.filter.attrs.length > 0), asked, { maxSeconds })
  return new Set(rows.map((row) => row.id))
}

/** One trace in one environment, as the index has it; 64-bit numbers are texts. */
export interface SummaryRow {
  env: string
  id: string
  start_us: string
  end_us: string
  spans: string
  errors: string
  services: string[]
  root_service: string
  root_name: string
  ingest_us: string
}

const summariesSql = `
SELECT env, lower(hex(trace_id)) AS id, toUnixTimestamp64Micro(toDateTime64(min(start_ts), 6, 'UTC')) AS start_us,
  toUnixTimestamp64Micro(toDateTime64(max(end_ts), 6, 'UTC')) AS end_us, sum(spans) AS spans, sum(errors) AS errors,
  arraySort(groupUniqArrayArray(64)(services)) AS services,
  argMinIfMerge(root) AS first_root, first_root.1 AS root_service, first_root.2 AS root_name,
  toUnixTimestamp64Micro(toDateTime64(max(last_ingest), 6, 'UTC')) AS ingest_us
FROM trace_index
WHERE trace_id IN ${idsSql} AND ({env:String} = '' OR env = {env:String})
GROUP BY env, trace_id
SETTINGS prefer_column_name_to_alias = 1`

export async function readSummaries(store: Store, args: { ids: string[]; env?: string }): Promise<SummaryRow[]> {
  if (args.ids.length === 0) return []
  return store.rows<SummaryRow>(summariesSql, { ids: args.ids, env: args.env ?? '' }, { maxSeconds })
}
