// Which hops hang together by their joins. In: drafts. Out: one list for each connected set, each in time order. Pure.
import { type Draft, byStart } from './draft.ts'

export interface Components {
  all: Draft[][]
  of: (draft: Draft) => Draft[]
}

export function findComponents(drafts: Draft[]): Components {
  const leader = new Map(drafts.map((draft) => [draft.id, draft.id]))
  const find = (id: string): string => {
    let top = id
    for (let up = leader.get(top)!; up !== top; up = leader.get(top)!) top = up
    leader.set(id, top)
    return top
  }
  for (const draft of drafts) {
    for (const join of draft.joins) if (leader.has(join.id)) leader.set(find(draft.id), find(join.id))
  }
  // Consumers of one position took the same message, also where nobody saw it sent.
  const readers = new Map<string, string>()
  for (const draft of drafts) {
    if (draft.kind !== 'consume') continue
    for (const position of draft.positions) {
      const place = `${draft.from.env}\n${draft.from.cluster ?? ''}\n${position}`
      const first = readers.get(place)
      if (first === undefined) readers.set(place, draft.id)
      else leader.set(find(draft.id), find(first))
    }
  }
  const sets = new Map<string, Draft[]>()
  for (const draft of [...drafts].sort(byStart)) {
    const set = sets.get(find(draft.id))
    if (set) set.push(draft)
    else sets.set(find(draft.id), [draft])
  }
  const all = [...sets.values()]
  return { all, of: (draft) => sets.get(find(draft.id)) ?? [draft] }
}
