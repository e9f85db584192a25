// Two answers of one view in, the patch between them out. Pure. Items are compared by their text, id by id; fields that only
// say how old something is can be left out of the comparison, since the reader knows the time of the answer.

/** An answer, taken apart: a head that is sent whole, items that are patched by id, and the order of the ordered lists. */
export interface Picture<I extends { id: string } = { id: string }, H = unknown> {
  head: H
  items: readonly I[]
  order: readonly string[]
}

export interface Change<I extends { id: string } = { id: string }, H = unknown> {
  head?: H
  upsert: I[]
  /** Ids of items that are gone. */
  remove: string[]
  order?: string[]
}

/** What turns `before` into `after`. When two items of a picture share an id, the last one counts. */
export function diff<I extends { id: string }, H>(
  before: Picture<I, H>,
  after: Picture<I, H>,
  ignore: readonly string[] = [],
): Change<I, H> {
  const text = writer(ignore)
  const known = new Map(before.items.map((item) => [item.id, item]))
  const next = new Map(after.items.map((item) => [item.id, item]))
  const upsert = [...next.values()].filter((item) => {
    const old = known.get(item.id)
    return old === undefined || text(old) !== text(item)
  })
  return {
    ...(text(before.head) !== text(after.head) && { head: after.head }),
    upsert,
    remove: [...known.keys()].filter((id) => !next.has(id)),
    ...(!sameOrder(before.order, after.order) && { order: [...after.order] }),
  }
}

export function isEmpty({ head, upsert, remove, order }: Change): boolean {
  return head === undefined && upsert.length === 0 && remove.length === 0 && order === undefined
}

function writer(ignore: readonly string[]): (value: unknown) => string {
  const left = new Set(ignore)
  return (value) => JSON.stringify(value, (key, field: unknown) => (left.has(key) ? undefined : field)) ?? ''
}

const sameOrder = (a: readonly string[], b: readonly string[]) =>
  a.length === b.length && a.every((id, at) => id === b[at])
