// The 10 s rollups, added up over a window. `recent` are the counts of its newest part, which rates are taken from. An empty
// environment or cluster means all of them. Times are seconds in, microseconds out. Results are bounded by rows.
// Sums carry the names of their columns, so statements prefer a column where both could be meant.
import type { Store } from '../clickhouse.ts'

/** Groups of one answer. A system with more half-edges than this is not a map any more. */
const rowsMax = 20_000
const maxSeconds = 10

export interface RollupArgs {
  env: string
  cluster: string
  fromS: number
  toS: number
  /** The newest part: from here to `recentToS`. */
  recentFromS: number
  recentToS: number
}

interface CountRow {
  spans: string
  errors: string
  recent: string
  latency: [number[], (string | number)[]]
  last_us: string
}

const toCounts = (row: CountRow) => ({
  spans: Number(row.spans),
  errors: Number(row.errors),
  recent: Number(row.recent),
  latency: [row.latency[0].map(Number), row.latency[1].map(Number)] as [number[], number[]],
  lastUs: Number(row.last_us),
})

const params = ({ env, fromS, toS, recentFromS, recentToS }: RollupArgs) => ({
  env,
  from: fromS,
  to: toS,
  recentFrom: recentFromS,
  recentTo: recentToS,
  rowsMax,
})

const hopsSql = `
SELECT env, cluster, service, operation, topic, consumer_group, db_system, db_table,
  sum(spans) AS spans, sum(errors) AS errors,
  sumIf(spans, t >= toDateTime({recentFrom:UInt32}) AND t < toDateTime({recentTo:UInt32})) AS recent,
  sumMap(latency) AS latency,
  arraySort(groupUniqArrayArray(256)(partitions)) AS partitions,
  toUnixTimestamp64Micro(toDateTime64(max(last_ts), 6, 'UTC')) AS last_us
FROM hops_10s WHERE t >= toDateTime({from:UInt32}) AND t < toDateTime({to:UInt32})
  AND ({env:String} = '' OR env = {env:String})
GROUP BY env, cluster, service, operation, topic, consumer_group, db_system, db_table
LIMIT {rowsMax:UInt32}
SETTINGS prefer_column_name_to_alias = 1`

interface HopRow extends CountRow {
  env: string
  cluster: string
  service: string
  operation: number
  topic: string
  consumer_group: string
  db_system: string
  db_table: string
  partitions: number[]
}

/** What each service did with each topic and table, in all clusters: spans without one are told apart by those that name it. */
export async function readHalfEdges(store: Store, args: RollupArgs) {
  const rows = await store.rows<HopRow>(hopsSql, params(args), { maxSeconds })
  return rows.map((row) => ({
    ...toCounts(row),
    env: row.env,
    cluster: row.cluster,
    service: row.service,
    operation: row.operation,
    topic: row.topic,
    group: row.consumer_group,
    dbSystem: row.db_system,
    dbTable: row.db_table,
    partitions: row.partitions,
  }))
}

const servicesSql = `
SELECT env, service, kind, sum(spans) AS spans, sum(errors) AS errors,
  sumIf(spans, t >= toDateTime({recentFrom:UInt32}) AND t < toDateTime({recentTo:UInt32})) AS recent,
  sumIf(errors, t >= toDateTime({recentFrom:UInt32}) AND t < toDateTime({recentTo:UInt32})) AS recent_errors,
  sumMap(latency) AS latency,
  toUnixTimestamp(max(t)) * 1000000 AS last_us, toUnixTimestamp(min(t)) AS first_s
FROM operations_10s WHERE t >= toDateTime({from:UInt32}) AND t < toDateTime({to:UInt32})
  AND ({env:String} = '' OR env = {env:String})
GROUP BY env, service, kind
LIMIT {rowsMax:UInt32}
SETTINGS prefer_column_name_to_alias = 1`

interface ServiceRow extends CountRow {
  env: string
  service: string
  kind: number
  recent_errors: string
  first_s: string
}

/** All spans of each service by kind. `lastUs` and `firstS` are the starts of the newest and the oldest 10 s. */
export async function readServices(store: Store, args: RollupArgs) {
  const rows = await store.rows<ServiceRow>(servicesSql, params(args), { maxSeconds })
  return rows.map((row) => ({
    ...toCounts(row),
    env: row.env,
    service: row.service,
    kind: row.kind,
    recentErrors: Number(row.recent_errors),
    firstS: Number(row.first_s),
  }))
}

const callsSql = `
SELECT env, from_service, to_type, to_name, sum(spans) AS spans, sum(errors) AS errors,
  sumIf(spans, t >= toDateTime({recentFrom:UInt32}) AND t < toDateTime({recentTo:UInt32})) AS recent,
  sumMap(latency) AS latency,
  toUnixTimestamp(max(t)) * 1000000 AS last_us
FROM calls_10s FINAL WHERE t >= toDateTime({from:UInt32}) AND t < toDateTime({to:UInt32})
  AND ({env:String} = '' OR env = {env:String}) AND spans > 0
GROUP BY env, from_service, to_type, to_name
LIMIT {rowsMax:UInt32}
SETTINGS prefer_column_name_to_alias = 1`

interface CallRow extends CountRow {
  env: string
  from_service: string
  to_type: 'service' | 'external'
  to_name: string
}

/** Who called whom, as the scheduled pairing has found it. */
export async function readCalls(store: Store, args: RollupArgs) {
  const rows = await store.rows<CallRow>(callsSql, params(args), { maxSeconds })
  return rows.map((row) => ({
    ...toCounts(row),
    env: row.env,
    from: row.from_service,
    toType: row.to_type,
    to: row.to_name,
  }))
}
