// Hops and a journey for the tests of the journey page: what a case does not name has a plain value.
import type { Hop, Journey } from '@hopscope/server/contract/journey'

export function hopOf(id: string, after: string[], rest: Partial<Hop> = {}): Hop {
  return {
    id,
    kind: 'http',
    name: `op ${id}`,
    from: { type: 'external', name: 'client' },
    to: { type: 'service', name: `service-${id}` },
    state: 'done',
    flags: [],
    via: 'trace',
    confidence: 1,
    evidence: [],
    after,
    ...rest,
  }
}

export const publishOf = (id: string, after: string[], rest: Partial<Hop> = {}): Hop =>
  hopOf(id, after, {
    kind: 'publish',
    from: { type: 'service', name: 'orders' },
    to: { type: 'topic', name: 'orders.events' },
    position: 'orders.events/3@1842',
    ...rest,
  })

export const consumeOf = (id: string, after: string[], rest: Partial<Hop> = {}): Hop =>
  hopOf(id, after, {
    kind: 'consume',
    from: { type: 'topic', name: 'orders.events' },
    to: { type: 'service', name: 'payment', group: 'payment-worker' },
    ...rest,
  })

export const journeyOf = (hops: Hop[], rest: Partial<Journey> = {}): Journey => ({
  id: 'j',
  query: 'order.id=8123',
  key: 'order.id=8123',
  kind: 'POST /orders',
  asOfUs: Date.UTC(2026, 7, 23, 3, 14, 9) * 1000,
  startUs: Date.UTC(2026, 7, 23, 3, 10, 56, 881) * 1000,
  endUs: Date.UTC(2026, 7, 23, 3, 14, 9) * 1000,
  state: 'broken',
  sentence: [{ text: 'It broke at ' }, { name: 'billing', type: 'service' }, { text: '.' }],
  hops,
  breaks: [],
  traceIds: [],
  coverage: { hops: [], gaps: [] },
  ...rest,
})
