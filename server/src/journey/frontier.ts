// What to ask the store next. In: what was stitched so far and what was asked before. Out: traces that links point into, and
// handles (positions, message ids, message keys, business keys, traces that others may link to) that were not looked up yet.
// When nothing is left the journey is complete. Pure.
import type { Draft } from './draft.ts'
import { spansOf } from './draft.ts'
import { type Gathered, type KeyValue, type SpanEvidence, keyText, ownKeys, positionOf } from './evidence.ts'
import { roleOf } from './roles.ts'
import type { Choice } from './roots.ts'
import type { Stitched } from './stitch.ts'

/** Technical handles lead for certain; keys only to where the event may have gone on without context. */
export interface Frontier {
  traces: string[]
  handles: KeyValue[]
  keys: KeyValue[]
}

export function frontierOf(
  stitched: Stitched,
  choice: Choice,
  gathered: Gathered,
  asked: ReadonlySet<string>,
): Frontier {
  const accepted = acceptedOf(choice).flatMap((hops) => hops.flatMap(spansOf))
  const roots = stitched.events.flatMap((hops) =>
    hops.filter((hop) => hop.kind === 'consume' && hop.joins.length === 0),
  )
  const handles = new Map<string, KeyValue>()
  const keys = new Map<string, KeyValue>()
  const add = (to: Map<string, KeyValue>, key: KeyValue) => {
    if (!asked.has(keyText(key))) to.set(keyText(key), key)
  }
  for (const span of accepted) {
    add(handles, { name: '@link', value: span.traceId })
    for (const handle of handlesOf(span)) add(handles, handle)
    for (const key of keysOf(span)) if (!gathered.wide.has(keyText(key))) add(keys, key)
  }
  for (const span of roots.flatMap(spansOf)) for (const handle of handlesOf(span)) add(handles, handle)
  for (const hop of acceptedOf(choice).flat())
    for (const value of hop.positions) add(handles, { name: '@position', value })
  const traces = [...stitched.linkedTraces].filter((traceId) => !asked.has(`@trace=${traceId}`)).sort()
  const sorted = (found: Map<string, KeyValue>) => [...found.keys()].sort().map((text) => found.get(text)!)
  return { traces, handles: sorted(handles), keys: sorted(keys) }
}

function acceptedOf(choice: Choice): Draft[][] {
  if ('event' in choice) return [choice.event]
  return 'candidates' in choice ? choice.candidates : []
}

function handlesOf(span: SpanEvidence): KeyValue[] {
  const position = positionOf(span)
  return [
    ...(position === undefined ? [] : [{ name: '@position', value: position }]),
    ...(span.messageId === '' ? [] : [{ name: '@message', value: span.messageId }]),
  ]
}

/** Keys by which a part of the event may be found that nothing else leads to. */
function keysOf(span: SpanEvidence): KeyValue[] {
  const isMessage = roleOf(span) === 'publish' || roleOf(span) === 'consume'
  const sent = isMessage && span.messageKey !== '' && span.topic !== ''
  return [...ownKeys(span), ...(sent ? [{ name: '@key', value: `${span.topic}\n${span.messageKey}` }] : [])]
}
