// The words, glyphs and tones of hops and journeys: the table of the design as data. In: contract values. Out: text.
// Says no more than the state does: what is not known is "Not seen", never "missing".
import type { Hop, HopKind, HopState, Journey, Via } from '@hopscope/server/contract/journey'
import type { Node, Part } from '@hopscope/server/contract/node'
import { counted, duration, percent } from '../../lib/format.ts'
import { hopLook, type Look, type Tone } from '../../lib/status.ts'

const stalled: Look = { icon: 'stalled', tone: 'err', word: 'Stalled' }
const retrying: Look = { icon: 'warn', tone: 'warn', word: 'Retrying' }
/** An attempt that failed, after which the same was done again and worked: seen, and no break. */
const retried: Look = { icon: 'warn', tone: 'warn', word: 'Failed, retried' }
/** The publish to a dead-letter topic: it worked, and that is not good news. */
const parked: Look = { icon: 'dlq', tone: 'dlq', word: 'Parked' }

/** The look of a hop: that of its state, refined where the flags of a wait say more. */
export function lookOf(hop: Pick<Hop, 'state' | 'flags'> & { kind?: HopKind }): Look {
  if (hop.kind === 'dlq' && hop.state === 'done') return parked
  if (hop.state === 'failed' && hop.flags.includes('retried')) return retried
  if (hop.state !== 'waiting') return hopLook(hop.state)
  if (hop.flags.some((flag) => flag === 'stalled' || flag === 'stopped')) return stalled
  return hop.flags.includes('retrying') ? retrying : hopLook(hop.state)
}

const brokenStates = new Set<HopState>(['failed', 'lost', 'missing', 'dead-lettered'])
export const isBroken = (hop: Pick<Hop, 'state' | 'flags'>): boolean =>
  (brokenStates.has(hop.state) && lookOf(hop) !== retried) || lookOf(hop) === stalled

/** The icon of a place. A consumer group on its service is drawn as the group. */
export function nodeIcon(node: Node): string {
  return node.type === 'service' && node.group ? 'group' : node.type
}

const kindWords: Record<HopKind, string> = {
  http: 'HTTP',
  rpc: 'RPC',
  db: 'row',
  change: 'change',
  publish: 'topic',
  consume: 'group',
  dlq: 'dead letters',
  internal: 'service',
}

/** What a card says above its name. */
export function kindWord(hop: Hop): string {
  if (hop.to.type === 'external') return 'external'
  return kindWords[hop.kind]
}

export interface Flag {
  icon: string
  tone: Tone
  text: string
  title: string
}

const flagWords: Record<string, Flag> = {
  'trace-lost': {
    icon: 'nolink',
    tone: 'info',
    text: 'trace lost',
    title: 'Trace context did not come along; joined by other means',
  },
  retried: { icon: 'warn', tone: 'warn', text: 'retried', title: 'Attempted more than once' },
  retrying: { icon: 'warn', tone: 'warn', text: 'retrying', title: 'Attempts failed; it is tried again' },
  redelivered: { icon: 'dup', tone: 'info', text: 'delivered twice', title: 'Processed more than once' },
  duplicated: { icon: 'dup', tone: 'info', text: 'delivered twice', title: 'Processed more than once' },
  'clock-skew': {
    icon: 'clock',
    tone: 'warn',
    text: 'clock differs',
    title: 'It began before its cause: two clocks disagree. Times are as sent',
  },
  'parent-not-received': {
    icon: 'unknown',
    tone: 'info',
    text: 'parent not received',
    title: 'The span that called this one has not been received',
  },
  caught: { icon: 'unknown', tone: 'info', text: 'caught', title: 'The error did not reach the operation around it' },
  batch: { icon: 'group', tone: 'info', text: 'in a batch', title: 'One span processed several messages' },
  'received-only': {
    icon: 'untraced',
    tone: 'info',
    text: 'received only',
    title: 'It was received; no span says that it was processed',
  },
  'no-consumer-seen': {
    icon: 'unknown',
    tone: 'info',
    text: 'no consumer seen',
    title: 'No span of a consumer of this message has been received',
  },
  blocked: { icon: 'waiting', tone: 'info', text: 'blocked upstream', title: 'Not reached: its cause is upstream' },
  uncommitted: {
    icon: 'waiting',
    tone: 'info',
    text: 'not committed',
    title: 'Done, not committed: will be redelivered after a restart',
  },
  skipped: { icon: 'lost', tone: 'err', text: 'skipped', title: 'Attempts failed, then the group went on' },
}

/** `trace-lost` becomes `trace lost`; flags that nobody gave a word are shown as they are, never dropped. */
export function flagWord(flag: string): Flag {
  return flagWords[flag] ?? { icon: 'unknown', tone: 'info', text: flag.replaceAll('-', ' '), title: flag }
}

/** Joins by the context that travels with the message, or by a database row, which never carries one. */
const contextVias = new Set<Via>(['trace', 'link', 'header', 'row'])

/** The flags of a hop, with `trace-lost` for one that is joined by other means after one that was joined by its trace. */
export function flagsOf(hop: Hop, byId: ReadonlyMap<string, Hop>): Flag[] {
  const causes = hop.after.map((id) => byId.get(id)).filter((one) => one !== undefined)
  const traced = causes.some((cause) => contextVias.has(cause.via))
  const seen = hop.startUs !== undefined
  const lost = seen && traced && !contextVias.has(hop.via) && hop.via !== 'learned' && !hop.flags.includes('trace-lost')
  const flags = hop.state === 'duplicated' ? hop.flags.filter((flag) => flag !== 'duplicated') : hop.flags
  const words = [...(lost ? ['trace-lost'] : []), ...(hop.state === 'duplicated' ? ['duplicated'] : []), ...flags].map(
    flagWord,
  )
  const said = lookOf(hop).word.toLowerCase()
  return words.filter(
    (word, at) => !said.includes(word.text) && words.findIndex((other) => other.text === word.text) === at,
  )
}

/** Names of a hop for the table: the place it leads to first, then what was done there. */
export function hopTitle(hop: Hop): { name: string; mono: boolean; rest: string } {
  if ((hop.kind === 'publish' || hop.kind === 'dlq') && hop.position)
    return { name: hop.position, mono: true, rest: '' }
  if (hop.kind === 'consume') {
    const group = hop.group ?? hop.to.group
    const service = hop.to.type === 'service' ? hop.to.name : (hop.to.service ?? '')
    return group ? { name: group, mono: true, rest: service } : { name: hop.to.name, mono: false, rest: hop.name }
  }
  if (hop.kind === 'db') return { name: hop.to.name, mono: true, rest: hop.name }
  return { name: hop.to.name, mono: hop.to.type !== 'service' && hop.to.type !== 'external', rest: hop.name }
}

/** How this hop was joined to what came before it: the reason, first thing under its name. */
export function joinReason(hop: Hop, byId: ReadonlyMap<string, Hop>): Part[] {
  const cause = hop.after.map((id) => byId.get(id)).find((one) => one !== undefined)
  const published = cause?.kind === 'publish'
  const before: Part[] = !cause
    ? [{ text: 'the hop before' }]
    : published
      ? [{ text: 'the publish by ' }, { name: cause.from.name, type: cause.from.type }]
      : [{ name: hopTitle(cause).name, type: cause.to.type }]
  const key: Part = hop.key ? { name: hop.key, type: 'key', query: hop.key } : { text: 'a key' }
  const position: Part = hop.position
    ? { name: hop.position, type: 'position', query: hop.position }
    : { text: 'its position' }
  const reasons: Record<Via, Part[]> = {
    trace: cause
      ? [{ text: 'Joined by trace: its span has ' }, ...before, { text: ' as its parent.' }]
      : [{ text: 'The first hop: no span, link or message that caused it has been received.' }],
    link: [{ text: 'Joined by link: a span of a trace of its own links to ' }, ...before, { text: '.' }],
    position: [
      { text: 'Joined by position: ' },
      position,
      { text: ' was read here; it is that of ' },
      ...before,
      { text: '.' },
    ],
    header: [{ text: 'Joined by header: the trace context lay in the message from ' }, ...before, { text: '.' }],
    id: [{ text: 'Joined by an id that ' }, ...before, { text: ' and this hop both name.' }],
    row: [{ text: 'Joined by row: the same row as ' }, ...before, { text: '.' }],
    key: [
      { text: 'Joined by key: ' },
      key,
      { text: ' is also on ' },
      ...before,
      { text: '. No trace context or position says so.' },
    ],
    learned: [{ text: 'Expected: events like this one go on from ' }, ...before, { text: ' to here.' }],
  }
  const parts = reasons[hop.via]
  return hop.oneOf && hop.oneOf > 1 ? [...parts, { text: ` One of ${hop.oneOf} candidates.` }] : parts
}

/** `9 hops done, 1 waits, 2 expected`, in the order of the words. */
export function countHops(hops: readonly Hop[]): string {
  const counts = new Map<string, number>()
  for (const hop of hops) {
    const word = lookOf(hop).word.toLowerCase()
    counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  const order = ['done', ...[...counts.keys()].filter((word) => word !== 'done')]
  return order
    .filter((word) => counts.has(word))
    .map((word, at) => (at === 0 ? `${counted(counts.get(word)!, 'hop')} ${word}` : `${counts.get(word)} ${word}`))
    .join(', ')
}

/** The least coverage of its hops; unknown is said, never taken for complete. */
export function sayCoverage(coverage: Journey['coverage']): string {
  if (coverage.hops.length === 0) return 'coverage not known'
  const least = Math.min(...coverage.hops.map((hop) => hop.share))
  return least >= 1 ? 'spans of every hop seen, coverage 100 %' : `coverage from ${percent(least)}`
}

/** What a card says below its name. */
export function cardMeta(hop: Hop, startUs: number): { main: string; detail: string } {
  const took = hop.durationUs === undefined ? '' : duration(hop.durationUs)
  const at = hop.startUs === undefined ? '' : `+${duration(Math.max(0, hop.startUs - startUs))}`
  if (hop.state === 'expected')
    return { main: hop.flags.includes('blocked') ? 'not reached, blocked upstream' : 'expected', detail: '' }
  if (hop.kind === 'publish' && hop.position) {
    return { main: hop.position.slice(hop.position.lastIndexOf('/') + 1), detail: at }
  }
  if (hop.kind === 'consume') return { main: took, detail: at }
  return { main: hop.name, detail: took }
}
