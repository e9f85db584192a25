// From evidence to a journey without a store, and journeys as lines that a test can compare.
import type { Candidates, Hop, Journey } from '../../src/contract/journey.ts'
import type { Part } from '../../src/contract/node.ts'
import { answerOf } from '../../src/journey/answer.ts'
import { type Gathered, keyText } from '../../src/journey/evidence.ts'
import { chooseEvent } from '../../src/journey/roots.ts'
import { stitch } from '../../src/journey/stitch.ts'
import { startUs } from '../story.ts'

const day = 86_400_000_000

export function answer(gathered: Gathered, asOfUs = startUs + day): Journey | Candidates | undefined {
  const stitched = stitch(gathered)
  const choice = chooseEvent(stitched.events, gathered)
  const label = gathered.identity ? keyText(gathered.identity) : 'asked'
  const lead = { env: 'prod', by: 'key' as const, label, rows: [] }
  return answerOf([{ lead, gathered, stitched, choice, wideKeys: [] }], { query: label, asOfUs, leadsLeft: 0 })
}

export function journey(gathered: Gathered, asOfUs?: number): Journey {
  const found = answer(gathered, asOfUs)
  if (found === undefined || 'candidates' in found) throw new Error(`not one event: ${JSON.stringify(found)}`)
  return found
}

export const step = (hop: Hop): string => `${hop.kind} ${hop.from.name} > ${hop.to.name}`
export const steps = (found: Journey): string[] => found.hops.map(step)

/** Each hop with the hops that caused it. */
export function graph(found: Journey): string[] {
  const byId = new Map(found.hops.map((hop) => [hop.id, step(hop)]))
  return found.hops
    .map((hop) => `${step(hop)} after ${hop.after.map((id) => byId.get(id)).join(' and ') || 'nothing'}`)
    .sort()
}

export const text = (parts: Part[] = []): string =>
  parts.map((part) => ('text' in part ? part.text : part.name)).join('')

export function hopTo(found: Journey, name: string): Hop {
  const hop = found.hops.find((one) => one.to.name === name)
  if (!hop) throw new Error(`no hop to ${name} in ${steps(found).join(', ')}`)
  return hop
}
