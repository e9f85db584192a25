// Which of the sets of hops is the event that was asked for. In: stitched sets and what was asked. Out: one event with what else
// carries its key, or several candidates. Pure. The rules, in the order in which they are asked:
//  1. Only sets in which the search itself stands count: what a key pulled in beside it belongs to others.
//  2. One set is the event.
//  3. All sets hold the trace that was asked for: they are one answer, because the reader named the trace and not the event.
//  4. Exactly one set has messages and a beginning of its own: it is the event. The others are the rest: look-ups by the same key
//     that moved no message, and consumers with the same key that nothing places.
//  5. No set has a beginning and messages, and one has messages: it is the event, its beginning was not traced.
//  6. Otherwise each set is a candidate: two requests with the same key may be two events, and which one is meant is not known.
import { type Draft, byStart, isSend, spansOf, startOf } from './draft.ts'
import { type Gathered, refOf } from './evidence.ts'
import { inCausalOrder } from './order.ts'

export type Choice = { event: Draft[]; rest: Draft[][] } | { candidates: Draft[][] } | { nothing: true }

export function chooseEvent(events: Draft[][], gathered: Gathered): Choice {
  const primary = gathered.seeds.filter((seed) => seed.by !== 'beside')
  const seeds = new Set(primary.map((seed) => seed.ref))
  const asked = events.filter((hops) => hops.some((draft) => spansOf(draft).some((span) => seeds.has(refOf(span))))) // 1
  const [first] = asked
  if (first === undefined) return { nothing: true }
  if (asked.length === 1) return { event: first, rest: [] } // 2
  if (primary.every((seed) => seed.by === 'trace')) return { event: inCausalOrder(asked.flat()), rest: [] } // 3
  const withMessages = asked.filter(hasMessages)
  const begun = withMessages.filter((hops) => hops[0]!.kind !== 'consume')
  for (const single of [begun, withMessages]) {
    const [event, ...more] = single
    if (event !== undefined && more.length === 0) return { event, rest: asked.filter((hops) => hops !== event) } // 4, 5
  }
  return { candidates: [...asked].sort(byLikelihood) } // 6
}

const hasMessages = (hops: Draft[]) => hops.some((draft) => isSend(draft) || draft.kind === 'consume')

/** Sets with messages first, then the newest first. */
function byLikelihood(a: Draft[], b: Draft[]): number {
  return Number(hasMessages(b)) - Number(hasMessages(a)) || startOf(b[0]!) - startOf(a[0]!) || byStart(a[0]!, b[0]!)
}
