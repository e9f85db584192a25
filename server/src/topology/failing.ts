// Operations with errors in, the list of what fails now out. Pure. A failure is listed where it was served or taken: the
// client's and the inner spans of the same failure would only repeat it, so they count where nothing else of the service does.
import type { Failing } from '../contract/topology.ts'
import { usualShare, type HourCount } from './usual.ts'

export interface FailingCount {
  env: string
  service: string
  name: string
  kind: number
  spans: number
  errors: number
  sinceUs: number
  lastUs: number
}

/** The newest error of one operation. */
export interface ErrorSample {
  env: string
  service: string
  name: string
  traceId: string
  error: string
}

/** Entries of the list; the rest is in the traces. */
export const failingMax = 20

const served = new Set([2, 5])

export function listFailing(
  counts: readonly FailingCount[],
  hours: ReadonlyMap<string, readonly HourCount[]>,
  samples: readonly ErrorSample[],
  nowS: number,
): Failing[] {
  const serving = new Set(counts.filter(({ kind }) => served.has(kind)).map(serviceOf))
  const byOperation = new Map(samples.map((sample) => [operationOf(sample), sample]))
  return counts
    .filter((row) => served.has(row.kind) || !serving.has(serviceOf(row)))
    .sort((a, b) => b.errors - a.errors || b.lastUs - a.lastUs)
    .slice(0, failingMax)
    .map((row) => {
      const usual = usualShare(hours.get(operationOf(row)) ?? [], nowS)
      const sample = byOperation.get(operationOf(row))
      return {
        id: `failing:${row.env}/${row.service}/${row.kind}/${row.name}`,
        service: row.service,
        name: row.name,
        errors: row.errors,
        spans: row.spans,
        ...(usual !== undefined && { usualShare: usual.share }),
        ...(sample !== undefined && { sampleTraceId: sample.traceId }),
        ...(sample !== undefined && sample.error !== '' && { sampleError: sample.error }),
        sinceUs: row.sinceUs,
        lastUs: row.lastUs,
      }
    })
}

/** What tells two operations apart in the hourly counts and the samples. */
export const operationOf = ({ env, service, name }: { env: string; service: string; name: string }) =>
  JSON.stringify([env, service, name])

const serviceOf = ({ env, service }: FailingCount) => JSON.stringify([env, service])
