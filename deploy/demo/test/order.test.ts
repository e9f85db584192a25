import { describe, expect, it } from '@jest/globals'
import { orderNumber } from '../src/order.ts'

describe('orderNumber', () => {
  it('is the same order each time', () => {
    expect(orderNumber(17)).toEqual(orderNumber(17))
  })

  it('is paid in francs by one customer in twelve: the fault that there is to find', () => {
    const orders = Array.from({ length: 2_400 }, (_, n) => orderNumber(n))
    const francs = orders.filter((order) => order.currency === 'CHF')
    expect(francs.length).toBeGreaterThan(140)
    expect(francs.length).toBeLessThan(260)
    expect(new Set(francs.map((order) => order.country))).toEqual(new Set(['CH']))
    expect(orders.every((order) => order.items.length > 0 && Number(order.total) > 0)).toBe(true)
  })
})
