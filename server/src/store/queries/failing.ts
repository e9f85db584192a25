// Operations that ended with an error in a window, and one error of each to look at. Times are seconds in, microseconds out.
import type { Store } from '../clickhouse.ts'

const maxSeconds = 5
/** Operations of one answer, most errors first. */
const operationsMax = 100
const errorTextMax = 300

const failingSql = `
SELECT env, service, name, kind, sum(spans) AS spans, sum(errors) AS errors,
  toUnixTimestamp(minIf(t, errors > 0)) * 1000000 AS since_us, toUnixTimestamp(maxIf(t, errors > 0)) * 1000000 AS last_us
FROM operations_10s
WHERE t >= toDateTime({from:UInt32}) AND t < toDateTime({to:UInt32}) AND service != {own:String}
  AND ({env:String} = '' OR env = {env:String})
GROUP BY env, service, name, kind
HAVING sum(errors) > 0
ORDER BY sum(errors) DESC
LIMIT {max:UInt32}
SETTINGS prefer_column_name_to_alias = 1`

export async function readFailing(store: Store, args: { env: string; fromS: number; toS: number; ownService: string }) {
  const { env, fromS, toS, ownService } = args
  const rows = await store.rows<{
    env: string
    service: string
    name: string
    kind: number
    spans: string
    errors: string
    since_us: string
    last_us: string
  }>(failingSql, { env, from: fromS, to: toS, own: ownService, max: operationsMax }, { maxSeconds })
  return rows.map((row) => ({
    env: row.env,
    service: row.service,
    name: row.name,
    kind: row.kind,
    spans: Number(row.spans),
    errors: Number(row.errors),
    sinceUs: Number(row.since_us),
    lastUs: Number(row.last_us),
  }))
}

// An exception's type and message, else the status message, else the low-cardinality error type.
const samplesSql = `
SELECT env, service, name, lower(hex(argMax(trace_id, ts))) AS newest_trace,
  substring(argMax(multiIf(
    exception['exception.message'] != '', concat(exception['exception.type'], ': ', exception['exception.message']),
    status_message != '', status_message,
    attrs['error.type']), ts), 1, {textMax:UInt32}) AS error
FROM (SELECT env, service, name, trace_id, ts, status_message, attrs,
    \`events.attrs\`[indexOf(\`events.name\`, 'exception')] AS exception
  FROM spans
  WHERE bucket >= toStartOfFifteenMinutes(toDateTime({from:UInt32})) AND ts >= toDateTime({from:UInt32})
    AND ts < toDateTime({to:UInt32}) AND status = 2
    AND service IN {services:Array(String)} AND name IN {names:Array(String)}
    AND ({env:String} = '' OR env = {env:String}))
GROUP BY env, service, name`

/** The newest error of each operation named, in the window. */
export async function readErrorSamples(
  store: Store,
  args: { env: string; fromS: number; toS: number; services: string[]; names: string[] },
) {
  const { env, fromS, toS, services, names } = args
  const rows = await store.rows<{ env: string; service: string; name: string; newest_trace: string; error: string }>(
    samplesSql,
    { env, from: fromS, to: toS, services, names, textMax: errorTextMax },
    { maxSeconds },
  )
  return rows.map(({ newest_trace, ...row }) => ({ ...row, traceId: newest_trace }))
}
