import { describe, expect, it } from '@jest/globals'
import { foldAxis, place, tickLabel, ticks, timeAt, unite } from '../../../src/pages/trace/fold.ts'

const ms = 1000
const s = 1_000_000

describe('unite', () => {
  it.each([
    [
      'overlapping and touching become one',
      [
        [0, 5],
        [3, 8],
        [8, 9],
      ],
      [[0, 9]],
    ],
    [
      'order of input does not matter',
      [
        [20, 30],
        [0, 5],
      ],
      [
        [0, 5],
        [20, 30],
      ],
    ],
    [
      'what contains another stays whole',
      [
        [0, 50],
        [10, 20],
      ],
      [[0, 50]],
    ],
    [
      'what is outside is left out, the rest is cut',
      [
        [-10, 5],
        [95, 200],
        [300, 400],
      ],
      [
        [0, 5],
        [95, 100],
      ],
    ],
  ])('%s', (_, intervals, expected) => {
    const asIntervals = (list: number[][]) => list.map(([fromUs, toUs]) => ({ fromUs: fromUs!, toUs: toUs! }))
    expect(unite(asIntervals(intervals), { fromUs: 0, toUs: 100 })).toEqual(asIntervals(expected))
  })
})

describe('foldAxis', () => {
  const busy = [
    { fromUs: 0, toUs: 700 * ms },
    { fromUs: 29.4 * s, toUs: 29.6 * s },
  ]

  it('is one segment to scale while nothing is quiet for two seconds', () => {
    const scale = foldAxis([{ fromUs: 0, toUs: 10 * ms }], { fromUs: 0, toUs: 1.9 * s })
    expect(scale.segments.map((one) => one.folded)).toEqual([false])
    expect(place(scale, 0.95 * s)).toBeCloseTo(0.5)
  })

  it('folds a long wait to a strip and leaves air beside the work', () => {
    const scale = foldAxis(busy, { fromUs: 0, toUs: 29.6 * s })
    expect(scale.segments.map((one) => one.folded)).toEqual([false, true, false])
    const fold = scale.segments[1]!
    expect(fold.fromUs).toBeGreaterThan(700 * ms)
    expect(fold.toUs).toBeLessThan(29.4 * s)
    expect(fold.right - fold.left).toBeLessThanOrEqual(0.03)
    expect(scale.segments.at(-1)!.right).toBeCloseTo(1)
    expect(place(scale, 700 * ms)).toBeGreaterThan(0.6)
  })

  it('folds before the first and after the last work too', () => {
    const scale = foldAxis([{ fromUs: 10 * s, toUs: 11 * s }], { fromUs: 0, toUs: 200 * s })
    expect(scale.segments.map((one) => one.folded)).toEqual([false, true, false, true, false])
  })

  it('opens a fold that the reader opened', () => {
    const whole = { fromUs: 0, toUs: 29.6 * s }
    const fold = foldAxis(busy, whole).segments[1]!
    expect(foldAxis(busy, whole, new Set([fold.fromUs])).segments.map((one) => one.folded)).toEqual([false])
  })

  it.each([
    ['no work at all', [], { fromUs: 5, toUs: 5 }],
    ['an instant', [{ fromUs: 7, toUs: 7 }], { fromUs: 7, toUs: 7 }],
    ['work outside of the window', [{ fromUs: 0, toUs: 1 }], { fromUs: 100, toUs: 200 }],
  ])('has a whole axis for %s', (_, intervals, whole) => {
    const scale = foldAxis(intervals, whole)
    expect(scale.segments[0]!.left).toBe(0)
    expect(scale.segments.at(-1)!.right).toBeCloseTo(1)
    expect(Number.isFinite(place(scale, whole.fromUs))).toBe(true)
  })

  it('keeps half of the width or more for work with a hundred waits', () => {
    const many = Array.from({ length: 100 }, (_, at) => ({ fromUs: at * 60 * s, toUs: at * 60 * s + 10 * ms }))
    const scale = foldAxis(many, { fromUs: 0, toUs: 100 * 60 * s })
    const folded = scale.segments.filter((one) => one.folded)
    expect(folded.length).toBe(100)
    expect(folded.reduce((sum, one) => sum + one.right - one.left, 0)).toBeLessThanOrEqual(0.31)
  })

  it('keeps the order of times, and timeAt is its inverse', () => {
    const scale = foldAxis(busy, { fromUs: 0, toUs: 29.6 * s })
    let before = -1
    for (let us = 0; us <= 29.6 * s; us += 37 * ms) {
      const at = place(scale, us)
      expect(at).toBeGreaterThanOrEqual(before)
      expect(Math.abs(timeAt(scale, at) - us)).toBeLessThan(2)
      before = at
    }
  })

  it('puts times outside of the axis on its ends', () => {
    const scale = foldAxis(busy, { fromUs: 0, toUs: 29.6 * s })
    expect([place(scale, -5), place(scale, 99 * s)]).toEqual([0, 1])
  })
})

describe('ticks', () => {
  it('are round, apart, and not inside a fold', () => {
    const scale = foldAxis(
      [
        { fromUs: 0, toUs: 700 * ms },
        { fromUs: 29.4 * s, toUs: 29.6 * s },
      ],
      { fromUs: 0, toUs: 29.6 * s },
    )
    const marks = ticks(scale, 900)
    expect(marks[0]).toMatchObject({ atUs: 0, label: '0' })
    expect(marks.length).toBeGreaterThan(3)
    for (const [at, mark] of marks.entries()) {
      const inFold = scale.segments.some((one) => one.folded && mark.atUs > one.fromUs && mark.atUs < one.toUs)
      expect(inFold).toBe(false)
      if (at > 0) expect((mark.left - marks[at - 1]!.left) * 900).toBeGreaterThanOrEqual(76)
    }
    expect(new Set(marks.map((mark) => mark.label)).size).toBe(marks.length)
  })

  it.each([
    [0, 100 * ms, '0'],
    [250, 50, '250 µs'],
    [400 * ms, 200 * ms, '400 ms'],
    [1500, 500, '1.5 ms'],
    [29.35 * s, 50 * ms, '29.35 s'],
    [192 * s, s, '3 min 12 s'],
    [180 * s, 10 * s, '3 min'],
    [7200 * s, 3600 * s, '2 h'],
    [5400 * s, 1800 * s, '1 h 30 min'],
  ])('%d µs by steps of %d reads %j', (offset, step, label) => {
    expect(tickLabel(offset, step)).toBe(label)
  })
})
