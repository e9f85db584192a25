// The pairing of client spans with the server spans they caused, for one closed window of 10 s, and what was written of it.
// A client of a database or a broker is not a call: those edges are proven by one span and are in hops_10s.
import type { Store } from '../clickhouse.ts'

const maxSeconds = 20
/** Groups of one window. */
const pairsMax = 10_000
/** A server span begins this close to its client's, clocks of two hosts included. */
const skewSeconds = 5

export const windowSeconds = 10

// ANY: a client span that was served twice (a proxy that tries again) is still one call.
const pairsSql = `
SELECT client.env AS env, client.service AS from_service, server.service AS to_service, client.peer AS peer,
  count() AS spans, countIf(client.status = 2) AS errors,
  sumMap([toInt16(floor(4 * log2(greatest(client.duration_ns, 1000) / 1000)))], [toUInt64(1)]) AS latency
FROM (SELECT env, service, trace_id, span_id, peer, status, duration_ns FROM spans
  WHERE bucket >= toStartOfFifteenMinutes(toDateTime({from:UInt32})) AND bucket <= toDateTime({to:UInt32})
    AND ts >= toDateTime({from:UInt32}) AND ts < toDateTime({to:UInt32})
    AND kind = 3 AND db_system = '' AND topic = '' AND messaging_system = '') AS client
ANY LEFT JOIN (SELECT trace_id, parent_span_id, service FROM spans
  WHERE bucket >= toStartOfFifteenMinutes(toDateTime({wideFrom:UInt32})) AND bucket <= toDateTime({wideTo:UInt32})
    AND ts >= toDateTime({wideFrom:UInt32}) AND ts < toDateTime({wideTo:UInt32})
    AND kind = 2 AND parent_span_id != toFixedString('', 8)) AS server
ON client.trace_id = server.trace_id AND client.span_id = server.parent_span_id
GROUP BY env, from_service, to_service, peer
LIMIT {max:UInt32}`

interface PairRow {
  env: string
  from_service: string
  to_service: string
  peer: string
  spans: string
  errors: string
  latency: [number[], (string | number)[]]
}

/** Client spans that began in the window, by caller, the service that answered ('' when none is known) and address. */
export async function readPairs(store: Store, t: number) {
  const to = t + windowSeconds
  const rows = await store.rows<PairRow>(
    pairsSql,
    { from: t, to, wideFrom: t - skewSeconds, wideTo: to + skewSeconds, max: pairsMax },
    { maxSeconds },
  )
  return rows.map((row) => ({
    env: row.env,
    from: row.from_service,
    answeredBy: row.to_service,
    peer: row.peer,
    spans: Number(row.spans),
    errors: Number(row.errors),
    latency: [row.latency[0].map(Number), row.latency[1].map(Number)] as [number[], number[]],
  }))
}

/** What an earlier run wrote for the window. */
export async function readWritten(store: Store, t: number) {
  const rows = await store.rows<{ env: string; from_service: string; to_type: string; to_name: string }>(
    'SELECT env, from_service, to_type, to_name FROM calls_10s FINAL WHERE t = toDateTime({t:UInt32}) AND spans > 0 LIMIT {max:UInt32}',
    { t, max: pairsMax },
    { maxSeconds },
  )
  return rows.map((row) => ({ env: row.env, from: row.from_service, toType: row.to_type, to: row.to_name }))
}

/** The start of the newest window that was written, seconds; absent before the first. */
export async function readNewestWindow(store: Store): Promise<number | undefined> {
  const [row] = await store.rows<{ t: number }>(
    'SELECT toUnixTimestamp(max(t)) AS t FROM calls_10s',
    {},
    { maxSeconds },
  )
  return row === undefined || Number(row.t) === 0 ? undefined : Number(row.t)
}

const insertSql = `
INSERT INTO calls_10s (t, env, from_service, to_type, to_name, spans, errors, latency, version)
SELECT toDateTime({t:UInt32}), row.1, row.2, row.3, row.4, row.5, row.6, (row.7, row.8), fromUnixTimestamp64Milli({versionMs:Int64})
FROM (SELECT arrayJoin(arrayZip({envs:Array(String)}, {froms:Array(String)}, {types:Array(String)}, {names:Array(String)},
  {spans:Array(UInt64)}, {errors:Array(UInt64)}, {buckets:Array(Array(Int16))}, {counts:Array(Array(UInt64))})) AS row)`

export interface WrittenCall {
  env: string
  from: string
  toType: string
  to: string
  spans: number
  errors: number
  latency: readonly [readonly number[], readonly number[]]
}

/** Writes the calls of one window; rows of the same edge with an older version give way. */
export async function writeCalls(store: Store, t: number, versionMs: number, calls: readonly WrittenCall[]) {
  if (calls.length === 0) return
  await store.command(insertSql, {
    t,
    versionMs,
    envs: calls.map(({ env }) => env),
    froms: calls.map(({ from }) => from),
    types: calls.map(({ toType }) => toType),
    names: calls.map(({ to }) => to),
    spans: calls.map(({ spans }) => spans),
    errors: calls.map(({ errors }) => errors),
    buckets: calls.map(({ latency }) => [...latency[0]]),
    counts: calls.map(({ latency }) => [...latency[1]]),
  })
}
