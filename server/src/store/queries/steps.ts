// The same rollups over time: one row for each step of a window, for the lines beside the numbers, and hourly counts for
// what is usual. Steps without a row had no telemetry at all. Times are seconds.
import type { Store } from '../clickhouse.ts'

const maxSeconds = 10
/** Hours times operations in one answer. */
const hoursMax = 50_000

export interface StepArgs {
  env: string
  cluster: string
  fromS: number
  toS: number
  stepSeconds: number
  /** Its spans are counted as received and in nothing else. */
  ownService: string
}

const stepParams = ({ env, cluster, fromS, toS, stepSeconds, ownService }: StepArgs) => ({
  env,
  cluster,
  from: fromS,
  to: toS,
  step: stepSeconds,
  own: ownService,
})

// Attempts are requests served (kind 2) and messages taken (kind 5). A poll that only received is no attempt, but operations
// do not tell it apart; it is in the usual share as well, so the two can be compared.
const operationStepsSql = `
SELECT {from:UInt32} + intDiv(toUnixTimestamp(t) - {from:UInt32}, {step:UInt32}) * {step:UInt32} AS at,
  sum(spans) AS spans,
  sumIf(spans, kind IN (2, 5) AND service != {own:String}) AS attempts,
  sumIf(errors, kind IN (2, 5) AND service != {own:String}) AS errors
FROM operations_10s
WHERE t >= toDateTime({from:UInt32}) AND t < toDateTime({to:UInt32}) AND ({env:String} = '' OR env = {env:String})
GROUP BY at ORDER BY at
SETTINGS prefer_column_name_to_alias = 1`

// Published once each: see topology/count-once.ts, whose rule this is by step.
const publishStepsSql = `
SELECT at, sum(greatest(created, sent)) AS published
FROM (SELECT {from:UInt32} + intDiv(toUnixTimestamp(t) - {from:UInt32}, {step:UInt32}) * {step:UInt32} AS at,
    env, cluster, service, topic, sumIf(spans, operation = 1) AS created, sumIf(spans, operation = 2) AS sent
  FROM hops_10s
  WHERE t >= toDateTime({from:UInt32}) AND t < toDateTime({to:UInt32}) AND operation IN (1, 2) AND topic != ''
    AND service != {own:String}
    AND ({env:String} = '' OR env = {env:String}) AND ({cluster:String} = '' OR cluster = {cluster:String})
  GROUP BY at, env, cluster, service, topic)
GROUP BY at ORDER BY at`

/** Spans, attempts, errors and publishes by step; steps in which nothing came are not there. */
export async function readSteps(store: Store, args: StepArgs) {
  const [operations, publishes] = await Promise.all([
    store.rows<{ at: string; spans: string; attempts: string; errors: string }>(operationStepsSql, stepParams(args), {
      maxSeconds,
    }),
    store.rows<{ at: string; published: string }>(publishStepsSql, stepParams(args), { maxSeconds }),
  ])
  const published = new Map(publishes.map((row) => [Number(row.at), Number(row.published)]))
  return operations.map((row) => ({
    t: Number(row.at),
    spans: Number(row.spans),
    attempts: Number(row.attempts),
    errors: Number(row.errors),
    published: published.get(Number(row.at)) ?? 0,
  }))
}

const hoursSql = `
SELECT toUnixTimestamp(t) AS at, sum(spans) AS attempts, sum(errors) AS errors
FROM operations_1h
WHERE t >= toDateTime({from:UInt32}) AND t < toDateTime({to:UInt32}) AND kind IN (2, 5) AND service != {own:String}
  AND ({env:String} = '' OR env = {env:String})
GROUP BY t ORDER BY t
SETTINGS prefer_column_name_to_alias = 1`

/** Attempts and errors by hour, of everything. */
export async function readHours(store: Store, args: { env: string; fromS: number; toS: number; ownService: string }) {
  const { env, fromS, toS, ownService } = args
  const rows = await store.rows<{ at: string; attempts: string; errors: string }>(
    hoursSql,
    { env, from: fromS, to: toS, own: ownService },
    { maxSeconds },
  )
  return rows.map((row) => ({ t: Number(row.at), attempts: Number(row.attempts), errors: Number(row.errors) }))
}

const operationHoursSql = `
SELECT env, service, name, toUnixTimestamp(t) AS at, sum(spans) AS attempts, sum(errors) AS errors
FROM operations_1h
WHERE t >= toDateTime({from:UInt32}) AND t < toDateTime({to:UInt32}) AND ({env:String} = '' OR env = {env:String})
  AND service IN {services:Array(String)} AND name IN {names:Array(String)}
GROUP BY env, service, name, t
LIMIT {max:UInt32}
SETTINGS prefer_column_name_to_alias = 1`

/** The same for the operations named; others of the same names come along. */
export async function readOperationHours(
  store: Store,
  args: { env: string; fromS: number; toS: number; services: string[]; names: string[] },
) {
  const rows = await store.rows<{
    env: string
    service: string
    name: string
    at: string
    attempts: string
    errors: string
  }>(
    operationHoursSql,
    { env: args.env, from: args.fromS, to: args.toS, services: args.services, names: args.names, max: hoursMax },
    { maxSeconds },
  )
  return rows.map(({ env, service, name, at, attempts, errors }) => ({
    env,
    service,
    name,
    t: Number(at),
    attempts: Number(attempts),
    errors: Number(errors),
  }))
}
