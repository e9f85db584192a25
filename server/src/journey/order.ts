// Hops in causal order: a cause stands before what it caused, whatever their clocks say; hops that did not cause one another stand
// by time. In: drafts in any order. Out: the same, ordered; joins that close a ring are dropped at its earliest hop. Pure.
import { type Draft, byStart } from './draft.ts'

export function inCausalOrder(drafts: Draft[]): Draft[] {
  const known = new Set(drafts.map((draft) => draft.id))
  for (const draft of drafts) draft.joins = draft.joins.filter((join) => known.has(join.id))
  const byTime = [...drafts].sort(byStart)
  const ranks = new Map(byTime.map((draft, rank) => [draft.id, rank]))
  const effects = byTime.map((): number[] => [])
  const causesLeft = byTime.map((draft, rank) => {
    for (const join of draft.joins) effects[ranks.get(join.id)!]!.push(rank)
    return draft.joins.length
  })
  const ready = new Ranks()
  for (const [rank, left] of causesLeft.entries()) if (left === 0) ready.add(rank)
  const placed = new Set<number>()
  let earliest = 0
  while (placed.size < byTime.length) {
    let rank = ready.takeLowest()
    if (rank === undefined) {
      // Evidence that contradicts itself (two spans that link to each other) must not lose hops: the earliest goes first.
      while (placed.has(earliest)) earliest += 1
      rank = earliest
      const draft = byTime[rank]!
      draft.joins = draft.joins.filter((join) => placed.has(ranks.get(join.id)!))
    }
    if (placed.has(rank)) continue
    placed.add(rank)
    for (const effect of effects[rank]!) {
      causesLeft[effect]! -= 1
      if (causesLeft[effect] === 0) ready.add(effect)
    }
  }
  return [...placed].map((rank) => byTime[rank]!)
}

/** Numbers of which the lowest is taken first: a binary heap. */
class Ranks {
  private readonly heap: number[] = []

  add(rank: number): void {
    const { heap } = this
    let at = heap.push(rank) - 1
    while (at > 0) {
      const above = (at - 1) >> 1
      if (heap[above]! <= rank) break
      heap[at] = heap[above]!
      at = above
    }
    heap[at] = rank
  }

  takeLowest(): number | undefined {
    const { heap } = this
    const lowest = heap[0]
    const last = heap.pop()
    if (lowest === undefined || last === undefined || heap.length === 0) return lowest
    let at = 0
    for (;;) {
      let below = at * 2 + 1
      if (below >= heap.length) break
      if (below + 1 < heap.length && heap[below + 1]! < heap[below]!) below += 1
      if (heap[below]! >= last) break
      heap[at] = heap[below]!
      at = below
    }
    heap[at] = last
    return lowest
  }
}
