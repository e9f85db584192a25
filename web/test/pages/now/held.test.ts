import type { RecentEvent } from '@hopscope/server/contract/topology'
import { describe, expect, it } from '@jest/globals'
import { holdRows, newestFirst } from '../../../src/pages/now/held.ts'

const seen = (id: string, startUs: number, lastUs = startUs): RecentEvent => ({
  id,
  key: 'order.id',
  startUs,
  lastUs,
  spans: 1,
  errors: 0,
  services: [],
})
const ids = (rows: readonly { id: string }[]) => rows.map(({ id }) => id)

describe('the list of events', () => {
  it('is in the order in which events began, whatever happened to them since', () => {
    expect(ids(newestFirst([seen('old', 1, 900), seen('new', 3), seen('b', 2), seen('a', 2)]))).toEqual([
      'new',
      'b',
      'a',
      'old',
    ])
  })
  it('keeps rows in place while it is held, with their values of now, and counts what waits', () => {
    const { rows, waiting } = holdRows(
      [seen('b', 2), seen('a', 1)],
      [seen('c', 3), seen('b', 2), seen('a', 1, 9)],
      true,
    )
    expect(ids(rows)).toEqual(['b', 'a'])
    expect(rows[1]!.lastUs).toBe(9)
    expect(waiting).toBe(1)
  })
  it('is what arrived when nobody holds it', () => {
    expect(ids(holdRows([seen('b', 2)], [seen('c', 3)], false).rows)).toEqual(['c'])
  })
})
