// Counters: what they add up, what they forget, what bounds them.
import { describe, expect, it } from '@jest/globals'
import { Meters, notUnderstoodMax, reasonsMax } from '../../src/receive/meters.ts'

const second = 1_000_000
const start = 1_800_000_000 * second

describe('a rate', () => {
  it('is of the last ten whole seconds', () => {
    const meters = new Meters()
    for (let i = 0; i < 20; i += 1) meters.accept('spans', 50, start + i * second)
    expect(meters.snapshot(start + 20 * second).signals.spans).toMatchObject({ accepted: 1000, rate: 50 })
    expect(meters.snapshot(start + 25 * second).signals.spans.rate).toBe(25)
    expect(meters.snapshot(start + 31 * second).signals.spans.rate).toBe(0)
  })

  it('leaves out the second that is running', () => {
    const meters = new Meters()
    meters.accept('logs', 10, start)
    expect(meters.snapshot(start + 500_000).signals.logs.rate).toBe(0)
    expect(meters.snapshot(start + second).signals.logs.rate).toBe(1)
    expect(meters.snapshot(start).signals.points).toEqual({
      accepted: 0,
      rate: 0,
      rejected: {},
      deferred: {},
      resent: 0,
    })
  })
})

it('what is not understood is counted by sender and kind, newest first, and bounded', () => {
  const meters = new Meters()
  for (let i = 0; i < notUnderstoodMax + 10; i += 1)
    meters.misunderstand({ from: `10.0.0.${i}`, what: 'x', hint: 'y' }, start + i)
  meters.misunderstand({ from: '10.0.0.55', what: 'x', hint: 'z' }, start + 99)
  const { notUnderstood, notUnderstoodTotal } = meters.snapshot(start)
  expect(notUnderstood).toHaveLength(notUnderstoodMax)
  expect(notUnderstood[0]).toEqual({ atUs: start + 99, from: '10.0.0.55', what: 'x', hint: 'z', count: 2 })
  expect(notUnderstoodTotal).toBe(notUnderstoodMax + 11)
})

it('reasons are bounded: what is beyond is counted under one name', () => {
  const meters = new Meters()
  for (let i = 0; i < reasonsMax + 5; i += 1) meters.change(`r${i}`, 2)
  expect(meters.snapshot(start).changed['other']).toBe(10)
})
