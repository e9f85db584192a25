// Hops in causal order: a cause stands before what it caused, whatever their clocks say; hops that did not cause one another stand
// by time. In: drafts in any order. Out: the same, ordered; joins that close a ring are dropped at its earliest hop. Pure.
import { type Draft, byStart } from './draft.ts'

export function inCausalOrder(drafts: Draft[]): Draft[] {
  const known = new Set(drafts.map((draft) => draft.id))
  for (const draft of drafts) draft.joins = draft.joins.filter((join) => known.has(join.id))
  const ordered: Draft[] = []
  let waiting = [...drafts].sort(byStart)
  const placed = new Set<string>()
  const isReady = (draft: Draft) => draft.joins.every((join) => placed.has(join.id))
  const effects = new Map<string, Draft[]>()
  for (const draft of waiting)
    for (const join of draft.joins) effects.set(join.id, [...(effects.get(join.id) ?? []), draft])
  const ready = waiting.filter(isReady)
  while (placed.size < drafts.length) {
    const next = ready.shift()
    if (next === undefined) {
      waiting = waiting.filter((draft) => !placed.has(draft.id))
      const broken = openRing(waiting, placed)
      if (isReady(broken)) insert(ready, broken)
      continue
    }
    if (placed.has(next.id)) continue
    placed.add(next.id)
    ordered.push(next)
    for (const effect of effects.get(next.id) ?? [])
      if (!placed.has(effect.id) && isReady(effect)) insert(ready, effect)
  }
  return ordered
}

/** Evidence that contradicts itself (two spans that link to each other) must not lose hops: the earliest goes first. */
function openRing(waiting: Draft[], placed: Set<string>): Draft {
  const first = waiting[0]!
  first.joins = first.joins.filter((join) => placed.has(join.id))
  return first
}

function insert(ready: Draft[], draft: Draft): void {
  let at = ready.length
  while (at > 0 && byStart(draft, ready[at - 1]!) < 0) at -= 1
  ready.splice(at, 0, draft)
}
