// Look-ups in the key index: which spans carry a value, stand at a position, link to a trace, and how wide a value spreads.
// Values are parameters, answers are bounded and newest first. Not bound by time: an event is found whenever it was.
import type { Store } from '../clickhouse.ts'

const maxSeconds = 10
/** Rows of the index read to measure how wide several values spread. */
const togetherRowsMax = 8_000_000
/** The same for one value: with more rows than this it is wide in any case. */
const aloneRowsMax = 1_000_000
/** Environments that one value may be found in. */
const envsMax = 20

export interface KeyRow {
  env: string
  cluster: string
  name: string
  value: string
  atUs: number
  /** Lower-case hex; empty for a log record outside of any trace. */
  traceId: string
  spanId: string
  service: string
  /** OTLP SpanKind, or 255 for a log record. */
  kind: number
}

export interface KeyLookup {
  values: string[]
  /** Only these names; empty for every business key and message id. */
  names?: string[]
  env?: string
  /** Rows that name another cluster are left out; rows that name none stay, since HTTP spans never do. */
  cluster?: string
  max: number
}

const columnsSql = `env, cluster, name, value, toUnixTimestamp64Micro(ts) AS at_us, lower(hex(trace_id)) AS trace_hex,
  lower(hex(span_id)) AS span_hex, service, kind`
const whereSql = `({env:String} = '' OR env = {env:String}) AND ({cluster:String} = '' OR cluster = '' OR cluster = {cluster:String})`
const onceSql = `ORDER BY at_us DESC, trace_hex, span_hex
LIMIT 1 BY trace_hex, span_hex, name, value
LIMIT {max:UInt32}`

const rowsSql = `
SELECT ${columnsSql}
FROM key_index
WHERE value IN {values:Array(String)}
  AND (name IN {names:Array(String)} OR (empty({names:Array(String)}) AND (NOT startsWith(name, '@') OR name = '@message')))
  AND ${whereSql}
${onceSql}`

// With one value and one name the index is read from its newest end and no further than needed, however wide the value is.
// Twice as many rows are taken as may be answered, since a row that was stored twice is answered once.
const oneKeySql = `
SELECT ${columnsSql}
FROM (
  SELECT env, cluster, name, value, ts, trace_id, span_id, service, kind FROM key_index
  WHERE value = {value:String} AND name = {name:String} AND ${whereSql}
  ORDER BY ts DESC
  LIMIT {max:UInt32} * 2
)
${onceSql}`

interface RawKeyRow {
  env: string
  cluster: string
  name: string
  value: string
  at_us: string
  trace_hex: string
  span_hex: string
  service: string
  kind: number
}

/** Rows with one of these values, newest first. At most `max`; ask for one more than can be used, to know that there are more. */
export async function readKeyRows(store: Store, lookup: KeyLookup): Promise<KeyRow[]> {
  if (lookup.values.length === 0) return []
  const { values, names = [], env = '', cluster = '', max } = lookup
  const [value, ...otherValues] = values
  const [name, ...otherNames] = names
  const isOne = name !== undefined && otherNames.length + otherValues.length === 0
  const rows = isOne
    ? await store.rows<RawKeyRow>(oneKeySql, { value, name, env, cluster, max }, { maxSeconds })
    : await store.rows<RawKeyRow>(rowsSql, { values, names, env, cluster, max }, { maxSeconds })
  return rows.map((row) => ({
    env: row.env,
    cluster: row.cluster,
    name: row.name,
    value: row.value,
    atUs: Number(row.at_us),
    traceId: withoutZeros(row.trace_hex),
    spanId: withoutZeros(row.span_hex),
    service: row.service,
    kind: row.kind,
  }))
}

const withoutZeros = (id: string) => (/^0*$/.test(id) ? '' : id)

const spreadSql = (limits: string) => `
SELECT env, name, value, max(roots) AS roots_a_day
FROM (
  SELECT env, name, value, toDate(ts) AS day, uniq(trace_id) AS roots
  FROM key_index
  WHERE value IN {values:Array(String)} AND name IN {names:Array(String)} AND ({env:String} = '' OR env = {env:String})
  GROUP BY env, name, value, day
)
GROUP BY env, name, value
HAVING roots_a_day > {limit:UInt32}
LIMIT {max:UInt32}
SETTINGS ${limits}`

// Refused before anything is read when the index says that it would be more.
const togetherSql = spreadSql(`max_rows_to_read = ${togetherRowsMax}`)
const aloneSql = spreadSql(`max_rows_to_read = ${aloneRowsMax}, read_overflow_mode = 'break'`)

export interface Spread {
  env: string
  name: string
  value: string
  /** Distinct traces on the widest day. Reading stops at a bound, so a very wide value has at least this many. */
  roots: number
}

interface WideArgs {
  keys: { name: string; value: string }[]
  env?: string
  limit: number
}

/** The keys among these that join more than `limit` roots on some day; also pairs of their names and values that were not asked. */
export async function readWideKeys(store: Store, args: WideArgs): Promise<Spread[]> {
  if (args.keys.length === 0) return []
  try {
    return await spreads(store, togetherSql, args)
  } catch (error) {
    if (!isTooManyRows(error)) throw error
  }
  // One of them is so wide that reading it would use up what the others need: each gets its own bound.
  const found: Spread[] = []
  for (const key of args.keys) found.push(...(await spreads(store, aloneSql, { ...args, keys: [key] })))
  return found
}

async function spreads(store: Store, sql: string, { keys, env = '', limit }: WideArgs): Promise<Spread[]> {
  const values = [...new Set(keys.map((key) => key.value))]
  const names = [...new Set(keys.map((key) => key.name))]
  const asked = { values, names, env, limit, max: values.length * names.length * envsMax }
  const rows = await store.rows<{ env: string; name: string; value: string; roots_a_day: string }>(sql, asked, {
    maxSeconds,
  })
  return rows.map((row) => ({ env: row.env, name: row.name, value: row.value, roots: Number(row.roots_a_day) }))
}

/** Rows of one key and day that a look-up of several keys takes. */
const rowsPerDayMax = 5_000

// One pass over the index says both which rows there are and how wide each key is. Handles lead wherever they lead; a business key
// that is wide gives no rows, since it would join strangers.
const rowsAndWidthSql = `
SELECT env, name, value, max(roots) AS roots_a_day,
  arrayMap(r -> (toString(toUnixTimestamp64Micro(r.1)), lower(hex(r.2)), lower(hex(r.3)), r.4, r.5, r.6),
    if(roots_a_day > {limit:UInt32} AND (NOT startsWith(name, '@') OR name = '@key'), [], groupArrayArray(found))) AS rows
FROM (
  SELECT env, name, value, toDate(ts) AS day, uniq(trace_id) AS roots,
    groupUniqArrayIf(${rowsPerDayMax})((ts, trace_id, span_id, cluster, service, kind),
      {cluster:String} = '' OR cluster = '' OR cluster = {cluster:String}) AS found
  FROM key_index
  WHERE value IN {values:Array(String)} AND name IN {names:Array(String)} AND ({env:String} = '' OR env = {env:String})
  GROUP BY env, name, value, day
)
GROUP BY env, name, value
LIMIT {max:UInt32}
SETTINGS max_rows_to_read = ${togetherRowsMax}`

interface RawFound {
  env: string
  name: string
  value: string
  roots_a_day: string
  /** at_us, trace, span, cluster, service, kind */
  rows: [string, string, string, string, string, number][]
}

export interface RowsAndWidth {
  /** Newest first. */
  rows: KeyRow[]
  /** Business keys that join more than `limit` roots on some day; they have no rows. */
  wide: Spread[]
}

/** Rows of several keys and how wide these keys are, in one statement. Undefined when they are too many to be read together. */
export async function readRowsAndWidth(
  store: Store,
  args: { keys: { name: string; value: string }[]; env?: string; cluster?: string; limit: number; max: number },
): Promise<RowsAndWidth | undefined> {
  const { keys, env = '', cluster = '', limit, max } = args
  if (keys.length === 0) return { rows: [], wide: [] }
  const values = [...new Set(keys.map((key) => key.value))]
  const names = [...new Set(keys.map((key) => key.name))]
  const asked = { values, names, env, cluster, limit, max: values.length * names.length * envsMax }
  try {
    const found = await store.rows<RawFound>(rowsAndWidthSql, asked, { maxSeconds })
    const isWide = (one: RawFound) =>
      Number(one.roots_a_day) > limit && (!one.name.startsWith('@') || one.name === '@key')
    const rows = found.flatMap((one) => one.rows.map((row) => keyRowOf(one, row))).sort(newestFirst)
    const wide = found.filter(isWide).map(({ roots_a_day, ...key }) => spreadOf(key, roots_a_day))
    return { rows: rows.slice(0, max), wide }
  } catch (error) {
    if (isTooManyRows(error)) return undefined
    throw error
  }
}

const spreadOf = ({ env, name, value }: { env: string; name: string; value: string }, roots: string): Spread => ({
  env,
  name,
  value,
  roots: Number(roots),
})

function keyRowOf({ env, name, value }: RawFound, row: RawFound['rows'][number]): KeyRow {
  const [atUs, trace, span, cluster, service, kind] = row
  const ids = { traceId: withoutZeros(trace), spanId: withoutZeros(span) }
  return { env, cluster, name, value, atUs: Number(atUs), ...ids, service, kind }
}

function newestFirst(a: KeyRow, b: KeyRow): number {
  return b.atUs - a.atUs || compare(a.traceId, b.traceId) || compare(a.spanId, b.spanId)
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

/** ClickHouse's TOO_MANY_ROWS. */
const isTooManyRows = (error: unknown) => error instanceof Error && 'code' in error && String(error.code) === '158'
