// When the newest of each source came, in; how old that is, out. Pure. A source that was never set up is not called late.
import type { Freshness } from '../contract/topology.ts'

/** Older than this is late: OTLP is sent every few seconds, offsets every 5 to 15. */
const lateAfterUs = 60e6

export interface Source {
  name: string
  lastUs?: number
  /** Whether somebody asked for this source; OTLP always is. */
  wanted: boolean
}

export function freshness(sources: readonly Source[], nowUs: number): Freshness[] {
  return sources.map(({ name, lastUs, wanted }) => {
    if (lastUs === undefined) return { source: name, state: wanted ? 'never' : 'not-set' }
    const ageUs = Math.max(0, nowUs - lastUs)
    return { source: name, ageUs, state: ageUs > lateAfterUs ? 'late' : 'ok' }
  })
}
