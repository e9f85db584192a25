// The newest values of the key index, and how the key names spread. Reading stops at a bound of rows, because a busy system
// writes more keys in a minute than anyone can list: the newest ones are enough. Times are microseconds.
import type { Store } from '../clickhouse.ts'

const maxSeconds = 5
/** Key names compared. */
const namesMax = 50

// Seconds of key_index are in its newest parts only: the partition's own bounds of ts prune the others.
const spreadsSql = `
SELECT name, uniq(value) AS values, uniq(value, service) / values AS services_per_value,
  uniq(value, trace_id) / values AS traces_per_value
FROM (SELECT name, value, service, trace_id FROM key_index
  WHERE ts >= fromUnixTimestamp64Micro({from:Int64}) AND NOT startsWith(name, '@') AND service != {own:String}
    AND ({env:String} = '' OR env = {env:String}))
GROUP BY name ORDER BY values DESC LIMIT {max:UInt32}
SETTINGS max_rows_to_read = 20000000, read_overflow_mode = 'break'`

/** How the values of each business key spread over services and traces since `fromUs`. */
export async function readKeySpreads(store: Store, args: { env: string; fromUs: number; ownService: string }) {
  const rows = await store.rows<{ name: string; values: string; services_per_value: number; traces_per_value: number }>(
    spreadsSql,
    { env: args.env, from: args.fromUs, own: args.ownService, max: namesMax },
    { maxSeconds },
  )
  return rows.map((row) => ({
    name: row.name,
    values: Number(row.values),
    servicesPerValue: row.services_per_value,
    tracesPerValue: row.traces_per_value,
  }))
}

const newestSql = `
SELECT value FROM (SELECT value, ts FROM key_index
  WHERE ts >= fromUnixTimestamp64Micro({from:Int64}) AND name = {name:String} AND service != {own:String}
    AND ({env:String} = '' OR env = {env:String}))
GROUP BY value ORDER BY max(ts) DESC LIMIT {max:UInt32}
SETTINGS max_rows_to_read = 20000000, read_overflow_mode = 'break'`

// 51 traces are one more than an event may have, so that wide values show.
const sightedSql = `
SELECT value, toUnixTimestamp64Micro(min(ts)) AS start_us, toUnixTimestamp64Micro(max(ts)) AS last_us,
  groupUniqArray(64)(service) AS services, uniqIf(span_id, kind != 255) AS spans, uniqIf(span_id, status = 2) AS errors,
  arrayFilter(id -> id != '00000000000000000000000000000000', groupUniqArray(51)(lower(hex(trace_id)))) AS trace_ids
FROM key_index
WHERE value IN {values:Array(String)} AND name = {name:String} AND ({env:String} = '' OR env = {env:String})
  AND ts >= fromUnixTimestamp64Micro({from:Int64})
GROUP BY value`

interface SightedRow {
  value: string
  start_us: string
  last_us: string
  services: string[]
  spans: string
  errors: string
  trace_ids: string[]
}

/** The newest values of one key, with where they were seen since `historyFromUs`. */
export async function readNewest(
  store: Store,
  args: { env: string; name: string; fromUs: number; historyFromUs: number; max: number; ownService: string },
) {
  const { env, name, fromUs, historyFromUs, max, ownService } = args
  const newest = await store.rows<{ value: string }>(
    newestSql,
    { env, name, from: fromUs, max, own: ownService },
    { maxSeconds },
  )
  if (newest.length === 0) return []
  const values = newest.map((row) => row.value)
  const rows = await store.rows<SightedRow>(sightedSql, { env, name, values, from: historyFromUs }, { maxSeconds })
  return rows.map((row) => ({
    value: row.value,
    startUs: Number(row.start_us),
    lastUs: Number(row.last_us),
    services: row.services,
    spans: Number(row.spans),
    errors: Number(row.errors),
    traceIds: row.trace_ids,
  }))
}

const tracesSql = `
SELECT lower(hex(trace_id)) AS id, sum(spans) AS spans, sum(errors) AS errors,
  groupUniqArrayArray(64)(services) AS services
FROM trace_index
WHERE trace_id IN (SELECT toFixedString(unhex(arrayJoin({ids:Array(String)})), 16)) AND ({env:String} = '' OR env = {env:String})
GROUP BY trace_id
SETTINGS prefer_column_name_to_alias = 1`

/** Spans, errors and services of traces, from the trace index alone. */
export async function readTraceCounts(store: Store, args: { env: string; traceIds: string[] }) {
  if (args.traceIds.length === 0) return []
  const rows = await store.rows<{ id: string; spans: string; errors: string; services: string[] }>(
    tracesSql,
    { env: args.env, ids: args.traceIds },
    { maxSeconds },
  )
  return rows.map((row) => ({
    traceId: row.id,
    spans: Number(row.spans),
    errors: Number(row.errors),
    services: row.services,
  }))
}
