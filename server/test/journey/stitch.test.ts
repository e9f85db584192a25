// Spans to hops: what is one hop, and what caused it. Each case is named by the rule that it proves.
import { describe, expect, it } from '@jest/globals'
import { type Story, ms, retailOrder, second, story } from '../story.ts'
import { graph, hopTo, journey, step, steps, text } from './tell.ts'

const whole = [
  'http outside > api-gateway',
  'http api-gateway > orders',
  'db orders > orders',
  'publish orders > orders.events',
  'consume orders.events > payment-worker',
  'publish payment > payments',
  'consume payments > notifier',
  'consume orders.events > shipping-worker',
]

describe('what is one hop', () => {
  it('client and server of a call, with both as evidence', () => {
    const found = journey(retailOrder().byKey())
    expect(steps(found)).toEqual(whole)
    expect(hopTo(found, 'orders').evidence.map((one) => one.text.split(' ')[0])).toEqual(['client', 'server'])
    expect(new Set(found.hops.map((hop) => hop.via))).toEqual(new Set(['trace']))
    expect(new Set(found.hops.map((hop) => hop.confidence))).toEqual(new Set([1]))
  })

  it('two answers to one call are two hops', () => {
    const told = story('1').http('gateway', 'GET /').call('orders', 'GET /orders')
    const client = told.spans.find((span) => span.kind === 3)!
    told.add({ service: 'orders', name: 'GET /orders', kind: 2, protocol: 'http' }, client)
    expect(steps(journey(told.byKey())).filter((one) => one === 'http gateway > orders')).toHaveLength(2)
  })

  it('a fetch inside a call, a driver inside an ORM, a function inside a request', () => {
    const told = story('1').http('orders', 'POST /orders').internal('validate')
    const orm = told.add({ service: 'orders', name: 'orders.create', kind: 1, dbSystem: 'postgresql' }, told.here())
    told.add({ service: 'orders', name: 'INSERT', kind: 3, dbSystem: 'postgresql', dbTable: 'orders' }, orm)
    const call = told.add({ service: 'orders', name: 'charge', kind: 3, peer: 'bank' }, told.here())
    told.add({ service: 'orders', name: 'POST', kind: 3, peer: 'bank' }, call)
    expect(steps(journey(told.byKey()))).toEqual(['http outside > orders', 'db orders > orders', 'http orders > bank'])
  })

  it('create and send of one message; many creates under one send are many', () => {
    const one = story('1').http('orders', 'POST /')
    const created = one.add({ service: 'orders', name: 'create t', kind: 4, operation: 1, topic: 't' }, one.here())
    one.add({ service: 'orders', name: 'send t', kind: 3, operation: 2, topic: 't' }, created)
    expect(steps(journey(one.byKey()))).toEqual(['http outside > orders', 'publish orders > t'])
    const many = story('1').http('orders', 'POST /')
    const send = many.add({ service: 'orders', name: 'send t', kind: 3, operation: 2, topic: 't' }, many.here())
    for (const offset of ['1', '2', '3']) {
      many.add({ service: 'orders', name: 'create t', kind: 4, operation: 1, topic: 't', partition: 0, offset }, send)
    }
    expect(steps(journey(many.byKey())).filter((one) => one.startsWith('publish'))).toHaveLength(3)
  })

  it('receive and process of one message, and a listener inside a listener', () => {
    const told = story('1').http('orders', 'POST /').publish('t', 0, 5)
    const sent = told.here()
    const at = { topic: 't', partition: 0, offset: '5', group: 'g', service: 'worker' }
    const received = told.add({ ...at, name: 'receive t', kind: 5, operation: 3 }, sent)
    const outer = told.add({ ...at, name: 't process', kind: 5, operation: 4 }, received)
    told.add({ ...at, name: 'listener', kind: 5, operation: 4 }, outer)
    const found = journey(told.byKey())
    expect(steps(found)).toEqual(['http outside > orders', 'publish orders > t', 'consume t > g'])
    expect(hopTo(found, 'g')).toMatchObject({ state: 'done', flags: [] })
    expect(hopTo(found, 'g').attempts).toBeUndefined()
  })

  it('a poll around our message is no hop, and what follows inside it follows from the message', () => {
    const told = story('1').http('orders', 'POST /').publish('t', 0, 5)
    const sent = told.here()
    const poll = told.add({ service: 'worker', name: 'poll', kind: 1 }, undefined)
    const link = { traceId: sent.traceId, spanId: sent.spanId }
    told.add({ service: 'worker', name: 'process t', kind: 5, operation: 4, topic: 't', links: [link] }, poll)
    told.add({ service: 'worker', name: 'INSERT x', kind: 3, dbSystem: 'pg', dbTable: 'x' }, poll)
    expect(graph(journey(told.byKey()))).toEqual([
      'consume t > worker after publish orders > t',
      'db worker > x after consume t > worker',
      'http outside > orders after nothing',
      'publish orders > t after http outside > orders',
    ])
  })

  it('a call that nobody answered goes to a service when one has that name, else outside', () => {
    const told = story('1').http('gateway', 'GET /').callOutside('bank', 'POST /charge')
    expect(hopTo(journey(told.byKey()), 'bank').to.type).toBe('external')
  })

  it('a job that no request began is a hop of its own', () => {
    const told = story('1')
    const job = told.add({ service: 'billing', name: 'nightly', kind: 1 }, undefined)
    told.add({ service: 'billing', name: 'send bills', kind: 4, operation: 2, topic: 'bills' }, job)
    expect(steps(journey(told.byKey()))).toEqual(['internal billing > billing', 'publish billing > bills'])
  })
})

describe('each rung of the ladder', () => {
  const cases: [string, (told: Story) => void, Record<string, unknown>][] = [
    ['trace', (s) => s.consume('g', 'worker'), { via: 'trace', confidence: 1, flags: [] }],
    ['link', (s) => s.byLink().consume('g', 'worker'), { via: 'link', confidence: 1, flags: [] }],
    [
      'position',
      (s) => s.dropTraceContext().consume('g', 'worker'),
      { via: 'position', confidence: 1, flags: ['trace-lost'] },
    ],
    [
      'position, cluster known on one side only',
      (s) => s.dropTraceContext().consume('g', 'worker', 'same', { cluster: '' }),
      { via: 'position', confidence: 0.9, flags: ['trace-lost'] },
    ],
    [
      'message id',
      (s) => {
        s.change({ messageId: 'm-1', partition: -1, offset: '' })
        s.dropTraceContext().consume('g', 'worker', 'same', { messageId: 'm-1' })
      },
      { via: 'id', confidence: 0.98, flags: ['trace-lost'] },
    ],
    [
      'key',
      (s) => {
        s.change({ partition: -1, offset: '' })
        s.dropTraceContext().consume('g', 'worker', { partition: 0, offset: 5 })
      },
      { via: 'key', confidence: 0.8, flags: ['trace-lost'] },
    ],
  ]
  it.each(cases)('%s', (_name, tell, expected) => {
    const told = story('1').http('orders', 'POST /').publish('t', 0, 5)
    tell(told)
    const found = journey(told.byKey())
    expect(steps(found)).toEqual(['http outside > orders', 'publish orders > t', 'consume t > g'])
    expect(found.hops[2]).toMatchObject({ ...expected, after: [found.hops[1]!.id] })
  })

  it('the same position in another cluster is another message', () => {
    const told = story('1').http('orders', 'POST /').publish('t', 0, 5)
    told.dropTraceContext().withoutKey().consume('g', 'worker', 'same', { cluster: 'other' })
    expect(steps(journey(told.byKey()))).not.toContain('consume t > g')
  })

  it('the same position in another environment is another message', () => {
    const told = story('1').http('orders', 'POST /').publish('t', 0, 5)
    told.dropTraceContext().withoutKey().consume('g', 'worker', 'same', { env: 'test' })
    expect(steps(journey(told.byKey()))).not.toContain('consume t > g')
  })

  it('a publish learns its position from a reader that trace leads to, and then other readers find it', () => {
    const told = story('1').http('orders', 'POST /').publish('t')
    told.mark('sent').consume('a', 'worker', { partition: 2, offset: 9 })
    told.from('sent').withoutKey().dropTraceContext().consume('b', 'other', { partition: 2, offset: 9 })
    const found = journey(told.byKey())
    expect(hopTo(found, 't').position).toBe('t/2@9')
    expect(hopTo(found, 'b')).toMatchObject({ via: 'position', after: [hopTo(found, 't').id] })
  })

  it('two events that may have caused it are counted, never certain', () => {
    const told = story('1').http('orders', 'POST /').mark('root').publish('t').from('root').publish('t')
    told.dropTraceContext().consume('g', 'worker', { partition: 0, offset: 5 })
    expect(hopTo(journey(told.byKey()), 'g')).toMatchObject({ via: 'key', confidence: 0.7, oneOf: 2 })
  })

  it('a key joins nothing that would come before its cause', () => {
    const told = story('1').http('orders', 'POST /').publish('t')
    told.dropTraceContext().consume('g', 'worker', { partition: 0, offset: 5 })
    told.change({ startUs: told.spans[0]!.startUs - 3600 * second })
    const found = journey(told.byKey())
    expect(steps(found)).toEqual(['http outside > orders', 'publish orders > t'])
    expect(text(found.rest)).toContain('g took messages with the same key; what sent them is not known.')
  })
})

describe('context lost at each hop in turn gives the same hops', () => {
  it.each(['orders', 'row', 'published', 'payment', 'paid', 'notification', 'shipping'])('lost before %s', (at) => {
    const healthy = journey(retailOrder().byKey())
    const found = journey(retailOrder('8123', (hop, told) => hop === at && told.dropTraceContext()).byKey())
    expect(steps(found).sort()).toEqual([...whole].sort())
    expect(graph(found)).toEqual(graph(healthy))
    const lost = found.hops.filter((hop) => hop.flags.includes('trace-lost'))
    expect(lost).toHaveLength(1)
    expect(['position', 'key']).toContain(lost[0]!.via)
  })

  it('lost everywhere at once', () => {
    const found = journey(retailOrder('8123', (_hop, told) => told.dropTraceContext()).byKey())
    expect(steps(found).sort()).toEqual([...whole].sort())
    expect(graph(found)).toEqual(graph(journey(retailOrder().byKey())))
  })

  it('only links everywhere', () => {
    const at = ['payment', 'notification', 'shipping']
    const found = journey(retailOrder('8123', (hop, told) => at.includes(hop) && told.byLink()).byKey())
    expect(graph(found)).toEqual(graph(journey(retailOrder().byKey())))
    expect(found.hops.filter((hop) => hop.via === 'link')).toHaveLength(3)
    expect(found.traceIds).toHaveLength(4)
  })

  it('found from any of its traces alone', () => {
    const told = retailOrder('8123', (hop, s) => ['payment', 'shipping'].includes(hop) && s.byLink())
    for (const traceId of new Set(told.spans.map((span) => span.traceId))) {
      expect(steps(journey(told.byTrace(traceId))).sort()).toEqual([...whole].sort())
    }
  })
})

describe('time', () => {
  it('a consumer 6 h late joins, with the wait', () => {
    const told = story('1')
      .http('orders', 'POST /')
      .publish('t', 0, 5)
      .lateBy(6 * 3600 * second)
    told.dropTraceContext().consume('g', 'worker')
    const hop = hopTo(journey(told.byKey()), 'g')
    expect(hop.via).toBe('position')
    expect(hop.waitedUs).toBe(6 * 3600 * second + 5 * ms)
  })

  it('clock +90 s: order is causal, times are as they came, the skew is shown', () => {
    const told = retailOrder()
    for (const span of told.spans) if (span.service === 'orders') span.startUs += 90 * second
    const found = journey(told.byKey())
    expect(steps(found)[0]).toBe('http outside > api-gateway')
    const at = (name: string) => found.hops.findIndex((hop) => hop.to.name === name)
    expect(at('payment-worker')).toBeGreaterThan(at('orders.events'))
    expect(hopTo(found, 'payment-worker').flags).toEqual(['clock-skew'])
    expect(hopTo(found, 'payment-worker').waitedUs).toBeUndefined()
    expect(hopTo(found, 'orders.events').startUs).toBe(
      told.spans.find((span) => span.topic === 'orders.events')!.startUs,
    )
  })

  it('a trace 300 deep', () => {
    const told = story('1').http('s0', 'GET /')
    for (let depth = 1; depth <= 300; depth += 1) told.call(`s${depth}`, 'GET /')
    const found = journey(told.byKey())
    expect(found.hops).toHaveLength(301)
    expect(step(found.hops[300]!)).toBe('http s299 > s300')
  })

  it('a ring of parents ends', () => {
    const told = story('1').http('a', 'GET /').call('b', 'GET /')
    told.spans[0]!.parentSpanId = told.spans[2]!.spanId
    expect(journey(told.byKey()).hops).toHaveLength(2)
  })
})

describe('parents that were not received', () => {
  it('a root whose caller was not received says so and stands first', () => {
    const told = story('1').http('orders', 'POST /').change({ parentSpanId: 'feedfeedfeedfeed' }).publish('t')
    expect(journey(told.byKey()).hops[0]).toMatchObject({ after: [], flags: ['parent-not-received'] })
  })

  it('inside a trace the hop is placed after what is known of it', () => {
    const told = retailOrder()
    const gone = told.spans.findIndex((span) => span.kind === 2 && span.service === 'orders')
    told.spans.splice(gone, 1)
    const found = journey(told.byKey())
    expect(found.hops).toHaveLength(8)
    const sent = hopTo(found, 'orders.events')
    expect(sent).toMatchObject({ via: 'trace', confidence: 0.9, flags: ['parent-not-received'] })
    expect(sent.after).toHaveLength(1)
    expect(found.coverage.gaps.map((gap) => gap.source)).toContain('spans')
  })

  it('a consumer whose poll was not received is placed by its message', () => {
    const told = story('1').http('orders', 'POST /').publish('t', 0, 5)
    told.byLink().consume('g', 'worker').change({ parentSpanId: 'feedfeedfeedfeed' })
    expect(hopTo(journey(told.byKey()), 'g')).toMatchObject({ via: 'link', flags: [] })
  })
})
