// How a hop ended, and what is said of it: only what spans prove.
import { describe, expect, it } from '@jest/globals'
import { type Story, ms, retailOrder, second, startUs, story } from '../story.ts'
import { answer, hopTo, journey, text } from './tell.ts'

const paid = (tell: (told: Story) => void = () => {}) => {
  const told = story('8123').http('orders', 'POST /orders').publish('t', 3, 1842).consume('payment-worker', 'payment')
  tell(told)
  return journey(told.byKey())
}

describe('attempts at one message', () => {
  it('one that worked is done', () => {
    expect(hopTo(paid(), 'payment-worker')).toMatchObject({ state: 'done', flags: [] })
  })

  it('one that failed is failed, with its error', () => {
    const hop = hopTo(
      paid((s) => s.fails('CardDeclined', 'code 51')),
      'payment-worker',
    )
    expect(hop).toMatchObject({ state: 'failed', error: { type: 'CardDeclined', message: 'code 51' } })
  })

  it('failed, then worked: done and retried, and no break', () => {
    const found = paid((s) => s.fails('Timeout').again())
    expect(hopTo(found, 'payment-worker')).toMatchObject({ state: 'done', flags: ['retried'] })
    expect(hopTo(found, 'payment-worker').attempts?.map((one) => one.error)).toEqual(['Timeout', ''])
    expect(found.state).toBe('unknown')
    expect(text(found.rest)).toContain('payment-worker succeeded after a failed attempt.')
  })

  it('three that failed: one hop, three attempts', () => {
    const found = paid((s) => s.fails('CardDeclined').again().fails('CardDeclined').again().fails('CardDeclined'))
    expect(hopTo(found, 'payment-worker').attempts).toHaveLength(3)
    expect(text(found.sentence)).toBe(
      'This event broke at payment-worker: 3 attempts at t/3@1842 failed with CardDeclined.',
    )
  })

  it('worked twice is duplicated', () => {
    const found = paid((s) => s.again())
    expect(hopTo(found, 'payment-worker')).toMatchObject({ state: 'duplicated', flags: [] })
    expect(text(found.rest)).toContain('payment-worker processed its message more than once.')
  })

  it('the same span sent twice by the exporter is one', () => {
    expect(
      hopTo(
        paid((s) => s.duplicate()),
        'payment-worker',
      ),
    ).toMatchObject({ state: 'done', flags: [] })
  })

  it('two groups that read the same message are two hops', () => {
    const found = journey(retailOrder().byKey())
    expect(found.hops.filter((hop) => hop.kind === 'consume' && hop.position === 'orders.events/3@1842')).toHaveLength(
      2,
    )
  })

  it('taken and nothing seen of the work: not known, and the sentence says so', () => {
    const told = story('1').http('orders', 'POST /').publish('t', 0, 5)
    told.consume('g', 'worker', 'same', { operation: 3, name: 'receive t' })
    const found = journey(told.byKey())
    expect(hopTo(found, 'g')).toMatchObject({ state: 'unknown', flags: ['received-only'] })
    expect(text(found.sentence)).toBe(
      '2 of the 3 hops that were seen ended without error. One message was taken by g, and no work on it was seen. What should follow is not known yet.',
    )
  })

  it('taken, and work followed inside: done', () => {
    const told = story('1').http('orders', 'POST /').publish('t', 0, 5)
    told.consume('g', 'worker', 'same', { operation: 3, name: 'receive t' }).db('x', 'INSERT x')
    expect(hopTo(journey(told.byKey()), 'g').state).toBe('done')
  })
})

describe('failed calls', () => {
  it('the deepest failure is the cause, those around it failed with it', () => {
    const told = story('1').http('gateway', 'POST /').fails('502').call('orders', 'POST /orders').fails('500')
    told.db('orders', 'INSERT orders').fails('Deadlock')
    const found = journey(told.byKey())
    expect(text(found.sentence)).toBe('This event broke at orders: INSERT orders on orders failed with Deadlock.')
    expect(text(found.rest)).toContain('2 hops failed with it; 0 of 3 hops seen ended without error.')
  })

  it('a call that was made again and worked is retried, and breaks nothing', () => {
    const told = story('1').http('gateway', 'POST /')
    told.callOutside('bank', 'charge').fails('Timeout').lateBy(second).callOutside('bank', 'charge')
    const found = journey(told.byKey())
    expect(found.hops.filter((hop) => hop.to.name === 'bank').map((hop) => [hop.state, hop.flags])).toEqual([
      ['failed', ['retried']],
      ['done', []],
    ])
    expect(found.state).toBe('unknown')
  })

  it('what failed inside an attempt that was retried breaks nothing', () => {
    const told = story('1').http('orders', 'POST /').publish('t', 0, 5).consume('g', 'worker')
    told.callOutside('bank', 'charge').fails('Timeout')
    const first = told.spans.find((span) => span.group === 'g')!
    Object.assign(first, { status: 2, errorType: 'Timeout' })
    told.spans.push({ ...first, spanId: 'abababababababab', startUs: first.startUs + second, status: 0, errorType: '' })
    const found = journey(told.byKey())
    expect(hopTo(found, 'bank')).toMatchObject({ state: 'failed', flags: ['retried'] })
    expect(found.state).toBe('unknown')
  })

  it('an error inside that nothing else shows is a hop of its own, caught', () => {
    const told = story('1').http('orders', 'POST /').internal('reserve').fails('OutOfStock')
    const found = journey(told.byKey())
    expect(found.hops.map((hop) => [hop.kind, hop.state, hop.flags])).toEqual([
      ['http', 'done', []],
      ['internal', 'failed', ['caught']],
    ])
    expect(text(found.sentence)).toBe(
      'This event broke inside orders: reserve failed with OutOfStock; the operation around it ended without error.',
    )
  })

  it('an error inside that its hop shows is evidence only, and names the error where the hop does not', () => {
    const told = story('1').http('orders', 'POST /').fails('').internal('reserve').fails('OutOfStock')
    const found = journey(told.byKey())
    expect(found.hops).toHaveLength(1)
    expect(found.hops[0]!.error?.type).toBe('OutOfStock')
  })
})

describe('the state of the journey', () => {
  const told = () => retailOrder().byKey()
  it('moving while something ended less than 30 s ago', () => {
    const end = journey(told()).endUs
    expect(journey(told(), end + 29 * second).state).toBe('moving')
    expect(journey(told(), end + 30 * second).state).toBe('unknown')
    expect(text(journey(told(), end + 3 * second).sentence)).toBe(
      'The newest of 8 hops ended 3 s ago at shipping-worker; none failed. What should follow is not known yet.',
    )
  })

  it('is never done: what should follow is not known', () => {
    const found = journey(told())
    expect(found.state).toBe('unknown')
    expect(text(found.sentence)).toBe(
      'All 8 hops that were seen ended without error. What should follow is not known yet.',
    )
  })

  it('a publish that nobody was seen to read is done, and what that means is said', () => {
    const found = journey(story('1').http('orders', 'POST /').publish('t', 0, 5).byKey())
    expect(hopTo(found, 't')).toMatchObject({ state: 'done', flags: ['no-consumer-seen'] })
    expect(text(found.rest)).toBe(
      'No consumer of t was seen; commits are not watched, so a consumer without traces would not show.',
    )
    expect(found.coverage.gaps.map((gap) => gap.source)).toEqual(['commits'])
    expect(found.coverage.hops).toEqual([])
  })

  it('broken as soon as one failed, also while others move', () => {
    const end = startUs + 100 * ms
    const failing = story('1').http('orders', 'POST /').publish('t', 0, 5).consume('g', 'worker').fails('Boom')
    expect(journey(failing.byKey(), end).state).toBe('broken')
  })
})

describe('which event is meant', () => {
  it('look-ups by the same key that moved no message are the rest', () => {
    const told = story('1').http('orders', 'POST /orders').publish('t', 0, 5)
    for (let at = 0; at < 3; at += 1) told.lateBy(second).http('orders', 'GET /orders/1')
    const found = journey(told.byKey())
    expect(found.hops).toHaveLength(2)
    expect(text(found.rest)).toContain('3 other requests carry the same key and moved no message: GET /orders/1.')
  })

  it('two requests that both moved messages are two candidates, the newest first', () => {
    const told = story('1').http('orders', 'POST /orders').publish('t', 0, 5)
    told.lateBy(second).http('orders', 'POST /orders/1/cancel').publish('t', 0, 6).consume('g', 'worker').fails('Boom')
    const found = answer(told.byKey())
    if (!found || !('candidates' in found)) throw new Error('one event')
    expect(found.candidates.map((one) => [one.kind, one.state])).toEqual([
      ['POST /orders/1/cancel', 'broken'],
      ['POST /orders', 'unknown'],
    ])
    expect(new Set(found.candidates.map((one) => one.query)).size).toBe(2)
  })

  it('another order of the same customer is another event', () => {
    const customer = { name: 'customer.id', value: 'c1' }
    const ours = story('1').http('orders', 'POST /orders').publish('t')
    const other = story('2').http('orders', 'POST /orders').publish('t')
    other.dropTraceContext().consume('g', 'worker', { partition: 0, offset: 9 })
    for (const span of [...ours.spans, ...other.spans]) span.keys = [...span.keys, customer]
    const beside = other.spans.map((span) => ({ ref: `${span.traceId}:${span.spanId}`, by: 'beside' as const }))
    const asked = ours.byKey()
    const found = journey({ ...asked, spans: [...ours.spans, ...other.spans], seeds: [...asked.seeds, ...beside] })
    expect(found.hops).toHaveLength(2)
  })

  it('a part that lost its context and has only the customer, while only one order of theirs is known', () => {
    const customer = { name: 'customer.id', value: 'c1' }
    const told = story('1')
      .http('orders', 'POST /orders')
      .change({ keys: [{ name: 'order.id', value: '1' }, customer] })
      .publish('t')
    const lost = told.add(
      { service: 'mailer', group: 'mailer', name: 'process t', kind: 5, operation: 4, topic: 't', keys: [customer] },
      undefined,
    )
    const asked = told.byKey()
    const seeds = [...asked.seeds, { ref: `${lost.traceId}:${lost.spanId}`, by: 'beside' as const }]
    expect(hopTo(journey({ ...asked, seeds }), 'mailer')).toMatchObject({ via: 'key', confidence: 0.8 })
    const wide = { ...asked, seeds, wide: new Set(['customer.id=c1']) }
    expect(journey(wide).hops).toHaveLength(2)
  })
})

describe('hostile names', () => {
  const nasty = `'; DROP TABLE spans; -- <img src=x onerror=alert(1)>`
  it('stay text, in names and never in the words around them', () => {
    const told = story(nasty).http(nasty, nasty).publish(nasty, 0, 5).consume(nasty, nasty).fails(nasty, nasty)
    const found = journey(told.byKey())
    expect(found.sentence).toContainEqual({ name: nasty, type: 'error' })
    expect(
      found.sentence.filter((part) => 'text' in part).map((part) => ('text' in part ? part.text : '')),
    ).not.toContain(nasty)
    expect(found.hops[1]!.to.name).toBe(nasty)
  })
})
