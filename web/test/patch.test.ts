import { describe, expect, it } from '@jest/globals'
import type { Overview } from '@hopscope/server/contract/topology'
import { applyPatch, argsKey, patchList } from '../src/lib/patch.ts'

const event = (n: number, spans = 1) => ({
  id: `order.id=${n}`,
  key: 'order.id',
  startUs: n,
  lastUs: n,
  spans,
  errors: 0,
  services: ['orders'],
})

const overview: Overview = {
  asOfUs: 1_000,
  env: 'prod',
  empty: false,
  topology: {
    asOfUs: 1_000,
    fromUs: 100,
    toUs: 1_000,
    rateSeconds: 60,
    nodes: [{ id: 'service:orders', type: 'service', name: 'orders', rate: 7, state: 'ok', lastUs: 900 }],
    edges: [],
  },
  vitals: [],
  fresh: [{ source: 'OTLP', ageUs: 5, state: 'ok' }],
  recent: [event(2), event(1)],
  recentKeys: ['order.id'],
  recentKey: 'order.id',
  failing: [],
  demoUrl: 'http://127.0.0.1:7070',
}
const none = { seq: 2, args: {}, asOfUs: 2_000, upsert: [], remove: [] }

describe('a patch of the overview', () => {
  it('puts each item into its list by id, new ones too, and takes away what is gone', () => {
    const next = applyPatch('overview', overview, {
      ...none,
      upsert: [
        { part: 'recent', ...event(3) },
        { part: 'recent', ...event(2, 9) },
        { part: 'fresh', id: 'fresh:OTLP', source: 'OTLP', ageUs: 70, state: 'late' },
        { part: 'failing', id: 'f', service: 'payment', name: 'charge', errors: 1, spans: 2, sinceUs: 1, lastUs: 2 },
      ],
      remove: ['order.id=1', 'service:orders'],
      order: ['order.id=3', 'order.id=2', 'f'],
    })
    expect(next.recent).toEqual([event(3), event(2, 9)])
    expect(next.topology.nodes).toEqual([])
    expect(next.fresh).toEqual([{ source: 'OTLP', ageUs: 70, state: 'late' }])
    expect(next.failing.map(({ id }) => id)).toEqual(['f'])
  })
  it('moves the window with the time of the answer, and changes nothing it was given', () => {
    const before = structuredClone(overview)
    const next = applyPatch('overview', overview, none)
    expect([next.asOfUs, next.topology.fromUs, next.topology.toUs]).toEqual([2_000, 1_100, 2_000])
    expect(overview).toEqual(before)
  })
  it('keeps the lists that did not change as they are, so that they are not drawn again', () => {
    const next = applyPatch('overview', overview, none)
    expect([next.recent === overview.recent, next.topology.nodes === overview.topology.nodes]).toEqual([true, true])
  })
  it('a head replaces all of the head: what it leaves out is gone', () => {
    const next = applyPatch('overview', overview, { ...none, head: { env: 'prod', empty: false, recentKeys: [] } })
    expect(next).toMatchObject({ env: 'prod', recentKeys: [], recent: overview.recent })
    expect('demoUrl' in next).toBe(false)
  })
})

describe('a patch of a journey', () => {
  const head = { id: 'j', query: 'q', key: 'q', kind: 'POST', startUs: 1, endUs: 2, state: 'moving' as const }
  const rest = { sentence: [], breaks: [], traceIds: [], coverage: { hops: [], gaps: [] } }
  const hop = (id: string, state: 'done' | 'waiting') => ({
    id,
    kind: 'http' as const,
    name: id,
    from: { type: 'external' as const, name: 'client' },
    to: { type: 'service' as const, name: 'orders' },
    state,
    flags: [],
    via: 'trace' as const,
    confidence: 1,
    evidence: [],
    after: [],
  })
  const journey = { ...head, ...rest, asOfUs: 1, hops: [hop('a', 'done'), hop('b', 'waiting')] }

  it('changes a hop in place and takes the new causal order', () => {
    const next = applyPatch('journey', journey, {
      ...none,
      args: { q: 'q' },
      upsert: [
        { part: 'hop', ...hop('b', 'done') },
        { part: 'hop', ...hop('c', 'done') },
      ],
      order: ['a', 'c', 'b'],
    })
    expect('hops' in next && next.hops.map(({ id, state }) => [id, state])).toEqual([
      ['a', 'done'],
      ['c', 'done'],
      ['b', 'done'],
    ])
  })
  it('candidates become one journey, and one journey becomes candidates', () => {
    const candidates = { query: 'q', candidates: [], asOfUs: 1 }
    const found = applyPatch('journey', candidates, {
      ...none,
      args: { q: 'q' },
      head: { ...head, ...rest },
      upsert: [{ part: 'hop', ...hop('a', 'done') }],
    })
    expect(found).toMatchObject({ id: 'j', hops: [{ id: 'a' }] })
    expect('candidates' in found).toBe(false)
    const several = applyPatch('journey', found, { ...none, args: { q: 'q' }, head: { query: 'q', candidates: [] } })
    expect(several).toEqual({ query: 'q', candidates: [], asOfUs: 2_000 })
  })
})

it('a list without an order for it keeps its own', () => {
  const idOf = (item: { id: string }) => item.id
  const list = [{ id: 'b' }, { id: 'a' }]
  expect(patchList(list, idOf, [], { remove: [], order: ['x'] })).toEqual(list)
})

it('the same question has the same key, whatever the order and the empty arguments', () => {
  expect(argsKey({ q: '1', env: 'a' })).toBe(argsKey({ env: 'a', cluster: undefined, q: '1' }))
  expect(argsKey({ q: '1' })).not.toBe(argsKey({ q: '2' }))
})
