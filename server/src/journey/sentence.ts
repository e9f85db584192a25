// What the page says before it shows anything. In: one event's hops and the time of asking. Out: the journey's state, its sentence
// and the rest, as parts (names are data, never markup). Says only what spans prove: a hop ended with or without an error; what
// should follow, and whether a group passed a message, is not known without commits, and is said not to be. Pure.
import type { Hop, JourneyState } from '../contract/journey.ts'
import type { Part } from '../contract/node.ts'

/** An event whose newest span ended less than this ago is still moving. */
export const movingUs = 30_000_000

export interface Told {
  state: JourneyState
  sentence: Part[]
  rest: Part[]
}

/** What is known beside the hops. */
export interface Beside {
  /** Names of the first hops of other requests that carry the same key. */
  others: string[]
  /** Groups or services that took a message with the same key, which nothing places. */
  unplaced: string[]
  /** How many spans of batches could not be told apart. */
  unattributed: number
}

export function tell(hops: Hop[], asOfUs: number, beside: Beside): Told {
  const state = stateOf(hops, asOfUs)
  const sentence =
    state === 'broken' ? brokenSentence(hops) : state === 'moving' ? movingSentence(hops, asOfUs) : quietSentence(hops)
  return { state, sentence, rest: restOf(hops, state, beside) }
}

export const isBroken = (hop: Hop): boolean =>
  hop.state === 'dead-lettered' || (hop.state === 'failed' && !hop.flags.includes('retried'))

function stateOf(hops: Hop[], asOfUs: number): JourneyState {
  if (hops.some(isBroken)) return 'broken'
  return asOfUs - lastEndUs(hops) < movingUs ? 'moving' : 'unknown'
}

export const hopEndUs = (hop: Hop): number => (hop.startUs ?? 0) + (hop.durationUs ?? 0)

export const lastEndUs = (hops: Hop[]): number => hops.reduce((last, hop) => Math.max(last, hopEndUs(hop)), 0)

/** The first failed hop that no other failed hop lies below of: the cause, not what failed with it. */
export function firstBroken(hops: Hop[]): Hop | undefined {
  const broken = hops.filter(isBroken)
  const withCauseBelow = new Set(broken.flatMap((hop) => (isInside(hop, hops) ? hop.after : [])))
  return broken.find((hop) => !withCauseBelow.has(hop.id)) ?? broken[0]
}

/** A call, a statement or a publish fails inside the hop it was made from; a consumer fails on its own. */
const isInside = (hop: Hop, hops: Hop[]): boolean => hop.kind !== 'consume' && hops.length > 1

function brokenSentence(hops: Hop[]): Part[] {
  const hop = firstBroken(hops)!
  const parked = parkedAround(hop, hops)
  if (parked) return parkedSentence(parked, hop, hops)
  return [
    ...brokenAt(hop),
    ...withError(hop),
    { text: hop.flags.includes('caught') ? '; the operation around it ended without error.' : '.' },
  ]
}

/** The dead-lettered consume that this hop is, or that it was a part of. */
function parkedAround(hop: Hop, hops: Hop[]): Hop | undefined {
  const byId = new Map(hops.map((one) => [one.id, one]))
  const seen = new Set<Hop>()
  for (let queue = [hop]; queue.length > 0;) {
    const one = queue.pop()!
    if (one.state === 'dead-lettered') return one
    // What follows from a message that was sent on is no part of the work on this one.
    if (seen.has(one) || one.kind === 'consume') continue
    seen.add(one)
    queue = [...queue, ...one.after.flatMap((id) => byId.get(id) ?? [])]
  }
  return undefined
}

function parkedSentence(parked: Hop, cause: Hop, hops: Hop[]): Part[] {
  const into = hops.find((hop) => hop.kind === 'dlq' && hop.after.includes(parked.id))
  const failures = (parked.attempts ?? []).filter((one) => one.error !== '').length
  const tries = failures > 1 ? `${failures} attempts at ` : 'work on '
  const message: Part[] = parked.position
    ? [{ name: parked.position, type: 'position', query: parked.position }]
    : [{ text: 'a message of ' }, nameOf(parked.from)]
  const failed: Part[] = parked.error ? [{ text: ` after ${tries}` }, ...message, { text: ' failed' }] : []
  return [
    { text: 'This event broke at ' },
    nameOf(parked.to),
    { text: ': ' },
    ...(into ? [nameOf(into.from), { text: ' parked it in ' }, nameOf(into.to)] : [{ text: 'it was parked' }]),
    ...failed,
    ...withError(parked),
    ...(cause === parked ? [] : [{ text: '; ' }, ...madeAt(cause), { text: ' failed' }, ...withError(cause)]),
    { text: '.' },
  ]
}

/** What was done there, in a few words. */
function madeAt(hop: Hop): Part[] {
  if (hop.kind === 'publish') return [{ text: 'publishing to ' }, nameOf(hop.to)]
  if (hop.kind === 'internal') return [{ text: hop.name }]
  return [{ text: hop.kind === 'db' ? `${hop.name} on ` : `${hop.name} at ` }, nameOf(hop.to)]
}

function brokenAt(hop: Hop): Part[] {
  const [from, to]: Part[] = [nameOf(hop.from), nameOf(hop.to)]
  const what: Part = { text: hop.name }
  switch (hop.kind) {
    case 'consume': {
      const tries = hop.attempts?.length ?? 1
      const message: Part[] = hop.position
        ? [{ name: hop.position, type: 'position', query: hop.position }]
        : [{ text: 'a message of ' }, from!]
      const verb = tries > 1 ? `${tries} attempts at ` : 'processing '
      return [{ text: 'This event broke at ' }, to!, { text: `: ${verb}` }, ...message, { text: ' failed' }]
    }
    case 'publish':
      return [{ text: 'This event broke at ' }, from!, { text: ': publishing to ' }, to!, { text: ' failed' }]
    case 'db':
      return [{ text: 'This event broke at ' }, from!, { text: ': ' }, what, { text: ' on ' }, to!, { text: ' failed' }]
    case 'internal':
      return [{ text: 'This event broke inside ' }, to!, { text: ': ' }, what, { text: ' failed' }]
    default:
      return [
        { text: 'This event broke at ' },
        to!,
        { text: ': ' },
        what,
        { text: ', called from ' },
        from!,
        { text: ', failed' },
      ]
  }
}

function withError(hop: Hop): Part[] {
  const name = hop.error?.type || hop.error?.message
  return name ? [{ text: ' with ' }, { name, type: 'error' }] : []
}

const nameOf = (node: Hop['to']): Part => ({ name: node.name, type: node.type })

function movingSentence(hops: Hop[], asOfUs: number): Part[] {
  const last = hops.reduce((newest, hop) => (hopEndUs(hop) >= hopEndUs(newest) ? hop : newest))
  const ago = Math.max(0, Math.round((asOfUs - hopEndUs(last)) / 1_000_000))
  const failures = hops.some((hop) => hop.state === 'failed')
  return [
    {
      text: `${hops.length === 1 ? 'The one hop that was seen' : `The newest of ${hops.length} hops`} ended ${ago} s ago at `,
    },
    nameOf(last.kind === 'publish' || last.kind === 'dlq' || last.kind === 'db' ? last.from : last.to),
    {
      text: failures
        ? '; what failed was done again and worked.'
        : hops.length === 1
          ? ', without error.'
          : '; none failed.',
    },
    { text: ' What should follow is not known yet.' },
  ]
}

function quietSentence(hops: Hop[]): Part[] {
  const unclear = hops.filter((hop) => hop.state === 'unknown')
  const parts: Part[] = [{ text: endedWell(hops.length, unclear.length) }]
  if (unclear.length > 0) {
    parts.push({ text: ` ${unclear.length === 1 ? 'One message was' : `${unclear.length} messages were`} taken by ` })
    parts.push(...listed(unclear.map((hop) => nameOf(hop.to))))
    parts.push({ text: ', and no work on it was seen.' })
  }
  return [...parts, { text: ' What should follow is not known yet.' }]
}

function endedWell(all: number, unclear: number): string {
  if (unclear > 0) return `${all - unclear} of the ${all} hops that were seen ended without error.`
  return all === 1
    ? 'The one hop that was seen ended without error.'
    : `All ${all} hops that were seen ended without error.`
}

const countOf = (hops: number) => (hops === 1 ? '1 hop' : `${hops} hops`)

function restOf(hops: Hop[], state: JourneyState, beside: Beside): Part[] {
  const parts: Part[] = []
  const add = (...more: Part[]) => {
    if (more.length > 0) parts.push(...(parts.length > 0 ? [{ text: ' ' }] : []), ...more)
  }
  if (state === 'broken') add({ text: othersEnded(hops) })
  const retried = hops.filter((hop) => hop.state === 'done' && hop.flags.includes('retried'))
  if (retried.length > 0)
    add(...listed(retried.map((hop) => nameOf(hop.to))), { text: ' succeeded after a failed attempt.' })
  const twice = hops.filter((hop) => hop.state === 'duplicated')
  if (twice.length > 0)
    add(...listed(twice.map((hop) => nameOf(hop.to))), { text: ' processed its message more than once.' })
  add(...unread(hops))
  const lost = hops.filter((hop) => hop.flags.includes('trace-lost')).length
  if (lost > 0) add({ text: `Trace context was lost before ${countOf(lost)}, joined by other means.` })
  const guesses = hops.filter((hop) => hop.oneOf !== undefined).length
  if (guesses > 0)
    add({ text: `${guesses === 1 ? '1 join is' : `${guesses} joins are`} probable only: several causes are possible.` })
  if (beside.unattributed > 0)
    add({ text: `${beside.unattributed} spans of a shared batch cannot be told apart and are left out.` })
  if (beside.others.length > 0) add(...askedAbout(beside.others))
  if (beside.unplaced.length > 0) add(...unplacedParts(beside.unplaced))
  return parts.filter((part) => !('text' in part) || part.text !== '')
}

function othersEnded(hops: Hop[]): string {
  const broken = hops.filter(isBroken).length
  const well = hops.filter((hop) => hop.state === 'done' || hop.state === 'duplicated').length
  const failedToo = broken > 1 ? `${countOf(broken - 1)} failed with it; ` : ''
  return `${failedToo}${well} of ${countOf(hops.length)} seen ended without error. What should follow is not known yet.`
}

/** A publish that nobody was seen to read is not a fault: a consumer without traces would not show either. */
function unread(hops: Hop[]): Part[] {
  const topics = new Map(
    hops.filter((hop) => hop.flags.includes('no-consumer-seen')).map((hop) => [hop.to.name, nameOf(hop.to)]),
  )
  if (topics.size === 0) return []
  return [
    { text: 'No consumer of ' },
    ...listed([...topics.values()]),
    { text: ' was seen; commits are not watched, so a consumer without traces would not show.' },
  ]
}

function askedAbout(others: string[]): Part[] {
  const names = [...new Set(others)].slice(0, 3).join(', ')
  const count = others.length === 1 ? '1 other request carries' : `${others.length} other requests carry`
  return [{ text: `${count} the same key and moved no message: ${names}.` }]
}

function unplacedParts(unplaced: string[]): Part[] {
  const names: Part[] = unplaced.map((name) => ({ name, type: 'group' }))
  return [...listed(names), { text: ' took messages with the same key; what sent them is not known.' }]
}

/** At most this many names in a sentence; the hops show all. */
const namesMax = 3

function listed(names: Part[]): Part[] {
  const unique = [...new Map(names.map((part) => [JSON.stringify(part), part])).values()]
  const shown = unique.slice(0, namesMax)
  const more = unique.length - shown.length
  const parts = shown.flatMap((part, at) =>
    at === 0 ? [part] : [{ text: at === shown.length - 1 && more === 0 ? ' and ' : ', ' }, part],
  )
  return more > 0 ? [...parts, { text: ` and ${more} more` }] : parts
}
