// A journey as plain text, for the incident channel: what is broken, the hops, how it was joined, and the link.
// In: the journey, the link to it, the present. Out: lines that read well in a fixed-width block.
import type { Hop, Journey } from '@hopscope/server/contract/journey'
import type { Part } from '@hopscope/server/contract/node'
import { duration } from '../../lib/format.ts'
import { dateTime } from '../../lib/time.ts'
import { journeyLooks } from '../../lib/status.ts'
import { countHops, hopTitle, lookOf, sayCoverage } from './hop-words.ts'

/** Hops listed in the text; the link has them all. */
const hopsMax = 40

export const partsText = (parts: readonly Part[]): string =>
  parts.map((part) => ('text' in part ? part.text : part.name)).join('')

function hopLine(hop: Hop, startUs: number): string {
  const { name, rest } = hopTitle(hop)
  const at = hop.startUs === undefined ? '' : `+${duration(Math.max(0, hop.startUs - startUs))}`
  const facts = [
    hop.durationUs === undefined ? '' : duration(hop.durationUs),
    hop.waitedUs ? `after waiting ${duration(hop.waitedUs)}` : '',
    hop.error ? [hop.error.type, hop.error.message].filter(Boolean).join(': ') : '',
    `by ${hop.via}${hop.confidence < 1 ? ` ${hop.confidence.toFixed(2)}` : ''}`,
  ].filter(Boolean)
  return `${lookOf(hop).word.padEnd(13)} ${at.padStart(10)}  ${[name, rest].filter(Boolean).join(' ')} (${facts.join(', ')})`
}

export function printJourney(journey: Journey, link: string): string {
  const { hops, startUs } = journey
  const said = [partsText(journey.sentence), journey.rest ? partsText(journey.rest) : ''].filter(Boolean)
  const notes = [
    journey.boundText ?? '',
    ...journey.coverage.gaps.map((gap) => gap.text),
    ...(journey.wideKeys ?? []).map((wide) => sayWideKey(wide)),
  ].filter(Boolean)
  return [
    `${journey.key}: ${journeyLooks[journey.state].word.toLowerCase()}, as of ${dateTime(journey.asOfUs)} UTC`,
    ...said,
    '',
    ...hops.slice(0, hopsMax).map((hop) => hopLine(hop, startUs)),
    ...(hops.length > hopsMax ? [`and ${hops.length - hopsMax} more hops`] : []),
    '',
    `Began ${dateTime(startUs, 'utc', true)} UTC. ${countHops(hops)}; ${sayCoverage(journey.coverage)}.`,
    ...notes,
    link,
  ].join('\n')
}

/** Why a key that was seen did not join anything. */
export function sayWideKey(wide: { key: string; roots: number; limit: number }): string {
  return `${wide.key} joins ${wide.roots} roots a day, more than ${wide.limit}: it filters and does not join.`
}

/** The raw JSON of one hop, for its own tab. */
export const printRaw = (hop: Hop): string => JSON.stringify(hop, undefined, 2)
