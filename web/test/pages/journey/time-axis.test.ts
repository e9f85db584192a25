import { describe, expect, it } from '@jest/globals'
import { labelPlace, placeInTime } from '../../../src/pages/journey/time-axis.ts'
import { consumeOf, hopOf, publishOf } from './hop-of.ts'

const s = 1_000_000

describe('placeInTime', () => {
  it('is to scale while nothing waits long', () => {
    const { rows } = placeInTime(
      [hopOf('a', [], { startUs: 0, durationUs: s }), hopOf('b', ['a'], { startUs: s / 2, durationUs: s / 4 })],
      99 * s,
    )
    expect(rows[1]!.bar!.left).toBeCloseTo(0.5)
    expect(rows[1]!.bar!.right).toBeCloseTo(0.75)
  })
  it('folds a long wait, and draws it before its hop', () => {
    const hops = [
      publishOf('t', [], { startUs: 0, durationUs: 10_000 }),
      consumeOf('c', ['t'], { startUs: 29 * s, durationUs: 20_000, waitedUs: 29 * s - 10_000 }),
    ]
    const { rows, scale } = placeInTime(hops, 99 * s)
    expect(scale.segments.some((one) => one.folded)).toBe(true)
    expect(rows[1]!.wait).toMatchObject({ us: 29 * s - 10_000 })
    expect(rows[1]!.wait!.right).toBeCloseTo(rows[1]!.bar!.left)
  })
  it('lets what still waits reach now', () => {
    const hops = [publishOf('t', [], { startUs: 0, durationUs: 10_000 }), consumeOf('w', ['t'], { state: 'waiting' })]
    const [, waiting] = placeInTime(hops, 192 * s).rows
    expect(waiting!.bar).toBeUndefined()
    expect(waiting!.wait).toMatchObject({ right: 1, us: 192 * s - 10_000 })
  })
  it.each([
    ['a wait whose cause has no time', [hopOf('a', []), consumeOf('w', ['a'], { state: 'waiting' })]],
    ['hops without times', [hopOf('a', []), hopOf('b', ['a'])]],
    ['no hops', []],
  ])('draws no bar for %s', (_, hops) => {
    const { rows } = placeInTime(hops, 5 * s)
    expect(rows.every((row) => row.bar === undefined && row.wait === undefined)).toBe(true)
  })
})

it.each([
  ['after a bar with room behind it', { left: 0.1, right: 0.2 }, undefined, 'after'],
  ['before a bar at the end', { left: 0.9, right: 1 }, undefined, 'before'],
  ['before the wait, not on it', { left: 0.9, right: 1 }, { left: 0.4, right: 0.9, us: 1 }, 'before'],
  ['on a bar that takes all the width', { left: 0, right: 1 }, undefined, 'in'],
  ['on a wait that goes on', undefined, { left: 0.1, right: 1, us: 1 }, 'in'],
])('the label goes %s', (_, bar, wait, place) => {
  const row = { hop: hopOf('a', []), ...(bar ? { bar } : {}), ...(wait ? { wait } : {}) }
  expect(labelPlace(row, '46 ms', 900)).toBe(place)
})
