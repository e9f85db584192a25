// Which environments and clusters there are, whether anything was ever stored, and how old the newest of a source is.
import type { Store } from '../clickhouse.ts'

const maxSeconds = 5
const placesMax = 200

/** Environments of the last days and Kafka clusters of the last day, sorted. What the server says of itself makes none. */
export async function readPlaces(
  store: Store,
  args: { nowS: number; ownService: string },
): Promise<{ envs: string[]; clusters: string[] }> {
  const { nowS, ownService: own } = args
  const [envs, clusters] = await Promise.all([
    store.rows<{ env: string }>(
      'SELECT DISTINCT env FROM operations_1h WHERE t >= toDateTime({from:UInt32}) AND service != {own:String} ORDER BY env LIMIT {max:UInt32}',
      { from: nowS - 7 * 86_400, max: placesMax, own },
      { maxSeconds },
    ),
    store.rows<{ cluster: string }>(
      "SELECT DISTINCT cluster FROM hops_10s WHERE t >= toDateTime({from:UInt32}) AND cluster != '' ORDER BY cluster LIMIT {max:UInt32}",
      { from: nowS - 86_400, max: placesMax },
      { maxSeconds },
    ),
  ])
  return { envs: envs.map(({ env }) => env), clusters: clusters.map(({ cluster }) => cluster) }
}

/** True when a span of another service than the server itself was ever stored, in this environment or in any. */
export async function hasSpans(store: Store, args: { env: string; ownService: string }): Promise<boolean> {
  const sql =
    "SELECT 1 AS one FROM operations_1h WHERE service != {own:String} AND ({env:String} = '' OR env = {env:String}) LIMIT 1"
  return (await store.rows(sql, { env: args.env, own: args.ownService }, { maxSeconds })).length > 0
}

/** How far back spans and keys are kept at this moment, microseconds; absent when there are none. */
export async function readOldest(store: Store): Promise<{ spansUs?: number; keysUs?: number }> {
  // min_time, since min_date is 0 for a partition key that is a function of a DateTime64.
  const sql = `
SELECT toUnixTimestamp(minIf(min_time, table = 'spans')) AS spans, toUnixTimestamp(minIf(min_time, table = 'key_index')) AS keys
FROM system.parts WHERE active AND database = currentDatabase() AND table IN ('spans', 'key_index')`
  const [row] = await store.rows<{ spans: number; keys: number }>(sql, {}, { maxSeconds })
  return {
    ...(row !== undefined && row.spans > 0 && { spansUs: row.spans * 1e6 }),
    ...(row !== undefined && row.keys > 0 && { keysUs: row.keys * 1e6 }),
  }
}

const offsetMetrics = ['kafka.consumer_group.offset', 'kafka.partition.current_offset', 'kafka.consumer_group.lag']

/** When the newest Kafka offset was measured, microseconds; absent when none ever came. */
export async function readNewestOffset(store: Store): Promise<number | undefined> {
  const [row] = await store.rows<{ last: string }>(
    'SELECT toUnixTimestamp(max(last_ts)) AS last FROM series WHERE metric IN {metrics:Array(String)}',
    { metrics: offsetMetrics },
    { maxSeconds },
  )
  const last = Number(row?.last ?? 0)
  return last > 0 ? last * 1e6 : undefined
}
