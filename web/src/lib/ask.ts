// What the reader typed into the search field, recognised. Pure. The server has the last word on what a query means; this
// only names it while it is typed, writes it the way the server reads it, and lists what may be meant.
import type { MapNode, RecentEvent } from '@hopscope/server/contract/topology'
import type { Recent } from './prefs.svelte.ts'

export type AskKind = 'key' | 'trace' | 'position' | 'message key' | 'value'

export interface Asked {
  kind: AskKind
  /** As the server reads it. */
  q: string
}

/** Undefined for nothing. `traceparent` headers, `topic:3:1842` and `name: value` are read too and rewritten. */
export function recognise(text: string): Asked | undefined {
  const plain = text.trim().replaceAll(/\s+/g, ' ')
  if (!plain) return undefined
  const trace = /^(?:00-)?([0-9a-f]{32})(?:-[0-9a-f]{16}-[0-9a-f]{2})?$/i.exec(plain)
  if (trace) return { kind: 'trace', q: trace[1]!.toLowerCase() }
  const message = /^(\S+) key=(.+)$/.exec(plain)
  if (message) return { kind: 'message key', q: plain }
  if (/^(?:[^\s/:=]+:)?[\w.-]+\/\d+@\d+$/.test(plain)) return { kind: 'position', q: plain }
  const colons = /^([\w.-]*[a-z][\w.-]*):(\d+):(\d+)$/i.exec(plain)
  if (colons) return { kind: 'position', q: `${colons[1]}/${colons[2]}@${colons[3]}` }
  const pair = /^([a-z][\w.-]*)\s*[=:]\s*(\S.*)$/i.exec(plain)
  if (pair) return { kind: 'key', q: `${pair[1]}=${pair[2]}` }
  return { kind: 'value', q: plain }
}

export interface Suggestion {
  id: string
  group: 'Search' | 'Events seen now' | 'Places' | 'Recent'
  icon: string
  kind: string
  text: string
  /** What is known or what will happen. */
  why: string
  /** Right-hand fact, already in words. */
  fact?: string
  errors?: number
  path: string
  params: Record<string, string>
  /** What Tab writes into the field. */
  complete?: string
  /** To be kept among the recent searches. */
  q?: string
}

export interface Known {
  keyNames: readonly string[]
  events: readonly RecentEvent[]
  nodes: readonly Pick<MapNode, 'id' | 'type' | 'name' | 'rate'>[]
  recents: readonly Recent[]
}

const eventsMax = 4
const placesMax = 4
const keyNamesMax = 4

/** Best first. The first one is what Enter opens. */
export function suggest(text: string, known: Known): Suggestion[] {
  const asked = recognise(text)
  const needle = text.trim().toLowerCase()
  const searches = asked ? searchesFor(asked, known.keyNames) : []
  const events = known.events
    .filter((event) => needle && event.id.toLowerCase().includes(needle) && event.id !== asked?.q)
    .slice(0, eventsMax)
    .map(eventSuggestion)
  const places = known.nodes
    .filter(
      (node) =>
        needle && (node.type === 'service' || node.type === 'topic') && node.name.toLowerCase().includes(needle),
    )
    .slice(0, placesMax)
    .map(placeSuggestion)
  const recents = known.recents
    .filter((recent) => recent.q.toLowerCase().includes(needle) && recent.q !== asked?.q)
    .map((recent) => journey('Recent', 'clock', recent.kind, recent.q, ''))
  const seen = new Set<string>()
  return [...searches, ...events, ...places, ...recents].filter((one) => !seen.has(one.id) && seen.add(one.id))
}

const whys: Record<AskKind, string> = {
  key: 'every event with this key, at any time we keep',
  trace: 'the journey that this trace belongs to',
  position: 'the message at this position, and who took it',
  'message key': 'the newest messages with this key',
  value: 'events that have this value in any key',
}

const icons: Record<AskKind, string> = {
  key: 'key',
  trace: 'trace',
  position: 'topic',
  'message key': 'topic',
  value: 'search',
}

function searchesFor(asked: Asked, keyNames: readonly string[]): Suggestion[] {
  const main = journey('Search', icons[asked.kind], asked.kind, asked.q, whys[asked.kind])
  if (asked.kind === 'trace') return [main, traceSuggestion(asked.q)]
  if (asked.kind !== 'value') return [main]
  const partial = keyNames.filter((name) => name.toLowerCase().startsWith(asked.q.toLowerCase()))
  if (partial.length > 0) return [...partial.slice(0, keyNamesMax).map(keyName), main]
  const pairs = keyNames
    .slice(0, keyNamesMax)
    .map((name) => journey('Search', 'key', name, `${name}=${asked.q}`, 'if that is what the value is'))
  return [main, ...pairs]
}

function journey(group: Suggestion['group'], icon: string, kind: string, q: string, why: string): Suggestion {
  return { id: `${group}:${q}`, group, icon, kind, text: q, why, path: '/journey', params: { q }, complete: q, q }
}

/** A key name without a value leads nowhere yet: Enter and Tab both write it into the field. */
function keyName(name: string): Suggestion {
  return {
    id: `name:${name}`,
    group: 'Search',
    icon: 'key',
    kind: 'key name',
    text: `${name}=`,
    why: 'then the value',
    path: '',
    params: {},
    complete: `${name}=`,
  }
}

function traceSuggestion(traceId: string): Suggestion {
  return {
    id: `trace:${traceId}`,
    group: 'Search',
    icon: 'trace',
    kind: 'trace',
    text: traceId,
    why: 'its spans over time',
    path: `/trace/${traceId}`,
    params: {},
  }
}

function eventSuggestion(event: RecentEvent): Suggestion {
  const services = event.services.length === 1 ? '1 service' : `${event.services.length} services`
  return {
    ...journey('Events seen now', 'key', event.key, event.id, `seen in ${services}`),
    ...(event.errors > 0 ? { errors: event.errors } : {}),
  }
}

function placeSuggestion(node: Known['nodes'][number]): Suggestion {
  const topic = node.type === 'topic'
  return {
    id: node.id,
    group: 'Places',
    icon: node.type,
    kind: node.type,
    text: node.name,
    why: topic ? 'on the map' : 'its traces',
    path: topic ? '/' : '/traces',
    params: topic ? { sel: node.id } : { service: node.name },
  }
}

/** A text cut at its first match, so that the match can be marked. */
export function markMatch(text: string, needle: string): [before: string, match: string, after: string] {
  const at = needle.trim() ? text.toLowerCase().indexOf(needle.trim().toLowerCase()) : -1
  if (at < 0) return [text, '', '']
  const end = at + needle.trim().length
  return [text.slice(0, at), text.slice(at, end), text.slice(end)]
}
