// Spans on their way in: what a row holds, what is refused, what is cut.
import { describe, expect, it } from '@jest/globals'
import { attributes, nowNs, send, span, spanId, testRules, traceId, traces } from './requests.ts'

const ns = (seconds: number): string => String(nowNs + BigInt(seconds) * 1_000_000_000n)

describe('a span', () => {
  it('keeps every field, nanoseconds included', async () => {
    const { rows, outcome } = await send(
      'spans',
      traces(
        [
          span({
            parentSpanId: '00f067aa0ba902b7',
            traceState: 'a=1',
            flags: 257,
            status: { code: 2, message: 'card declined' },
            attributes: attributes({
              'http.route': '/orders',
              flag: true,
              count: 7,
              big: 9_007_199_254_740_993n,
              low: -(2n ** 63n),
              share: 0.25,
              list: ['a', 1, { b: false }],
              bytes: Buffer.from([1, 2, 255]),
            }),
            events: [{ timeUnixNano: ns(-1), name: 'exception', attributes: attributes({ 'exception.type': 'E' }) }],
            links: [{ traceId: 'ff'.repeat(16), spanId: 'ee'.repeat(8), attributes: attributes({ why: 'batch' }) }],
          }),
        ],
        { 'service.name': 'orders', 'deployment.environment.name': 'prod', 'host.name': 'a1' },
      ),
    )
    expect(outcome).toEqual({ kind: 'ok', rejected: 0, message: '' })
    expect(rows).toHaveLength(1)
    expect(rows[0]).toMatchObject({
      env: 'prod',
      cluster: '',
      service: 'orders',
      ts: nowNs - 2_000_000_123n,
      duration_ns: 1_000_000_123n,
      trace_id: traceId,
      span_id: spanId,
      parent_span_id: '00f067aa0ba902b7',
      trace_state: 'a=1',
      flags: 257,
      name: 'POST /orders',
      kind: 2,
      status: 2,
      status_message: 'card declined',
      scope: 'test',
      resource_attrs: { 'service.name': 'orders', 'deployment.environment.name': 'prod', 'host.name': 'a1' },
      attrs: {
        'http.route': '/orders',
        flag: 'true',
        count: '7',
        big: '9007199254740993',
        low: '-9223372036854775808',
        share: '0.25',
        list: '["a",1,{"b":false}]',
        bytes: 'AQL/',
      },
      'events.ts': [nowNs - 1_000_000_000n],
      'events.name': ['exception'],
      'events.attrs': [{ 'exception.type': 'E' }],
      'links.trace_id': ['ff'.repeat(16)],
      'links.span_id': ['ee'.repeat(8)],
      'links.attrs': [{ why: 'batch' }],
      operation: 0,
      partition: -1,
      offset: -1n,
    })
  })

  it('of a service without a name, of no environment, gets the defaults', async () => {
    const { rows } = await send('spans', traces([span()], {}), { defaultEnv: 'stage', defaultCluster: 'k1' })
    expect(rows[0]).toMatchObject({ service: 'unknown_service', env: 'stage', cluster: 'k1' })
  })

  it('keeps an id of its own from its neighbour: two resources in one request', async () => {
    const both = {
      resourceSpans: [
        ...traces([span({ name: 'a' })], { 'service.name': 'one', 'customer.tier': 'gold' }).resourceSpans,
        ...traces([span({ name: 'b' }), span({ name: 'c' })], { 'service.name': 'two' }).resourceSpans,
      ],
    }
    const { rows } = await send('spans', both)
    expect(rows.map((row) => [row['service'], row['name'], row['resource_attrs']])).toEqual([
      ['one', 'a', { 'service.name': 'one', 'customer.tier': 'gold' }],
      ['two', 'b', { 'service.name': 'two' }],
      ['two', 'c', { 'service.name': 'two' }],
    ])
  })
})

describe('an item is refused alone', () => {
  const cases: [string, Record<string, unknown>, string][] = [
    ['trace id of zeros', { traceId: '0'.repeat(32) }, 'bad_trace_id'],
    ['short trace id', { traceId: 'abcd' }, 'bad_trace_id'],
    ['no trace id', { traceId: undefined }, 'bad_trace_id'],
    ['span id of zeros', { spanId: '0'.repeat(16) }, 'bad_span_id'],
    ['long span id', { spanId: 'ab'.repeat(9) }, 'bad_span_id'],
    ['no start', { startTimeUnixNano: '0' }, 'no_time'],
    ['older than is kept', { startTimeUnixNano: ns(-8 * 86_400) }, 'too_old'],
    ['far ahead', { startTimeUnixNano: ns(660) }, 'in_future'],
    ['a start beyond all time', { startTimeUnixNano: String(2n ** 64n - 1n) }, 'in_future'],
  ]
  it.each(cases)('%s', async (_name, change, reason) => {
    const { outcome, rows, status } = await send('spans', traces([span(change), span({ name: 'good' })]))
    expect(outcome).toMatchObject({ kind: 'ok', rejected: 1 })
    expect(outcome.message).toMatch(/^1 spans: /)
    expect(rows.map((row) => row['name'])).toEqual(['good'])
    expect(status).toMatchObject({ accepted: 1, rejected: { [reason]: 1 } })
  })

  it('and a request with nothing left is a success that stores nothing', async () => {
    const { outcome, intake } = await send('spans', traces([span({ traceId: '' })]))
    expect(outcome).toMatchObject({ kind: 'ok', rejected: 1 })
    expect(intake.blocks).toHaveLength(0)
  })

  it('an empty request is a success', async () => {
    const { outcome } = await send('spans', Buffer.alloc(0))
    expect(outcome).toEqual({ kind: 'ok', rejected: 0, message: '' })
  })
})

describe('times', () => {
  it.each([
    ['end before start', ns(-100), 0n, 'duration_negative'],
    ['end in the far future', ns(10_000), 602_000_000_123n, 'end_in_future'],
  ])('%s', async (_name, endTimeUnixNano, duration, reason) => {
    const { rows, changed } = await send('spans', traces([span({ endTimeUnixNano })]))
    const off = (rows[0]!['duration_ns'] as bigint) - duration
    expect(off < 1000n && off > -1000n).toBe(true)
    expect(changed[reason]).toBe(1)
  })

  it('never let one request touch a hundred days, however long is kept', async () => {
    const { status } = await send('spans', traces([span({ startTimeUnixNano: ns(-96 * 86_400) })]), {
      retentionDays: { spans: 3650, logs: 7, points: 7 },
    })
    expect(status.rejected).toEqual({ too_old: 1 })
  })
})

describe('bounds', () => {
  const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`a${i}`, i]))
  const link = { traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8) }
  const cases: [string, Record<string, unknown>, string, number][] = [
    ['attributes', { attributes: attributes(many(130)) }, 'attributes_dropped', 2],
    ['events', { events: Array.from({ length: 131 }, () => ({ name: 'e' })) }, 'events_dropped', 3],
    ['links', { links: Array.from({ length: 1004 }, () => link) }, 'links_dropped', 4],
    ['a value', { attributes: attributes({ a: 'x'.repeat(9000) }) }, 'value_cut', 1],
    ['a name', { name: 'x'.repeat(2000) }, 'name_cut', 1],
    ['an attribute name', { attributes: attributes({ ['x'.repeat(300)]: 1 }) }, 'name_cut', 1],
    ['a link to nowhere', { links: [{ traceId: '00', spanId: 'cd'.repeat(8) }] }, 'bad_link_id', 1],
    ['half a parent', { parentSpanId: 'abcd' }, 'bad_parent_id', 1],
  ]
  it.each(cases)('%s', async (_name, change, reason, count) => {
    const { changed, rows } = await send('spans', traces([span(change)]))
    expect(rows).toHaveLength(1)
    expect(changed).toEqual({ [reason]: count })
  })

  it('a long value is cut between characters, and a stack trace may be longer', async () => {
    const text = 'é'.repeat(5000)
    const { rows } = await send(
      'spans',
      traces([
        span({
          attributes: attributes({ text: `x${text}` }),
          events: [{ name: 'exception', attributes: attributes({ 'exception.stacktrace': 's'.repeat(60_000) }) }],
        }),
      ]),
    )
    expect((rows[0]!['attrs'] as Record<string, string>)['text']).toBe(`x${'é'.repeat(4095)}`)
    const [event] = rows[0]!['events.attrs'] as Record<string, string>[]
    expect(event!['exception.stacktrace']).toHaveLength(60_000)
  })

  it('a deep value is cut at sixteen levels and counted', async () => {
    let value: unknown = 'core'
    for (let i = 0; i < 20; i += 1) value = [value]
    const { rows, changed } = await send('spans', traces([span({ attributes: attributes({ deep: value }) })]))
    expect((rows[0]!['attrs'] as Record<string, string>)['deep']).toBe(`${'['.repeat(16)}null${']'.repeat(16)}`)
    expect(changed).toEqual({ value_too_deep: 1 })
  })

  it('a value 100,000 levels deep does no harm', async () => {
    const { WireWriter } = await import('../../src/receive/wire/writer.ts')
    const size = 100_001
    // Built from the inside with room left in front, since wrapping copies would take quadratic time.
    const room = Buffer.alloc(size * 10)
    let at = room.length
    const wrap = (tag: number): void => {
      let length = room.length - at
      const varint: number[] = []
      while (length > 127) {
        varint.push((length & 127) | 128)
        length >>>= 7
      }
      varint.push(length)
      at -= varint.length
      Buffer.from(varint).copy(room, at)
      at -= 1
      room[at] = tag
    }
    for (let i = 0; i < size; i += 1) wrap(i % 2 === 0 ? 42 : 10)
    const deep = Buffer.from(room.subarray(at))
    const keyValue = new WireWriter().block(1, 'deep').block(2, deep).finish()
    const item = new WireWriter()
      .block(1, Buffer.from(traceId, 'hex'))
      .block(2, Buffer.from(spanId, 'hex'))
      .fixed64(7, nowNs)
      .block(9, keyValue)
      .finish()
    const request = new WireWriter().block(
      1,
      new WireWriter().block(2, new WireWriter().block(2, item).finish()).finish(),
    )
    const { rows, changed } = await send('spans', request.finish())
    expect(rows).toHaveLength(1)
    expect(changed['value_too_deep']).toBe(1)
  })

  it('invalid UTF-8 is repaired and counted', async () => {
    const { WireWriter } = await import('../../src/receive/wire/writer.ts')
    const item = new WireWriter()
      .block(1, Buffer.from(traceId, 'hex'))
      .block(2, Buffer.from(spanId, 'hex'))
      .block(5, Buffer.from([0x61, 0xff, 0x62]))
      .fixed64(7, nowNs)
      .finish()
    const request = new WireWriter().block(
      1,
      new WireWriter().block(2, new WireWriter().block(2, item).finish()).finish(),
    )
    const { rows, changed } = await send('spans', request.finish())
    expect(rows[0]!['name']).toBe('a\ufffdb')
    expect(changed).toEqual({ utf8_repaired: 1 })
  })

  it('a small body that unfolds beyond the bound is refused for good', async () => {
    const heavy = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`r${i}`, 'x'.repeat(4000)]))
    const spans = Array.from({ length: 500 }, () => span())
    const { outcome, intake } = await send('spans', traces(spans, heavy))
    expect(outcome.kind).toBe('too-large')
    expect(intake.blocks).toHaveLength(0)
  })
})

describe('keys of a span', () => {
  const keysOf = (row: Record<string, unknown>): string[] =>
    (row['keys.name'] as string[]).map((name, index) => `${name}=${(row['keys.value'] as string[])[index]}`)

  it('have canonical names, stand once, and leave technical ids out', async () => {
    const { rows } = await send(
      'spans',
      traces([
        span({
          attributes: attributes({
            order_id: 8123,
            orderId: '8123',
            'order.id': '8124',
            'payment.ref': 'p-1',
            'thread.id': 4,
            'messaging.client.id': 'c',
            'k8s.pod.uid': 'u',
            'http.route': '/orders',
            'item.id': '',
          }),
        }),
      ]),
    )
    expect(keysOf(rows[0]!)).toEqual(['order.id=8123', 'order.id=8124', 'payment.ref=p-1'])
  })

  it('are every element of a list, and are found in events and links', async () => {
    const { rows } = await send(
      'spans',
      traces([
        span({
          attributes: attributes({ 'order.id': ['a', 'b'] }),
          events: [{ name: 'e', attributes: attributes({ 'invoice.id': 'i' }) }],
          links: [{ traceId, spanId, attributes: attributes({ 'shipment.id': 's' }) }],
        }),
      ]),
    )
    expect(keysOf(rows[0]!)).toEqual(['order.id=a', 'order.id=b', 'invoice.id=i', 'shipment.id=s'])
  })

  it('of people are hashed wherever they stand; off drops them', async () => {
    const { rows, changed } = await send(
      'spans',
      traces([span({ attributes: attributes({ 'user.id': 'mia', 'cart.id': 'c', nested: { customerId: 7, a: 1 } }) })]),
      { keys: { policies: { 'cart.id': 'off' } } },
    )
    const { hash } = testRules()
    expect(rows[0]!['attrs']).toEqual({
      'user.id': hash('mia'),
      nested: `{"customerId":"${hash('7')}","a":1}`,
    })
    expect(keysOf(rows[0]!)).toEqual([`user.id=${hash('mia')}`])
    expect(hash('mia')).toMatch(/^hash:[0-9a-f]{32}$/)
    expect(changed).toEqual({ key_hashed: 2, key_off: 1 })
  })
})
