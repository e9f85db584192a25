import { describe, expect, it } from '@jest/globals'
import { type Known, markMatch, recognise, suggest } from '../src/lib/ask.ts'

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'

describe('what was typed is recognised and written as the server reads it', () => {
  it.each([
    ['order.id=8123', 'key', 'order.id=8123'],
    [' order.id : 8123 ', 'key', 'order.id=8123'],
    ['customer.name=A = B', 'key', 'customer.name=A = B'],
    [traceId.toUpperCase(), 'trace', traceId],
    [`00-${traceId}-00f067aa0ba902b7-01`, 'trace', traceId],
    ['orders.events/3@1842', 'position', 'orders.events/3@1842'],
    ['retail:orders.events/3@1842', 'position', 'retail:orders.events/3@1842'],
    ['orders.events:3:1842', 'position', 'orders.events/3@1842'],
    ['payments key=order 7', 'message key', 'payments key=order 7'],
    ['8123', 'value', '8123'],
    ['user@example.com', 'value', 'user@example.com'],
    ['4bf92f3577b34da6', 'value', '4bf92f3577b34da6'],
  ])('%p is a %s', (text, kind, q) => expect(recognise(text)).toEqual({ kind, q }))
  it('nothing is nothing', () => expect(recognise('   ')).toBeUndefined())
})

const known: Known = {
  keyNames: ['order.id', 'payment.id'],
  events: [
    {
      id: 'order.id=8123',
      key: 'order.id',
      startUs: 1,
      lastUs: 2,
      spans: 9,
      errors: 1,
      services: ['orders', 'billing'],
    },
    { id: 'order.id=9', key: 'order.id', startUs: 1, lastUs: 2, spans: 9, errors: 0, services: ['orders'] },
  ],
  nodes: [
    { id: 'service:orders', type: 'service', name: 'orders', rate: 7 },
    { id: 'topic:orders.events', type: 'topic', name: 'orders.events', rate: 7 },
    { id: 'table:orders', type: 'table', name: 'orders', rate: 7 },
  ],
  recents: [{ q: 'orders.events/3@1834', kind: 'position', atMs: 1 }],
}
const texts = (text: string) => suggest(text, known).map((one) => `${one.group}: ${one.text}`)

describe('suggestions', () => {
  it('a bare value may be any key: the plain search is first, then each known name, then what passes by', () => {
    expect(texts('8123')).toEqual([
      'Search: 8123',
      'Search: order.id=8123',
      'Search: payment.id=8123',
      'Events seen now: order.id=8123',
    ])
  })
  it('the beginning of a key name completes it and leads nowhere yet', () => {
    expect(suggest('ord', known)[0]).toMatchObject({ text: 'order.id=', complete: 'order.id=', path: '' })
  })
  it('places are found by a part of their name: a service has traces, a topic is on the map', () => {
    const places = suggest('orders', known).filter(({ group }) => group === 'Places')
    expect(places.map(({ path, params }) => [path, params])).toEqual([
      ['/traces', { service: 'orders' }],
      ['/', { sel: 'topic:orders.events' }],
    ])
  })
  it('a trace id opens its journey first, and its spans second', () => {
    expect(suggest(traceId, known).map(({ path }) => path)).toEqual(['/journey', `/trace/${traceId}`])
  })
  it('an exact key is not repeated by the list of what passes by', () => {
    expect(texts('order.id=8123')).toEqual(['Search: order.id=8123'])
  })
  it('an empty field offers what was searched for lately', () => {
    expect(texts('')).toEqual(['Recent: orders.events/3@1834'])
  })
  it('errors of a passing event are told', () => {
    expect(suggest('8123', known).at(-1)).toMatchObject({ errors: 1, why: 'seen in 2 services' })
  })
})

it('marks the first match and nothing where there is none', () => {
  expect([markMatch('order.id=8123', '812'), markMatch('orders', 'x')]).toEqual([
    ['order.id=', '812', '3'],
    ['orders', '', ''],
  ])
})
