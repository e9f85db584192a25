import { describe, expect, it } from '@jest/globals'
import { resolveCalls, type Pair } from '../../src/topology/resolve-calls.ts'

const pair = (from: string, answeredBy: string, peer: string, spans = 1): Pair => ({
  env: 'prod',
  from,
  answeredBy,
  peer,
  spans,
  errors: 0,
  latency: [[40], [spans]],
})
const edges = (pairs: Pair[]) => resolveCalls(pairs, []).map(({ from, toType, to, spans }) => [from, toType, to, spans])

describe('who was called', () => {
  it.each<[string, Pair[], unknown[]]>([
    [
      'the service whose server span answered',
      [pair('gateway', 'orders', 'orders:80')],
      [['gateway', 'service', 'orders', 1]],
    ],
    [
      'an address outside, where none did',
      [pair('billing', '', 'api.bank.example')],
      [['billing', 'external', 'api.bank.example', 1]],
    ],
    [
      'the service behind an address that answered others',
      [pair('gateway', 'orders', 'orders:80', 9), pair('gateway', '', 'orders:80')],
      [['gateway', 'service', 'orders', 10]],
    ],
    [
      'only an address, where several services answered from it',
      [pair('a', 'x', 'proxy:80'), pair('a', 'y', 'proxy:80'), pair('a', '', 'proxy:80')],
      [
        ['a', 'service', 'x', 1],
        ['a', 'service', 'y', 1],
        ['a', 'external', 'proxy:80', 1],
      ],
    ],
    ['nobody, without an answer and an address', [pair('a', '', '')], []],
  ])('is %s', (_name, pairs, expected) => {
    expect(edges(pairs)).toEqual(expected)
  })

  it('adds the latencies of one edge up', () => {
    const [call] = resolveCalls([pair('a', 'b', 'x', 2), pair('a', 'b', 'y', 3)], [])
    expect(call).toMatchObject({ spans: 5, latency: [[40], [5]] })
  })

  it('takes an edge back when a late server span has shown who answered', () => {
    const written = [{ env: 'prod', from: 'a', toType: 'external', to: 'orders:80' }]
    const calls = resolveCalls([pair('a', 'orders', 'orders:80')], written)
    expect(calls.map(({ to, spans }) => [to, spans])).toEqual([
      ['orders', 1],
      ['orders:80', 0],
    ])
  })
})
