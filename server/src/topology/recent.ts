// Which key follows events best, and the newest events by it. Pure. A good name is one whose values turn up in the most
// services and in few traces each: an order id goes through the whole shop, a user id through everything that user ever did.
import type { RecentEvent } from '../contract/topology.ts'

/** How one key name spreads: averages over its values in the last minutes. */
export interface KeySpread {
  name: string
  values: number
  servicesPerValue: number
  tracesPerValue: number
}

/** A value that is in more traces than this joins too much to be one event (the fan-out limit of claims). */
export const tracesPerEventMax = 50

/** Key names that can follow an event, best first. Technical names (`@…`) cannot. */
export function rankKeys(spreads: readonly KeySpread[]): string[] {
  return spreads
    .filter(({ name, tracesPerValue }) => !name.startsWith('@') && tracesPerValue <= tracesPerEventMax)
    .sort((a, b) => score(b) - score(a) || a.tracesPerValue - b.tracesPerValue || (a.name < b.name ? -1 : 1))
    .map(({ name }) => name)
}

// Half a service more or less is chance in a short window; beyond that reach decides, and fan-out among equals.
const score = ({ servicesPerValue, values }: KeySpread) => (values < 1 ? 0 : Math.round(servicesPerValue * 2))

/** Where one value was seen. */
export interface Sighted {
  value: string
  startUs: number
  lastUs: number
  services: string[]
  /** Spans that carry the value themselves, and those of them that failed. */
  spans: number
  errors: number
  traceIds: string[]
}

export interface TraceCount {
  traceId: string
  spans: number
  errors: number
  services: string[]
}

/**
 * The newest events, newest first: what carries the key, and all that its traces hold. The counts are never below what carries
 * the key, since one insert fills the two indexes one after the other.
 */
export function listRecent(
  key: string,
  sighted: readonly Sighted[],
  traces: readonly TraceCount[],
  ownService: string,
): RecentEvent[] {
  const byId = new Map(traces.map((trace) => [trace.traceId, trace]))
  return [...sighted]
    .filter(({ traceIds }) => traceIds.length <= tracesPerEventMax)
    .sort((a, b) => b.lastUs - a.lastUs || (a.value < b.value ? -1 : 1))
    .map(({ value, startUs, lastUs, services, spans, errors, traceIds }) => {
      const own = traceIds.flatMap((traceId) => byId.get(traceId) ?? [])
      const reached = new Set([...services, ...own.flatMap((trace) => trace.services)])
      reached.delete(ownService)
      return {
        id: `${key}=${value}`,
        key,
        startUs,
        lastUs,
        spans: Math.max(spans, sumOf(own, 'spans')),
        errors: Math.max(errors, sumOf(own, 'errors')),
        services: [...reached].sort(),
      }
    })
}

const sumOf = (traces: readonly TraceCount[], of: 'spans' | 'errors') =>
  traces.reduce((sum, trace) => sum + trace[of], 0)
