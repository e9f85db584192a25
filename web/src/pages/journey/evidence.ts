// The facts of one hop as rows to read, and the links of its evidence. What is not known has no row. In: a hop. Out: names and values.
import type { Hop } from '@hopscope/server/contract/journey'
import { duration } from '../../lib/format.ts'
import { clockTime, type Zone, zoneName } from '../../lib/time.ts'

export interface Fact {
  name: string
  value: string
  note?: string
  mono?: boolean
  /** What to search for. */
  query?: string
  traceId?: string
  spanId?: string
}

export function factsOf(hop: Hop, zone: Zone): Fact[] {
  const facts: (Fact | false)[] = [
    !!hop.position && {
      name: 'Position',
      value: hop.position,
      query: hop.cluster ? `${hop.cluster}:${hop.position}` : hop.position,
      ...(hop.cluster ? { note: hop.cluster } : {}),
    },
    !!hop.key && { name: 'Key', value: hop.key, query: hop.key },
    !!(hop.group ?? hop.to.group) && { name: 'Group', value: (hop.group ?? hop.to.group)!, mono: true },
    { name: 'From', value: hop.from.name, mono: hop.from.type !== 'service', note: hop.from.type },
    { name: 'To', value: hop.to.name, mono: hop.to.type !== 'service', note: hop.to.type },
    hop.startUs !== undefined && {
      name: 'Began',
      value: `${clockTime(hop.startUs, zone, true)} ${zoneName(hop.startUs, zone)}`,
    },
    hop.durationUs !== undefined && { name: 'Took', value: duration(hop.durationUs) },
    hop.waitedUs !== undefined && { name: 'Waited before', value: duration(hop.waitedUs) },
    hop.expectedAtUs !== undefined && { name: 'Expected', value: `about ${clockTime(hop.expectedAtUs, zone)}` },
    !!hop.traceId && {
      name: 'Trace',
      value: hop.traceId,
      traceId: hop.traceId,
      ...(hop.spanId ? { spanId: hop.spanId } : {}),
    },
    !!hop.spanId && { name: 'Span', value: hop.spanId, mono: true },
    !!hop.env && { name: 'Environment', value: hop.env },
  ]
  return facts.filter((fact) => fact !== false)
}

/**
 * Where a piece of evidence leads. References are paths of this origin; anything else (another host, a script) is no link.
 * Paths of the page take environment and range along, as `home` has them.
 */
export function evidenceHref(ref: string, home: string): string | undefined {
  if (!/^\/(?![/\\])/.test(ref)) return undefined
  if (ref.startsWith('/api/')) return ref
  const kept = home.split('?')[1]
  return kept ? `${ref}${ref.includes('?') ? '&' : '?'}${kept}` : ref
}
