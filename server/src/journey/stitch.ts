// Evidence in, hops out: the whole way from spans to joined, judged and ordered hops. Shuffled, repeated or late evidence gives the
// same hops with the same ids, since every step sorts what it reads and only adds what its rules prove. Pure.
import type { HopState } from '../contract/journey.ts'
import { makeCallHops } from './call-hops.ts'
import { findComponents } from './components.ts'
import { makeConsumeHops } from './consume-hops.ts'
import { type Draft, byStart } from './draft.ts'
import type { Gathered, SpanEvidence, SpanRef } from './evidence.ts'
import { foldSpans } from './fold.ts'
import { joinHops } from './joins.ts'
import { joinByKey } from './key-joins.ts'
import { inCausalOrder } from './order.ts'
import { judge } from './outcome.ts'
import { reach } from './reach.ts'
import { indexSpans } from './span-index.ts'

export interface Stitched {
  /** Sets of hops that hang together, each in causal order; the sets by their start. */
  events: Draft[][]
  states: Map<string, HopState>
  spans: Map<SpanRef, SpanEvidence>
  /** Traces that links point into and that were not loaded. */
  linkedTraces: Set<string>
  /** Spans below a batch of ours that cannot be told apart. */
  unattributed: Map<string, number>
}

export function stitch(gathered: Gathered): Stitched {
  const index = indexSpans(gathered.spans)
  const { spans, linkedTraces, unattributed } = reach(index, gathered)
  const folds = foldSpans(index, spans)
  const byOwner = new Map([...makeCallHops(index, spans, folds), ...makeConsumeHops(index, spans, folds)])
  const drafts = [...new Set([...byOwner.values()].flat())].sort(byStart)
  joinHops({ index, spans, folds, drafts, byOwner })
  const joined = joinByKey(drafts, gathered)
  const judged = judge(index, folds, joined, gathered)
  const events = findComponents(judged.drafts).all.map(inCausalOrder)
  return { events, states: judged.states, spans, linkedTraces, unattributed }
}
