// Spans by id, by parent, by what they link to, by position and by message id. In: spans in any order, some twice. Out: look-ups
// whose lists are in time order, so that nothing after this can depend on the order of arrival. Pure.
import { type SpanEvidence, type SpanRef, endUs, inTime, positionOf, refOf } from './evidence.ts'
import { roleOf } from './roles.ts'

export interface SpanIndex {
  all: SpanEvidence[]
  byRef: Map<SpanRef, SpanEvidence>
  byTrace: Map<string, SpanEvidence[]>
  childrenOf: (span: SpanEvidence) => SpanEvidence[]
  parentOf: (span: SpanEvidence) => SpanEvidence | undefined
  linkedBy: (span: SpanEvidence) => SpanEvidence[]
  /** Spans at the same position in the same environment, in clusters that may be the same. */
  besides: (span: SpanEvidence) => SpanEvidence[]
  sameMessageId: (span: SpanEvidence) => SpanEvidence[]
  /** How many messages met in this span: 2 and more make it a batch, whose parts belong to different events. */
  batchOf: (span: SpanEvidence) => number
}

export function indexSpans(spans: Iterable<SpanEvidence>): SpanIndex {
  const all = withoutDuplicates(spans)
  const byRef = new Map(all.map((span) => [refOf(span), span]))
  const byTrace = groupBy(all, (span) => [span.traceId])
  const parents = new Map(all.map((span) => [span, byRef.get(`${span.traceId}:${span.parentSpanId}`)]))
  const children = new Map<SpanEvidence, SpanEvidence[]>()
  for (const [span, parent] of parents) {
    if (parent === undefined) continue
    const others = children.get(parent)
    if (others) others.push(span)
    else children.set(parent, [span])
  }
  const byLink = groupBy(all, (span) => new Set(span.links.map(refOf)))
  const byPosition = groupBy(all, (span) => placeOf(span))
  const byMessageId = groupBy(all, (span) => (span.messageId === '' ? [] : [messageIdKey(span)]))
  const batches = new Map<SpanRef, number>()

  const index: SpanIndex = {
    all,
    byRef,
    byTrace,
    childrenOf: (span) => children.get(span) ?? [],
    parentOf: (span) => parents.get(span),
    linkedBy: (span) => byLink.get(refOf(span)) ?? [],
    besides: (span) =>
      placeOf(span)
        .flatMap((place) => byPosition.get(place) ?? [])
        .filter((other) => other !== span && mayShareCluster(span, other)),
    sameMessageId: (span) =>
      span.messageId === '' ? [] : (byMessageId.get(messageIdKey(span)) ?? []).filter((other) => other !== span),
    batchOf: (span) => {
      const ref = refOf(span)
      const known = batches.get(ref) ?? countMessages(index, span)
      batches.set(ref, known)
      return known
    },
  }
  return index
}

/** Two spans name the same cluster, or at least one names none. */
export function mayShareCluster(a: { cluster: string }, b: { cluster: string }): boolean {
  return a.cluster === b.cluster || a.cluster === '' || b.cluster === ''
}

function placeOf(span: SpanEvidence): string[] {
  const position = positionOf(span)
  return position === undefined ? [] : [`${span.env}\n${position}`]
}

const messageIdKey = (span: SpanEvidence) => `${span.env}\n${span.topic}\n${span.messageId}`

/**
 * Messages that a consumer span, or the internal span around a poll, took together: by links and by positions of itself and of
 * the consumer spans right below it. Links and positions may name the same message, so the larger count is taken, not the sum.
 */
function countMessages(index: SpanIndex, span: SpanEvidence): number {
  const role = roleOf(span)
  if (role !== 'consume' && role !== 'internal') return 1
  const parts = index.childrenOf(span).filter((child) => roleOf(child) === 'consume' && child.service === span.service)
  const own = role === 'consume' ? [span, ...parts] : parts
  if (own.length === 0) return 1
  const links = new Set(own.flatMap((part) => messageLinks(index, part)))
  const positions = new Set(own.flatMap((part) => positionOf(part) ?? []))
  return Math.max(1, links.size, positions.size, role === 'consume' ? span.batch : 1)
}

/** The spans that sent what this consumer span took: its link targets, and its parent where that is a publish. */
export function messageLinks(index: SpanIndex, span: SpanEvidence): SpanRef[] {
  const parent = index.parentOf(span)
  const sent = parent !== undefined && roleOf(parent) === 'publish' ? [refOf(parent)] : []
  return [...new Set([...sent, ...span.links.map(refOf)])]
}

/** One span for each id. Of two that differ, the one that says more: later end, then the longer text. */
function withoutDuplicates(spans: Iterable<SpanEvidence>): SpanEvidence[] {
  const kept = new Map<SpanRef, SpanEvidence>()
  for (const span of spans) {
    const ref = refOf(span)
    const before = kept.get(ref)
    if (before === undefined || saysMore(span, before)) kept.set(ref, span)
  }
  return [...kept.values()].sort(inTime)
}

function saysMore(span: SpanEvidence, before: SpanEvidence): boolean {
  if (endUs(span) !== endUs(before)) return endUs(span) > endUs(before)
  return JSON.stringify(span) > JSON.stringify(before)
}

function groupBy(spans: SpanEvidence[], keysOf: (span: SpanEvidence) => Iterable<string>): Map<string, SpanEvidence[]> {
  const groups = new Map<string, SpanEvidence[]>()
  for (const span of spans) {
    for (const key of keysOf(span)) {
      const group = groups.get(key)
      if (group) group.push(span)
      else groups.set(key, [span])
    }
  }
  return groups
}
