// What may be typed, and what it may mean.
import { describe, expect, it } from '@jest/globals'
import { parseSearch } from '../../src/journey/search-key.ts'
import { defaultKeySettings, makeKeyRules } from '../../src/keys/rules.ts'

const rules = makeKeyRules({ ...defaultKeySettings, aliases: { orderNumber: 'order.id' } }, (text) => `hash:${text}`)
const trace = '4bf92f3577b34da6a3ce929d0e0e4736'
const bare = (text: string) => ({ kind: 'value', values: [text, `hash:${text}`] })

describe('each form', () => {
  it.each([
    ['8123', [bare('8123')]],
    ['  8123  ', [bare('8123')]],
    ['order.id=8123', [{ kind: 'key', name: 'order.id', value: '8123' }, bare('order.id=8123')]],
    ['order_id=8123', [{ kind: 'key', name: 'order.id', value: '8123' }, bare('order_id=8123')]],
    ['orderId = "8123"', [{ kind: 'key', name: 'order.id', value: '8123' }, bare('orderId = "8123"')]],
    ['orderNumber=8123', [{ kind: 'key', name: 'order.id', value: '8123' }, bare('orderNumber=8123')]],
    ['customer.id=Anna', [{ kind: 'key', name: 'customer.id', value: 'hash:Anna' }, bare('customer.id=Anna')]],
    ['order.id=a=b', [{ kind: 'key', name: 'order.id', value: 'a=b' }, bare('order.id=a=b')]],
    [trace, [{ kind: 'trace', traceId: trace }, bare(trace)]],
    [trace.toUpperCase(), [{ kind: 'trace', traceId: trace }, bare(trace.toUpperCase())]],
    [`00-${trace}-00f067aa0ba902b7-01`, [{ kind: 'trace', traceId: trace }]],
    [`trace_id=${trace}`, [{ kind: 'trace', traceId: trace }]],
    [
      'orders.events/3@1842',
      [{ kind: 'position', topic: 'orders.events', partition: 3, offset: '1842' }, bare('orders.events/3@1842')],
    ],
    [
      'prod-eu:orders.events/3@1842',
      [
        { kind: 'position', cluster: 'prod-eu', topic: 'orders.events', partition: 3, offset: '1842' },
        bare('prod-eu:orders.events/3@1842'),
      ],
    ],
    ['a/b/3@07', [{ kind: 'position', topic: 'a/b', partition: 3, offset: '7' }, bare('a/b/3@07')]],
    [
      'orders.events key=K 1',
      [{ kind: 'message-key', topic: 'orders.events', key: 'K 1', value: 'orders.events\nK 1' }],
    ],
    ['0'.repeat(32), [bare('0'.repeat(32))]],
    ["'; DROP TABLE spans", [bare("'; DROP TABLE spans")]],
    ['orders.events/3', [bare('orders.events/3')]],
  ])('%s', (text, tries) => {
    expect(parseSearch(text, rules)).toEqual({ tries })
  })
})

describe('what cannot be parsed says what to do', () => {
  it.each([
    ['   ', 'The search is empty.'],
    ['order.id=', 'order.id= has no value after "=".'],
    ['=8123', '=8123 has no name before "=".'],
    ['@link=1', '@link is not the name of a key.'],
    ['a\nb', 'The search has a line break or another control character.'],
    ['t/99999999999@1', 't/99999999999@1 has a partition or an offset that is too large.'],
    ['t/1@99999999999999999999', 't/1@99999999999999999999 has a partition or an offset that is too large.'],
    ['x'.repeat(1025), 'The search has 1025 characters, more than 1024.'],
  ])('%j', (text, unclear) => {
    const found = parseSearch(text, rules)
    expect(found).toMatchObject({ unclear })
    expect('todo' in found && found.todo.length).toBeGreaterThan(3)
  })
})
