// A hop while it is being put together. Drafts are made by call-hops.ts and consume-hops.ts, joined by joins.ts and key-joins.ts,
// judged by outcome.ts and written out by write-hops.ts.
import type { HopKind, Via } from '../contract/journey.ts'
import type { Node } from '../contract/node.ts'
import { type SpanEvidence, type SpanRef, endUs, inTime } from './evidence.ts'

export interface Join {
  /** Id of the hop that caused this one. */
  id: string
  via: Via
  confidence: number
  oneOf?: number
}

export interface Draft {
  id: string
  kind: HopKind
  name: string
  from: Node
  to: Node
  /** Spans whose time and outcome are the hop's: client and server of a call, the attempts of a consume. In time order. */
  core: SpanEvidence[]
  /** Everything else that was folded in: receive spans, nested spans, internal work. In time order. */
  folded: SpanEvidence[]
  /** The sent messages that this hop took, where one span took several; otherwise its spans say. */
  messages?: SpanRef[]
  /** Positions this hop stands at; a publish may learn its own from those who read it. */
  positions: Set<string>
  joins: Join[]
  flags: Set<string>
  /** Ids of the hops that put the message of this consume aside. */
  parkedIn?: string[]
  /** How the two sides of a call found each other, when it was not by trace. */
  pairedBy?: { via: Via; confidence: number; oneOf?: number }
}

export const spansOf = (draft: Draft): SpanEvidence[] => [...draft.core, ...draft.folded]

/** It sent a message, be it a dead letter. */
export const isSend = (draft: { kind: HopKind }): boolean => draft.kind === 'publish' || draft.kind === 'dlq'

/** Core spans are in time order. */
export const startOf = (draft: Draft): number => draft.core[0]!.startUs

export const finishOf = (draft: Draft): number => draft.core.reduce((last, span) => Math.max(last, endUs(span)), 0)

/** By start, then by id: independent of the order of arrival. */
export function byStart(a: Draft, b: Draft): number {
  return startOf(a) - startOf(b) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
}

export function addSpans(list: SpanEvidence[], spans: Iterable<SpanEvidence>): void {
  const all = new Set([...list, ...spans])
  list.splice(0, list.length, ...[...all].sort(inTime))
}

export function serviceNode(span: SpanEvidence): Node {
  return { type: 'service', name: span.service, env: span.env, ...(span.group === '' ? {} : { group: span.group }) }
}

export function topicNode(span: SpanEvidence): Node {
  const name = span.topic === '' ? 'a topic that the span does not name' : span.topic
  return { type: 'topic', name, env: span.env, ...(span.cluster === '' ? {} : { cluster: span.cluster }) }
}
