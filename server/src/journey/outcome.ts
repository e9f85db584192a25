// How each hop ended, as far as spans alone can say: failed where a span ended with an error, done where one ended without, and
// unknown where only the taking of a message was seen. In: joined drafts. Out: an outcome for each, flags, and hops of their own for
// errors that nothing else shows. Nothing here knows commits, so nothing is called waiting, missing or untraced. Pure.
import type { HopState } from '../contract/journey.ts'
import { markDeadLetters } from './dead-letters.ts'
import { type Draft, serviceNode, startOf } from './draft.ts'
import { type Gathered, type SpanEvidence, type SpanRef, refOf } from './evidence.ts'
import type { Folds } from './fold.ts'
import { hasLostParent } from './joins.ts'
import { failed, receivesOnly } from './roles.ts'
import type { SpanIndex } from './span-index.ts'

/** Two hosts' clocks are never closer than this, so an earlier start within it is not worth a word. */
export const skewNotedUs = 1_000

export interface Judged {
  drafts: Draft[]
  states: Map<string, HopState>
}

export function judge(index: SpanIndex, folds: Folds, joined: Draft[], gathered: Gathered): Judged {
  const states = new Map<string, HopState>(joined.map((draft) => [draft.id, stateOf(draft)]))
  const causesOthers = new Set(joined.flatMap((draft) => draft.joins.map((join) => join.id)))
  for (const draft of joined) if (draft.kind === 'consume') judgeConsume(draft, states, causesOthers)
  const drafts = [...joined, ...hiddenErrors(joined, states, folds)]
  for (const draft of drafts.slice(joined.length)) states.set(draft.id, 'failed')
  markRetried(index, drafts, states)
  const byId = new Map(drafts.map((draft) => [draft.id, draft]))
  for (const draft of drafts) markJoin(index, draft, byId)
  markDeadLetters({ drafts, states, folds, gathered })
  const read = new Set(drafts.flatMap((draft) => (draft.kind === 'consume' ? draft.joins.map((join) => join.id) : [])))
  for (const draft of drafts) if (draft.kind === 'publish' && !read.has(draft.id)) draft.flags.add('no-consumer-seen')
  return { drafts, states }
}

const hasError = (span: SpanEvidence) => span.status === failed

function stateOf(draft: Draft): HopState {
  return draft.core.some(hasError) ? 'failed' : 'done'
}

/** Attempts at one message in order: success ends it, a second success is a duplicate, a failure before success was retried. */
function judgeConsume(draft: Draft, states: Map<string, HopState>, causesOthers: Set<string>): void {
  if (draft.core.every(receivesOnly)) {
    if (draft.core.every(hasError)) return
    // Taken without error; that it was worked on shows only in what followed.
    states.set(draft.id, causesOthers.has(draft.id) ? 'done' : 'unknown')
    if (!causesOthers.has(draft.id)) draft.flags.add('received-only')
    return
  }
  const good = draft.core.filter((span) => !hasError(span))
  if (good.length === 0) return
  states.set(draft.id, good.length > 1 ? 'duplicated' : 'done')
  if (draft.core.some((span) => hasError(span) && span.startUs <= good[0]!.startUs)) draft.flags.add('retried')
}

/** Errors of folded spans inside hops that ended well and show no failed hop below: someone caught them, and they still count. */
function hiddenErrors(drafts: Draft[], states: Map<string, HopState>, folds: Folds): Draft[] {
  const shownBelow = new Set<string>()
  for (const draft of drafts) {
    if (states.get(draft.id) === 'failed') for (const join of draft.joins) shownBelow.add(join.id)
  }
  const found = new Map<SpanRef, Draft>()
  for (const draft of drafts) {
    if (draft.core.some(hasError) || shownBelow.has(draft.id)) continue
    for (const span of draft.folded.filter(hasError)) {
      const isDeepest = !folds.childrenOf(span).some((child) => hasError(child) && draft.folded.includes(child))
      if (!isDeepest || found.has(refOf(span))) continue
      found.set(refOf(span), {
        id: refOf(span),
        kind: 'internal',
        name: span.name,
        from: serviceNode(span),
        to: serviceNode(span),
        core: [span],
        folded: [],
        positions: new Set(),
        joins: [{ id: draft.id, via: 'trace', confidence: 1 }],
        flags: new Set(['caught']),
      })
    }
  }
  return [...found.values()]
}

/** A failed hop after which the same was done again and worked, and what failed inside of it, is no longer a break. */
function markRetried(index: SpanIndex, drafts: Draft[], states: Map<string, HopState>): void {
  const sameStep = (draft: Draft) =>
    [draft.kind, draft.name, draft.from.name, draft.to.name, ...draft.joins.map((join) => join.id).sort()].join('\n')
  const lastGood = new Map<string, number>()
  for (const draft of drafts) {
    if (states.get(draft.id) === 'failed' || draft.joins.length === 0) continue
    lastGood.set(sameStep(draft), Math.max(startOf(draft), lastGood.get(sameStep(draft)) ?? 0))
  }
  const retriedSpans = new Set<SpanRef>()
  for (const draft of drafts) {
    const isCall = draft.kind !== 'consume' && states.get(draft.id) === 'failed'
    if (isCall && (lastGood.get(sameStep(draft)) ?? 0) > startOf(draft)) draft.flags.add('retried')
    if (!draft.flags.has('retried')) continue
    for (const span of draft.core) if (hasError(span)) retriedSpans.add(refOf(span))
  }
  if (retriedSpans.size === 0) return
  for (const draft of drafts) {
    if (states.get(draft.id) === 'failed' && isBelow(index, draft.core[0]!, retriedSpans)) draft.flags.add('retried')
  }
}

function isBelow(index: SpanIndex, span: SpanEvidence, spans: Set<SpanRef>): boolean {
  const seen = new Set<SpanRef>()
  for (let up = index.parentOf(span); up && !seen.has(refOf(up)); up = index.parentOf(up)) {
    if (spans.has(refOf(up))) return true
    seen.add(refOf(up))
  }
  return false
}

/** Flags that speak of the join: context lost, clocks that disagree, a parent that never came, a batch. */
function markJoin(index: SpanIndex, draft: Draft, byId: Map<string, Draft>): void {
  const causes = draft.joins.flatMap((join) => byId.get(join.id) ?? [])
  const byContext = (other: Draft) =>
    other.pairedBy === undefined && other.joins.every((join) => join.via === 'trace' || join.via === 'link')
  if (draft.pairedBy || (!byContext(draft) && causes.some(byContext))) draft.flags.add('trace-lost')
  if (causes.some((cause) => startOf(draft) < startOf(cause) - skewNotedUs)) draft.flags.add('clock-skew')
  const [first, ...others] = draft.core
  if (draft.kind !== 'consume' && others.some((span) => span.startUs < first!.startUs)) draft.flags.add('clock-skew')
  const isKnown = draft.joins.some((join) => join.via !== 'key' && join.confidence >= 1)
  if (!isKnown && hasLostParent(index, draft)) draft.flags.add('parent-not-received')
  if (draft.core.some((span) => index.batchOf(span) > 1)) draft.flags.add('batch')
}
