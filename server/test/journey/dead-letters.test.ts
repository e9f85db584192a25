// Messages that were put aside: named so only where the origin is proven.
import { describe, expect, it } from '@jest/globals'
import { isDeadLetterTopic } from '../../src/journey/dead-letters.ts'
import { type Story, ms, second, story } from '../story.ts'
import { graph, hopTo, journey, text } from './tell.ts'

const sent = () => story('8123').http('orders', 'POST /orders').publish('orders.events', 3, 10).mark('sent')
const worked = () => sent().consume('payment-worker', 'payment').mark('worked')
const parked = (told: Story) => told.publish('payments.dlq', 0, 6)

it.each([
  ['payments.dlq', true],
  ['orders-DLT', true],
  ['orders.dead-letter', true],
  ['dead_letters.orders', true],
  ['orders.parking-lot', true],
  ['adltd.orders', false],
  ['payments', false],
])('%s is a place for dead letters: %s', (topic, is) => {
  expect(isDeadLetterTopic(topic)).toBe(is)
})

describe('published inside the failed work', () => {
  const told = () => {
    const failing = worked().fails('GatewayTimeout').again().fails('GatewayTimeout').again().fails('GatewayTimeout')
    failing.callOutside('card-gateway', 'POST /charges').fails('RequestTimeout')
    return parked(failing)
  }

  it('the consume is dead-lettered and the publish hangs below it', () => {
    const found = journey(told().byKey())
    expect(found.state).toBe('broken')
    expect(hopTo(found, 'payment-worker')).toMatchObject({
      state: 'dead-lettered',
      error: { type: 'GatewayTimeout' },
    })
    expect(hopTo(found, 'payments.dlq')).toMatchObject({ kind: 'dlq', state: 'done', flags: [], via: 'trace' })
    expect(graph(found)).toContain('dlq payment > payments.dlq after consume orders.events > payment-worker')
  })

  it('the sentence names who parked it, where, after what, and what failed below', () => {
    const found = journey(told().byKey())
    expect(text(found.sentence)).toBe(
      'This event broke at payment-worker: payment parked it in payments.dlq after 3 attempts at orders.events/3@10 failed with GatewayTimeout; POST /charges at card-gateway failed with RequestTimeout.',
    )
    expect(text(found.rest)).not.toContain('No consumer of payments.dlq')
    expect(text(found.rest)).toBe(text(found.rest).trim())
  })

  it('the dead letter is evidence of the hop that it came from', () => {
    const hop = hopTo(journey(told().byKey()), 'payment-worker')
    expect(hop.evidence[0]!.text).toBe('producer span send payments.dlq of payment ended without error')
  })

  it('also where the work itself hides its error', () => {
    const found = journey(parked(worked()).byKey())
    expect(hopTo(found, 'payment-worker').state).toBe('dead-lettered')
    expect(text(found.sentence)).toBe('This event broke at payment-worker: payment parked it in payments.dlq.')
  })

  it('a publish that failed parked nothing', () => {
    const found = journey(parked(worked().fails('Boom')).fails('Down').byKey())
    expect(hopTo(found, 'payment-worker').state).toBe('failed')
    expect(hopTo(found, 'payments.dlq').kind).toBe('publish')
  })

  it('processed without error after it was parked: done, and the dead letter stays in sight', () => {
    const told = parked(worked().fails('Boom')).from('worked')
    told.add(
      { ...told.here(), spanId: 'ab'.repeat(8), startUs: told.nowUs + second, status: 0 },
      told.from('sent').here(),
    )
    const found = journey(told.byKey())
    expect(hopTo(found, 'payment-worker').state).toBe('done')
    expect(hopTo(found, 'payments.dlq').kind).toBe('dlq')
  })
})

describe('published beside the failed work', () => {
  it('below the same message, by the same service', () => {
    const found = journey(
      worked().fails('Boom').from('sent').publish('payments.dlq', 0, 6, { service: 'payment' }).byKey(),
    )
    expect(hopTo(found, 'payment-worker').state).toBe('dead-lettered')
    expect(graph(found)).toContain('dlq payment > payments.dlq after consume orders.events > payment-worker')
  })

  it('with a link to the same message, in a trace of its own', () => {
    const told = worked().fails('Boom').from('sent').byLink()
    const found = journey(told.publish('payments.dlq', 0, 6, { service: 'payment' }).byKey())
    expect(hopTo(found, 'payments.dlq')).toMatchObject({ kind: 'dlq', via: 'link' })
  })

  it('with the position of the message in its headers', () => {
    const deadLetter = { isNamed: true, topic: 'orders.events', position: 'orders.events/3@10' }
    const told = worked().fails('Boom').dropTraceContext()
    const found = journey(told.publish('aside', 0, 6, { deadLetter }).byKey())
    expect(hopTo(found, 'aside')).toMatchObject({ kind: 'dlq', via: 'header' })
    expect(hopTo(found, 'payment-worker').state).toBe('dead-lettered')
  })
})

describe('where the origin is not proven', () => {
  it('only the key says so: a failed consume and a publish', () => {
    const told = worked().fails('Boom').lateBy(second).dropTraceContext()
    const found = journey(parked(told).byKey())
    expect(hopTo(found, 'payment-worker').state).toBe('failed')
    expect(hopTo(found, 'payments.dlq').kind).toBe('publish')
  })

  it('two groups of the same service failed at the same message', () => {
    const told = worked().fails('Boom').from('sent').consume('audit', 'payment').fails('Boom').from('sent')
    const found = journey(told.publish('payments.dlq', 0, 6, { service: 'payment' }).byKey())
    expect(found.hops.map((hop) => hop.state)).not.toContain('dead-lettered')
  })

  it('another service put the message there', () => {
    const told = worked().fails('Boom').from('sent').publish('payments.dlq', 0, 6, { service: 'router' })
    expect(hopTo(journey(told.byKey()), 'payment-worker').state).toBe('failed')
  })

  it('a batch that parked one of its messages, which does not say which', () => {
    const batch = (more: object) => {
      const [a, b] = [sent(), story('8124').http('orders', 'POST /orders').publish('orders.events', 3, 11)]
      const links = [a, b].map((one) => ({ traceId: one.here().traceId, spanId: one.here().spanId }))
      const poll = a.withoutKey().add(
        {
          service: 'shipping',
          group: 'shipping',
          name: 'process',
          kind: 5,
          operation: 4,
          topic: 'orders.events',
          links,
        },
        undefined,
      )
      a.add({ service: 'shipping', name: 'send dlq', kind: 4, operation: 2, topic: 'dlq', ...more }, poll)
      return journey(a.byKey({ spans: [...a.spans, ...b.spans] }))
    }
    expect(hopTo(batch({}), 'shipping').state).toBe('done')
    expect(hopTo(batch({ keys: [{ name: 'order.id', value: '8123' }] }), 'shipping').state).toBe('dead-lettered')
  })

  it('a message that goes back to where it came from', () => {
    const deadLetter = { isNamed: true, topic: 'orders.events', position: 'orders.events/3@2' }
    const told = worked()
      .lateBy(5 * ms)
      .publish('orders.events', 3, 11, { deadLetter })
    expect(journey(told.byKey()).state).toBe('unknown')
  })
})
