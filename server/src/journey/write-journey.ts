// The answer to a search. In: stitched sets of hops, the choice among them, what was asked. Out: a Journey, or Candidates. Pure.
import type { Candidates, Journey, JourneyBound } from '../contract/journey.ts'
import type { Draft } from './draft.ts'
import type { Gathered } from './evidence.ts'
import { lastEndUs, tell } from './sentence.ts'
import type { Stitched } from './stitch.ts'
import { writeHops } from './write-hops.ts'

/** Hops of one journey. More are not followed, and the answer says so. */
export const hopsMax = 2_000
/** Candidates listed; `total` says how many there are. */
export const candidatesMax = 50

export interface Asked {
  query: string
  /** How the event is called: `order.id=8123`, a position, a trace id. */
  label: string
  env: string
  asOfUs: number
}

export interface Bound {
  kind: JourneyBound
  text: string
}

export type WideKey = NonNullable<Journey['wideKeys']>[number]

interface Material {
  stitched: Stitched
  gathered: Gathered
  asked: Asked
  wideKeys: WideKey[]
  bound?: Bound
}

export function writeJourney(event: Draft[], rest: Draft[][], material: Material): Journey {
  const { stitched, gathered, asked, wideKeys } = material
  const bound =
    event.length > hopsMax
      ? { kind: 'hops' as const, text: `${hopsMax} of ${event.length} hops are shown` }
      : material.bound
  const hops = writeHops(event.slice(0, hopsMax), { states: stitched.states, gathered, asOfUs: asked.asOfUs })
  const unattributed = [...stitched.unattributed.values()].reduce((sum, count) => sum + count, 0)
  const told = tell(hops, asked.asOfUs, { ...besideOf(rest), unattributed })
  const startUs = hops.reduce((first, hop) => Math.min(first, hop.startUs!), Infinity)
  return {
    id: `${asked.env}/${asked.label}`,
    query: asked.query,
    key: asked.label,
    kind: hops[0]!.name,
    asOfUs: asked.asOfUs,
    startUs,
    endUs: lastEndUs(hops),
    state: told.state,
    sentence: told.sentence,
    ...(told.rest.length > 0 ? { rest: told.rest } : {}),
    hops,
    breaks: [],
    traceIds: [...new Set(event.flatMap((draft) => draft.core.map((span) => span.traceId)))],
    coverage: { hops: [], gaps: gapsOf(hops) },
    ...(bound ? { bounded: bound.kind, boundText: bound.text } : {}),
    ...(wideKeys.length > 0 ? { wideKeys } : {}),
  }
}

function besideOf(rest: Draft[][]): { others: string[]; unplaced: string[] } {
  const unplaced = rest.filter((drafts) => drafts[0]!.kind === 'consume')
  const others = rest.filter((drafts) => !unplaced.includes(drafts))
  return { others: others.map((drafts) => drafts[0]!.name), unplaced: unplaced.map((drafts) => drafts[0]!.to.name) }
}

/** What is not watched, where it matters for these hops. Coverage itself cannot be measured without commits, so no share is given. */
function gapsOf(hops: Journey['hops']): Journey['coverage']['gaps'] {
  const gaps: Journey['coverage']['gaps'] = []
  if (hops.some((hop) => hop.kind === 'publish' || hop.kind === 'consume')) {
    const text =
      'Commits of consumer groups are not watched: whether a group passed a message is known from its spans only.'
    gaps.push({ source: 'commits', text })
  }
  if (hops.some((hop) => hop.kind === 'db')) {
    gaps.push({
      source: 'changes',
      text: 'Change records are not watched: what followed from a written row is known from spans only.',
    })
  }
  const lost = hops.filter((hop) => hop.flags.includes('parent-not-received')).length
  if (lost > 0)
    gaps.push({
      source: 'spans',
      text: `The spans that caused ${lost === 1 ? '1 hop' : `${lost} hops`} were not received.`,
    })
  return gaps
}

/** One line for each event that may be meant. `queryOf` gives a search that finds only it. */
export function writeCandidates(
  events: { event: Draft[]; material: Material }[],
  query: string,
  asOfUs: number,
  queryOf: (journey: Journey) => string,
): Candidates {
  const wideKeys = events.flatMap(({ material }) => material.wideKeys)
  const candidates = events.slice(0, candidatesMax).map(({ event, material }) => {
    const journey = writeJourney(event, [], material)
    const { key, kind, startUs, state, sentence } = journey
    return { query: queryOf(journey), key, kind, startUs, state, sentence }
  })
  return {
    query,
    asOfUs,
    candidates,
    ...(wideKeys.length > 0 ? { wideKeys } : {}),
    ...(events.length > candidatesMax ? { total: events.length } : {}),
  }
}
