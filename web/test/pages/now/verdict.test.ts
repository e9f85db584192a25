import { describe, expect, it } from '@jest/globals'
import type { Failing, Freshness, Overview } from '@hopscope/server/contract/topology'
import { holdRows } from '../../../src/pages/now/held.ts'
import { endpointsFrom, traceSnippets } from '../../../src/pages/now/snippets.ts'
import { isUnusual, rankFailing, verdict } from '../../../src/pages/now/verdict.ts'

const fail = (service: string, errors: number, usualShare?: number): Failing => ({
  id: service,
  service,
  name: 'process orders.events',
  errors,
  spans: 100,
  sinceUs: 0,
  lastUs: 0,
  ...(usualShare === undefined ? {} : { usualShare }),
})
const fresh: Freshness[] = [
  { source: 'OTLP', ageUs: 300_000, state: 'ok' },
  { source: 'Kafka offsets', state: 'not-set' },
]
const overview = (failing: Failing[], sources = fresh): Pick<Overview, 'failing' | 'fresh' | 'topology'> => ({
  failing,
  fresh: sources,
  topology: { asOfUs: 0, fromUs: 0, toUs: 0, rateSeconds: 60, nodes: [], edges: [] },
})
const title = (failing: Failing[], sources = fresh) => verdict(overview(failing, sources), 'the last 15 min').title

describe('the verdict says what fails, where, how often, and against what is usual', () => {
  it('one', () => {
    expect(title([fail('payment', 15, 0.003)])).toBe('payment fails 15 % of process orders.events, usually 0.3 %')
  })
  it('one of which nothing usual is known', () => {
    expect(title([fail('payment', 15)])).toBe('payment fails 15 % of process orders.events')
  })
  it('several', () => {
    expect(title([fail('payment', 15), fail('billing', 2, 0.001), fail('orders', 1, 0.01)])).toBe(
      '2 operations fail in payment and billing',
    )
  })
  it('what fails as often as it usually does is not news, and not left out', () => {
    expect(title([fail('orders', 1, 0.01)])).toBe(
      'Nothing that was seen fails more than usual; orders fails 1 % of process orders.events, as usual',
    )
  })
  it('none: claims no more than was seen, and says what is not watched', () => {
    const said = verdict(overview([]), 'the last 15 min')
    expect(said.title).toBe('Nothing that was seen is failing')
    expect(said.rest).toBe(
      'Seen: no service and no topic in the last 15 min. Commits and lag are not watched yet, so events that wait are not seen.',
    )
  })
  it('a source that went silent belongs in the verdict; one that was never set does not', () => {
    expect(title([], [{ source: 'OTLP', ageUs: 94e6, state: 'late' }, fresh[1]!])).toBe(
      'Nothing that was seen is failing; OTLP has been silent for 1 min 34 s',
    )
  })
})

describe('more than usual', () => {
  it.each([
    [fail('a', 1), true],
    [fail('a', 2, 0.01), false],
    [fail('a', 3, 0.01), true],
    [fail('a', 15, 0.15), false],
  ])('%#', (one, unusual) => expect(isUnusual(one)).toBe(unusual))
  it('comes first, then the number of errors', () => {
    const ranked = rankFailing([fail('usual', 50, 0.5), fail('few', 2, 0.001), fail('many', 9)])
    expect(ranked.map(({ service }) => service)).toEqual(['many', 'few', 'usual'])
  })
})

describe('a list under the hand', () => {
  const row = (id: string, value = 0) => ({ id, value })
  const shown = [row('b'), row('a')]
  it('follows what arrives while nobody holds it', () => {
    expect(holdRows(shown, [row('c'), row('b')], false)).toEqual({ rows: [row('c'), row('b')], waiting: 0 })
  })
  it('held, it keeps rows and places, takes new values, and counts what waits', () => {
    expect(holdRows(shown, [row('d'), row('c'), row('b', 5)], true)).toEqual({
      rows: [row('b', 5), row('a')],
      waiting: 2,
    })
  })
  it('an empty one has nothing to hold', () => {
    expect(holdRows([], [row('a')], true)).toEqual({ rows: [row('a')], waiting: 0 })
  })
})

describe('snippets to start with', () => {
  const listening = [
    { name: 'OTLP over gRPC', address: '0.0.0.0:14317' },
    { name: 'OTLP over HTTP', address: '0.0.0.0:14318' },
    { name: 'Dashboard and API', address: '0.0.0.0:8080' },
  ]
  it('name the host that the reader used and the ports that the server really has', () => {
    expect(endpointsFrom(listening, 'observe.example')).toEqual({
      grpc: 'observe.example:14317',
      http: 'observe.example:14318',
    })
    expect(endpointsFrom([], 'localhost')).toEqual({ grpc: 'localhost:4317', http: 'localhost:4318' })
  })
  it('every one of them says where to send', () => {
    for (const { text } of traceSnippets({ grpc: 'h:14317', http: 'h:14318' })) expect(text).toContain('h:14317')
  })
})
