// What caused each hop, as far as it is certain: by trace, span link, position and message id, in this order of preference.
// In: drafts by owner span. Out: `joins` of each draft filled, publishes completed with the position that their readers saw, and
// flags. A message that caused a hop comes before the span around it: a poll causes nothing. Pure.
import type { Via } from '../contract/journey.ts'
import { type Draft, type Join, spansOf } from './draft.ts'
import { type SpanEvidence, type SpanRef, positionOf, refOf } from './evidence.ts'
import type { Folds } from './fold.ts'
import { roleOf } from './roles.ts'
import { type SpanIndex, mayShareCluster } from './span-index.ts'

export const confidenceOf = { trace: 1, link: 1, position: 1, unknownCluster: 0.9, fragment: 0.9, id: 0.98 } as const

export interface Joining {
  index: SpanIndex
  spans: Map<SpanRef, SpanEvidence>
  folds: Folds
  drafts: Draft[]
  byOwner: Map<SpanRef, Draft[]>
}

const rungs: readonly Via[] = ['trace', 'link', 'position', 'header', 'id', 'row', 'key', 'learned']

export function joinHops(joining: Joining): void {
  // Consumers whose message is known for certain; all others are looked for by weaker means.
  const sure = new Set(joining.drafts.filter((draft) => joinBySpans(joining, draft)))
  learnPositions(joining.drafts, sure)
  joinByPosition(joining.drafts, sure)
  joinById(joining, sure)
  const byId = new Map(joining.drafts.map((draft) => [draft.id, draft]))
  for (const draft of joining.drafts) if (draft.joins.length === 0) joinFragment(joining, byId, draft)
  for (const draft of joining.drafts) if (draft.kind !== 'consume') dropRepeats(draft, byId)
}

/** A publish inside a batch links to the message it is about; that message led to it through the batch, and is said once. */
function dropRepeats(draft: Draft, byId: Map<string, Draft>): void {
  if (draft.joins.length < 2) return
  const isBehind = (join: Join) => {
    const cause = byId.get(join.id)
    const others = draft.joins.filter((other) => other.id !== join.id).flatMap((other) => byId.get(other.id) ?? [])
    return cause !== undefined && others.some((other) => follows(byId, other, cause) && !follows(byId, cause, other))
  }
  draft.joins = draft.joins.filter((join) => join.via !== 'link' || !isBehind(join))
}

/** Keeps one join for each cause: the surest, and of equals the higher rung. */
export function addJoin(draft: Draft, join: Join): void {
  if (join.id === draft.id) return
  const before = draft.joins.find((other) => other.id === join.id)
  if (before === undefined) draft.joins.push(join)
  else if (isBetter(join, before)) Object.assign(before, join)
  draft.joins.sort((a, b) => (isBetter(a, b) ? -1 : isBetter(b, a) ? 1 : a.id < b.id ? -1 : 1))
}

function isBetter(a: Join, b: Join): boolean {
  return a.confidence > b.confidence || (a.confidence === b.confidence && rungs.indexOf(a.via) < rungs.indexOf(b.via))
}

export function hopsOf(joining: Joining, span: SpanEvidence): Draft[] {
  return joining.byOwner.get(refOf(joining.folds.ownerOf(span))) ?? []
}

/** True when the message that a consume took was found. */
function joinBySpans(joining: Joining, draft: Draft): boolean {
  const own = new Set(spansOf(draft))
  const messages: Join[] = []
  const around: Join[] = []
  for (const span of own) {
    const parent = joining.folds.parentOf(span)
    const isTop = parent !== undefined && !own.has(parent)
    if (isTop)
      for (const cause of above(joining, parent, draft))
        (isMessage(draft, cause) ? messages : around).push(by('trace', cause))
    for (const link of span.links) messages.push(...linkedCauses(joining, draft, refOf(link)))
  }
  const isSure = messages.length > 0 && draft.kind === 'consume'
  for (const join of isSure ? messages : [...around, ...messages]) addJoin(draft, join)
  return isSure
}

const by = (via: 'trace' | 'link', cause: Draft): Join => ({ id: cause.id, via, confidence: confidenceOf[via] })

/** The nearest hops above; spans without a hop of their own, such as polls, are passed. */
function above(joining: Joining, parent: SpanEvidence, draft: Draft): Draft[] {
  const seen = new Set<SpanRef>()
  for (
    let span: SpanEvidence | undefined = parent;
    span && !seen.has(refOf(span));
    span = joining.folds.parentOf(span)
  ) {
    seen.add(refOf(span))
    const found = hopsOf(joining, span).filter((other) => other !== draft)
    if (found.length > 0) return found.some((other) => isOwnPoll(joining, other, draft, span)) ? [] : found
  }
  return []
}

/** The poll around several messages of ours owns all their hops; none of them caused the others. */
function isOwnPoll({ folds }: Joining, other: Draft, draft: Draft, span: SpanEvidence): boolean {
  return other.kind === 'consume' && draft.kind === 'consume' && !other.core.includes(folds.ownerOf(span))
}

/** True when this cause sent what the draft took, and not merely stood around it. */
function isMessage(draft: Draft, cause: Draft): boolean {
  if (draft.messages === undefined) return cause.kind === 'publish'
  return cause.core.some((span) => draft.messages!.includes(refOf(span)))
}

function linkedCauses(joining: Joining, draft: Draft, ref: SpanRef): Join[] {
  if (draft.messages && !draft.messages.includes(ref)) return []
  const target = joining.spans.get(ref)
  if (target === undefined) return []
  return hopsOf(joining, target)
    .filter((cause) => cause !== draft)
    .map((cause) => by('link', cause))
}

/** A client library may learn the offset too late for its span. Who read the message by trace or link says where it was. */
function learnPositions(drafts: Draft[], sure: Set<Draft>): void {
  const publishes = new Map(drafts.flatMap((draft) => (draft.kind === 'publish' ? [[draft.id, draft] as const] : [])))
  const learned = new Map<Draft, string[]>()
  for (const reader of sure) {
    const publish = reader.joins.length === 1 ? publishes.get(reader.joins[0]!.id) : undefined
    if (publish === undefined || publish.positions.size > 0 || reader.from.name !== publish.to.name) continue
    learned.set(publish, [...(learned.get(publish) ?? []), ...reader.positions])
  }
  for (const [publish, positions] of learned) for (const position of positions) publish.positions.add(position)
}

function joinByPosition(drafts: Draft[], sure: Set<Draft>): void {
  const publishes = new Map<string, Draft[]>()
  for (const draft of drafts) {
    if (draft.kind !== 'publish') continue
    for (const position of draft.positions) publishes.set(position, [...(publishes.get(position) ?? []), draft])
  }
  for (const draft of drafts) {
    if (draft.kind !== 'consume' || sure.has(draft)) continue
    for (const cause of [...draft.positions].flatMap((position) => publishes.get(position) ?? [])) {
      const [mine, theirs] = [clusterOf(draft), clusterOf(cause)]
      if (cause.to.env !== draft.from.env || !mayShareCluster({ cluster: mine }, { cluster: theirs })) continue
      const confidence = mine === theirs ? confidenceOf.position : confidenceOf.unknownCluster
      if (!sure.has(draft)) draft.joins = []
      sure.add(draft)
      addJoin(draft, { id: cause.id, via: 'position', confidence })
    }
  }
}

const clusterOf = (draft: Draft): string => spansOf(draft).find((span) => span.cluster !== '')?.cluster ?? ''

function joinById({ index, drafts, byOwner, folds }: Joining, sure: Set<Draft>): void {
  for (const draft of drafts) {
    if (draft.kind !== 'consume' || sure.has(draft)) continue
    const same = spansOf(draft)
      .flatMap((span) => index.sameMessageId(span))
      .filter((span) => roleOf(span) === 'publish')
    for (const cause of same.flatMap((span) => byOwner.get(refOf(folds.ownerOf(span))) ?? [])) {
      addJoin(draft, { id: cause.id, via: 'id', confidence: confidenceOf.id })
    }
  }
}

/**
 * The parent was named and never came, but other spans of the trace did: the hop is placed after the publish of its topic, or
 * else after the last hop of the trace that began before it. The trace is certain, the place is not.
 */
function joinFragment(joining: Joining, byId: Map<string, Draft>, draft: Draft): void {
  if (!hasLostParent(joining.index, draft)) return
  const first = draft.core[0]!
  const earlier = joining.drafts.filter(
    (other) =>
      other !== draft && other.core.some((span) => span.traceId === first.traceId && span.startUs <= first.startUs),
  )
  const isSender = (other: Draft) => other.kind === 'publish' && other.to.name === draft.from.name
  const senders = draft.kind === 'consume' ? earlier.filter(isSender) : []
  const nearest = (senders.length > 0 ? senders : earlier).findLast((other) => !follows(byId, other, draft))
  if (nearest) addJoin(draft, { id: nearest.id, via: 'trace', confidence: confidenceOf.fragment })
}

export function hasLostParent(index: SpanIndex, draft: Draft): boolean {
  return draft.core.some((span) => span.parentSpanId !== '' && index.parentOf(span) === undefined)
}

/** True when `later` is `earlier` or was caused by it, directly or through others. */
export function follows(byId: Map<string, Draft>, later: Draft, earlier: Draft): boolean {
  const seen = new Set<string>()
  const queue = [later.id]
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    if (id === earlier.id) return true
    if (seen.has(id)) continue
    seen.add(id)
    queue.push(...(byId.get(id)?.joins.map((join) => join.id) ?? []))
  }
  return false
}

/** Positions of a draft's core spans, as one text where there is exactly one. */
export function onePosition(draft: Draft): string | undefined {
  const all = [...draft.positions]
  if (all.length === 1) return all[0]
  const core = [...new Set(draft.core.flatMap((span) => positionOf(span) ?? []))]
  return core.length === 1 ? core[0] : undefined
}
