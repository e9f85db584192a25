// A list that is read while it grows. In: what is shown and what the poll found. Out: how many are new, and the shown rows with
// their values of now, in the order in which they are shown: rows never move under the pointer.
import type { TraceSummary } from '@hopscope/server/contract/traces'

export interface Arrival {
  /** The shown rows, values renewed in place. */
  shown: TraceSummary[]
  /** How many of what was found are not among them. */
  fresh: number
}

export function mergeArrivals(shown: readonly TraceSummary[], found: readonly TraceSummary[]): Arrival {
  const byId = new Map(found.map((trace) => [trace.traceId, trace]))
  const renewed = shown.map((trace) => byId.get(trace.traceId) ?? trace)
  const known = new Set(shown.map((trace) => trace.traceId))
  return { shown: renewed, fresh: found.filter((trace) => !known.has(trace.traceId)).length }
}
