import { describe, expect, it } from '@jest/globals'
import { diff, isEmpty, type Picture } from '../../src/live/diff.ts'

interface Item {
  id: string
  value: number
  ageUs?: number
}
const picture = (items: Item[], head: object = {}): Picture<Item, object> => ({
  head,
  items,
  order: items.map(({ id }) => id),
})
const a = { id: 'a', value: 1 }
const b = { id: 'b', value: 2 }

describe('patches', () => {
  it.each<[string, Picture<Item, object>, Picture<Item, object>, object]>([
    ['nothing for equal answers', picture([a, b]), picture([{ ...a }, { ...b }]), { upsert: [], remove: [] }],
    ['an item that is new', picture([a]), picture([a, b]), { upsert: [b], remove: [], order: ['a', 'b'] }],
    [
      'an item that changed',
      picture([a, b]),
      picture([a, { ...b, value: 3 }]),
      { upsert: [{ ...b, value: 3 }], remove: [] },
    ],
    ['an item that is gone', picture([a, b]), picture([b]), { upsert: [], remove: ['a'], order: ['b'] }],
    ['a new order', picture([a, b]), picture([b, a]), { upsert: [], remove: [], order: ['b', 'a'] }],
    [
      'the head, when any of it changed',
      picture([a], { state: 'moving' }),
      picture([a], { state: 'done' }),
      { head: { state: 'done' }, upsert: [], remove: [] },
    ],
    ['the first of everything', picture([]), picture([a]), { upsert: [a], remove: [], order: ['a'] }],
  ])('has %s', (_name, before, after, change) => {
    expect(diff(before, after)).toEqual(change)
  })

  it('does not send an item again for an age alone', () => {
    const before = picture([{ ...a, ageUs: 1 }])
    const after = picture([{ ...a, ageUs: 2 }])
    expect(isEmpty(diff(before, after, ['ageUs']))).toBe(true)
    expect(isEmpty(diff(before, after))).toBe(false)
  })

  it('turns one picture into the other when applied', () => {
    const apply = (from: Picture<Item, object>, to: Picture<Item, object>) => {
      const { upsert, remove, order, head } = diff(from, to)
      const items = new Map(from.items.map((item) => [item.id, item]))
      for (const id of remove) items.delete(id)
      for (const item of upsert) items.set(item.id, item)
      return {
        head: head ?? from.head,
        items: (order ?? from.order).map((id) => items.get(id)),
        order: order ?? from.order,
      }
    }
    const random = (seed: number) => ((seed * 16_807) % 2_147_483_647) / 2_147_483_647
    const pictures = Array.from({ length: 40 }, (_, at) =>
      picture(
        Array.from({ length: 8 }, (_, id) => ({ id: `i${id}`, value: Math.floor(random(at * 8 + id + 1) * 1e6) % 3 }))
          .filter((_item, id) => random(at * 31 + id + 1) > 0.4)
          .sort((x, y) => x.value - y.value),
        { at: at % 2 },
      ),
    )
    for (const [at, after] of pictures.entries()) {
      const before = pictures[at - 1] ?? picture([])
      expect(apply(before, after)).toEqual({ head: after.head, items: [...after.items], order: [...after.order] })
    }
  })
})
