// What was typed into the search field, as the things it may mean, best first. In: text. Out: what to try, or why nothing can be
// tried and what to type instead. All forms of `q` are here and nowhere else:
//   order.id=8123 · 8123 · a trace id or traceparent · orders.events/3@1842 · prod:orders.events/3@1842 · orders.events key=K
// A form that may mean two things is tried as both: 32 hex digits are a trace, and may be an event's id. Pure.
import type { KeyRules } from '../keys/rules.ts'

export type Try =
  | { kind: 'trace'; traceId: string }
  | { kind: 'position'; topic: string; partition: number; offset: string; cluster?: string }
  | { kind: 'message-key'; topic: string; key: string; value: string }
  | { kind: 'key'; name: string; value: string }
  | { kind: 'value'; values: string[] }

export type Search = { tries: Try[] } | { unclear: string; todo: string }

/** Longest search, characters; a key value that is stored is shorter. */
export const searchCharsMax = 1_024

const forms = 'Search for order.id=8123, a bare value, a trace id, topic/partition@offset, or "topic key=K".'
const offsetMax = 9_223_372_036_854_775_807n
const partitionMax = 2_147_483_647

export function parseSearch(text: string, rules: KeyRules): Search {
  const query = text.trim()
  if (query === '') return { unclear: 'The search is empty.', todo: forms }
  if (query.length > searchCharsMax) {
    return { unclear: `The search has ${query.length} characters, more than ${searchCharsMax}.`, todo: forms }
  }
  if (hasControl(query))
    return { unclear: 'The search has a line break or another control character.', todo: 'Take it out.' }

  const traceId = traceIdIn(query)
  if (traceId !== undefined)
    return { tries: [{ kind: 'trace', traceId }, ...(query.length === 32 ? [bare(query, rules)] : [])] }
  const messageKey = /^(\S+)\s+key\s*=\s*(.+)$/.exec(query)
  if (messageKey) return { tries: [messageKeyTry(messageKey[1]!, unquoted(messageKey[2]!), rules)] }
  const position = positionIn(query)
  if (position) return 'unclear' in position ? position : { tries: [position, bare(query, rules)] }
  const equals = query.indexOf('=')
  if (equals >= 0) return named(query.slice(0, equals).trim(), unquoted(query.slice(equals + 1)), query, rules)
  return { tries: [bare(unquoted(query), rules)] }
}

function hasControl(text: string): boolean {
  for (const char of text) if (char < ' ' || char === '\u007f') return true
  return false
}

/** 32 hex digits, alone or inside a W3C traceparent. All zeros is no id. */
function traceIdIn(query: string): string | undefined {
  const id = /^(?:[0-9a-f]{2}-)?([0-9a-f]{32})(?:-[0-9a-f]{16}-[0-9a-f]{2})?$/i.exec(query)?.[1]?.toLowerCase()
  return id === undefined || /^0+$/.test(id) ? undefined : id
}

/** `topic/3@1842`, with the cluster before a colon. Kafka's topics have no colon, so the first form wins where both fit. */
function positionIn(query: string): Try | { unclear: string; todo: string } | undefined {
  const found = /^(?:(\S.*):)?([^\s:/@]+)\/(\d+)@(\d+)$/.exec(query) ?? /^()(\S+)\/(\d+)@(\d+)$/.exec(query)
  if (!found) return undefined
  const [, cluster = '', topic = '', partition = '', offset = ''] = found
  if (Number(partition) > partitionMax || BigInt(offset) > offsetMax) {
    return { unclear: `${query} has a partition or an offset that is too large.`, todo: 'Copy the position again.' }
  }
  const place = { kind: 'position' as const, topic, partition: Number(partition), offset: String(BigInt(offset)) }
  return cluster === '' ? place : { ...place, cluster }
}

function named(name: string, value: string, query: string, rules: KeyRules): Search {
  if (name === '') return { unclear: `${query} has no name before "=".`, todo: forms }
  if (value === '') return { unclear: `${query} has no value after "=".`, todo: `Type the value: ${name}=8123.` }
  const traceId = traceIdIn(value)
  if (traceId !== undefined && /^trace[._]?id$/i.test(name)) return { tries: [{ kind: 'trace', traceId }] }
  const canonical = rules.canonicalName(name)
  if (canonical === '' || canonical.startsWith('@'))
    return { unclear: `${name} is not the name of a key.`, todo: forms }
  // A value may itself have "=" in it, and then have been pasted without its name.
  return { tries: [{ kind: 'key', name: canonical, value: rules.valueOf(canonical, value) }, bare(query, rules)] }
}

function messageKeyTry(topic: string, key: string, rules: KeyRules): Try {
  return { kind: 'message-key', topic, key, value: rules.valueOf('@key', `${topic}\n${key}`) }
}

const bare = (text: string, rules: KeyRules): Try => ({ kind: 'value', values: rules.valuesOf(text) })

function unquoted(text: string): string {
  const value = text.trim()
  const quoted = /^"(.*)"$|^'(.*)'$/.exec(value)
  return quoted ? (quoted[1] ?? quoted[2] ?? '') : value
}
