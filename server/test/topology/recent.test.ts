import { describe, expect, it } from '@jest/globals'
import { listRecent, rankKeys } from '../../src/topology/recent.ts'

const spread = (name: string, servicesPerValue: number, tracesPerValue: number, values = 100) => ({
  name,
  servicesPerValue,
  tracesPerValue,
  values,
})

describe('the key that follows events best', () => {
  it.each([
    ['reaches the most services', [spread('payment.id', 2, 1), spread('order.id', 6, 1)], ['order.id', 'payment.id']],
    [
      'joins less, where two reach as far',
      [spread('customer.id', 6, 9), spread('order.id', 6.1, 1)],
      ['order.id', 'customer.id'],
    ],
    ['is not wide', [spread('tenant.id', 9, 51), spread('order.id', 3, 1)], ['order.id']],
    ['is not a technical one', [spread('@position', 9, 1)], []],
  ])('%s', (_name, spreads, ranked) => {
    expect(rankKeys(spreads)).toEqual(ranked)
  })
})

describe('the newest events', () => {
  const sighted = (value: string, lastUs: number, traceIds: string[], services = ['orders']) => ({
    value,
    startUs: lastUs - 5,
    lastUs,
    services,
    spans: 1,
    errors: 1,
    traceIds,
  })
  const trace = (traceId: string, spans: number, errors: number, services: string[]) => ({
    traceId,
    spans,
    errors,
    services,
  })

  it('lists the newest first, with all that its traces hold, without the watcher', () => {
    const traces = [trace('a', 5, 0, ['gateway', 'orders']), trace('b', 3, 1, ['billing', 'hopscope'])]
    expect(listRecent('order.id', [sighted('1', 10, ['a']), sighted('2', 20, ['a', 'b'])], traces, 'hopscope')).toEqual(
      [
        {
          id: 'order.id=2',
          key: 'order.id',
          startUs: 15,
          lastUs: 20,
          spans: 8,
          errors: 1,
          services: ['billing', 'gateway', 'orders'],
        },
        {
          id: 'order.id=1',
          key: 'order.id',
          startUs: 5,
          lastUs: 10,
          spans: 5,
          errors: 1,
          services: ['gateway', 'orders'],
        },
      ],
    )
  })

  it('counts what carries the key while the trace is not in its own index yet', () => {
    expect(listRecent('order.id', [sighted('1', 10, ['a'])], [], 'hopscope')).toMatchObject([{ spans: 1, errors: 1 }])
  })

  it('leaves a value out that is in too many traces to be one event', () => {
    const many = Array.from({ length: 51 }, (_, at) => String(at))
    expect(listRecent('user.id', [sighted('7', 10, many)], [], 'hopscope')).toEqual([])
  })
})
