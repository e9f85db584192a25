// The sentence at the top: what fails now, or that nothing that was seen fails, and what cannot be seen. Pure.
// It never says that all is well: commits and waiting events are not watched yet, and a silent source hides what it knows.
import type { Failing, Freshness, Overview } from '@hopscope/server/contract/topology'
import { counted, listed, percent, seconds } from '../../lib/format.ts'

export interface Verdict {
  title: string
  rest: string
}

/** Clearly more than is usual there. Without a usual share nothing is known about it, and it counts. */
export function isUnusual({ errors, spans, usualShare }: Failing): boolean {
  if (usualShare === undefined || spans === 0) return true
  const share = errors / spans
  return share > 2 * usualShare && share > usualShare + 0.005
}

/** Worst first: what is not usual, then what is; within both by errors. */
export function rankFailing(failing: readonly Failing[]): Failing[] {
  return [...failing].sort((a, b) => Number(isUnusual(b)) - Number(isUnusual(a)) || b.errors - a.errors)
}

export function verdict(overview: Pick<Overview, 'failing' | 'fresh' | 'topology'>, windowText: string): Verdict {
  const blind = blindness(overview.fresh)
  return {
    title: [failure(overview.failing), ...blind].join('; '),
    rest: `${seen(overview)} in ${windowText}. Commits and lag are not watched yet, so events that wait are not seen.`,
  }
}

function failure(failing: readonly Failing[]): string {
  const unusual = failing.filter(isUnusual)
  const usual = failing.filter((one) => !isUnusual(one))
  const [first] = unusual
  if (unusual.length === 1 && first) {
    const share = percent(first.spans > 0 ? first.errors / first.spans : undefined)
    const usual = first.usualShare === undefined ? '' : `, usually ${percent(first.usualShare)}`
    return `${first.service} fails ${share} of ${first.name}${usual}`
  }
  if (unusual.length > 1) {
    const services = [...new Set(unusual.map(({ service }) => service))]
    return `${counted(unusual.length, 'operation')} fail in ${listed(services, 3)}`
  }
  if (usual.length > 0) return `Nothing that was seen fails more than usual; ${sayUsual(usual)}`
  return 'Nothing that was seen is failing'
}

function sayUsual([first, ...others]: Failing[]): string {
  if (!first || others.length > 0) return `${counted(others.length + 1, 'operation')} fail as often as usual`
  return `${first.service} fails ${percent(first.errors / first.spans)} of ${first.name}, as usual`
}

function blindness(fresh: readonly Freshness[]): string[] {
  return fresh
    .filter(({ state }) => state === 'late')
    .map(({ source, ageUs }) => `${source} has been silent for ${seconds((ageUs ?? 0) / 1e6)}`)
}

function seen({ topology }: Pick<Overview, 'topology'>): string {
  const of = (type: string) => topology.nodes.filter((node) => node.type === type).length
  const some = (type: string) => (of(type) === 0 ? `no ${type}` : counted(of(type), type))
  return `Seen: ${some('service')} and ${some('topic')}`
}
