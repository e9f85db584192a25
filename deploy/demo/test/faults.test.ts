import { describe, expect, it } from '@jest/globals'
import { Faults } from '../src/faults.ts'

describe('faults', () => {
  it('decline about the share that was asked for, and the same orders each time', () => {
    const faults = new Faults()
    faults.setDeclinedShare(0.3)
    const orders = Array.from({ length: 2_000 }, (_, n) => String(8_001 + n))
    const declined = orders.filter((order) => faults.declines(order))
    expect(declined.length).toBeGreaterThan(500)
    expect(declined.length).toBeLessThan(700)
    expect(orders.filter((order) => faults.declines(order))).toEqual(declined)
  })

  it.each([
    [0, 0],
    [1, 100],
  ])('decline with share %d exactly %d of 100', (share, count) => {
    const faults = new Faults()
    faults.setDeclinedShare(share)
    expect(Array.from({ length: 100 }, (_, n) => String(n)).filter((order) => faults.declines(order))).toHaveLength(
      count,
    )
  })

  it.each([-0.1, 1.1, Number.NaN])('refuse a share of %d', (share) => {
    expect(() => new Faults().setDeclinedShare(share)).toThrow(RangeError)
  })

  it.each([-1, 10_001, Number.NaN])('refuse a delay of %d', (delayMs) => {
    expect(() => new Faults().setDelay('notifier', delayMs)).toThrow(RangeError)
  })

  it('are gone after a reset, and what was poisonous can be read', () => {
    const faults = new Faults()
    faults.setStopped('notifier', true)
    faults.setDelay('billing-sync', 200)
    faults.setContextDropped('payments', true)
    faults.setDeclinedShare(0.5)
    faults.poison('8010')
    expect(faults.refusesText('8010')).toBe(true)
    faults.reset()
    expect(faults.state).toEqual({ stopped: [], delayMs: {}, contextDropped: [], declinedShare: 0, poisonedOrders: [] })
    expect(faults.refusesText('8010')).toBe(false)
    expect(faults.refusesText('8011')).toBe(true)
  })
})
