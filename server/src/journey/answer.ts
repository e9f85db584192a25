// All that a search found, as one answer. In: the event or events of each lead. Out: a journey when they are one and the same
// event, candidates when they are several, nothing when there is none. Pure.
import type { Journey, JourneyAnswer } from '../contract/journey.ts'
import type { Draft } from './draft.ts'
import type { Gathered } from './evidence.ts'
import type { Lead } from './leads.ts'
import type { Choice } from './roots.ts'
import type { Stitched } from './stitch.ts'
import { type Bound, type WideKey, writeCandidates, writeJourney } from './write-journey.ts'

export interface Found {
  lead: Lead
  gathered: Gathered
  stitched: Stitched
  choice: Choice
  wideKeys: WideKey[]
  bound?: Bound
  /** The key joins too much: even a single trace with it is a candidate and not the event. */
  isWide?: boolean
}

interface Asked {
  query: string
  asOfUs: number
  /** Meanings of the search that were not followed. */
  leadsLeft: number
}

interface Hit {
  found: Found
  event: Draft[]
  rest: Draft[][]
}

export function answerOf(all: Found[], asked: Asked): JourneyAnswer | undefined {
  const hits = withoutRepeats(all.flatMap(hitsOf))
  const [first] = hits
  if (first === undefined) return undefined
  const isOne = hits.length === 1 && asked.leadsLeft === 0 && first.found.isWide !== true
  if (isOne) return writeJourney(first.event, first.rest, materialOf(first, asked))
  const events = hits.map((hit) => ({ event: hit.event, material: materialOf(hit, asked) }))
  return writeCandidates(events, asked.query, asked.asOfUs, (journey) => queryFor(journey))
}

function hitsOf(found: Found): Hit[] {
  const { choice } = found
  if ('event' in choice) return [{ found, event: choice.event, rest: choice.rest }]
  return 'candidates' in choice ? choice.candidates.map((event) => ({ found, event, rest: [] })) : []
}

/** Two names for one thing (order.id and order.ref with the same value) lead to the same first hop. */
function withoutRepeats(hits: Hit[]): Hit[] {
  const kept = new Map<string, Hit>()
  for (const hit of hits) {
    const id = `${hit.found.lead.env} ${hit.event[0]!.id}`
    const before = kept.get(id)
    if (before === undefined || hit.event.length > before.event.length) kept.set(id, hit)
  }
  return [...kept.values()]
}

function materialOf({ found }: Hit, { query, asOfUs }: Asked) {
  const { stitched, gathered, wideKeys, bound, lead } = found
  const asked = { query, label: lead.label, env: lead.env, asOfUs }
  return { stitched, gathered, asked, wideKeys, ...(bound ? { bound } : {}) }
}

/** A trace id finds exactly one event, in whatever environment. */
function queryFor(journey: Journey): string {
  const [first] = journey.hops
  return first?.traceId ?? journey.key
}
