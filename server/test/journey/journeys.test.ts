// The journey of an event from a real store: every handle, every way it goes on, every bound on what it may pull in.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Candidates, Journey } from '../../src/contract/journey.ts'
import { Journeys } from '../../src/journey/journeys.ts'
import { defaultKeySettings, makeKeyRules } from '../../src/keys/rules.ts'
import { type OpenedStore, openTestStore } from '../store/transports.ts'
import { type Story, retailOrder, startUs, story } from '../story.ts'
import { keep, keepLogs, nsOf, shiftUs } from './in-store.ts'

const rules = makeKeyRules(
  defaultKeySettings,
  (text) => `hash:${Buffer.from(text).toString('hex').padEnd(32, '0').slice(0, 32)}`,
)
const hour = 3_600_000_000
let opened: OpenedStore
let journeys: Journeys

beforeAll(async () => {
  opened = await openTestStore('embedded')
  journeys = new Journeys(opened.store, rules, () => startUs + shiftUs + 12 * hour)
})
afterAll(() => opened.close())

async function journey(q: string, where: { env?: string; cluster?: string } = {}): Promise<Journey> {
  const answer = await journeys.find({ q, ...where })
  if (answer === undefined || 'candidates' in answer) throw new Error(`no journey for ${q}: ${JSON.stringify(answer)}`)
  return answer
}

async function candidates(q: string): Promise<Candidates> {
  const answer = await journeys.find({ q })
  if (answer === undefined || !('candidates' in answer)) throw new Error(`no candidates for ${q}`)
  return answer
}

const steps = (found: Journey) => found.hops.map((hop) => `${hop.kind} ${hop.from.name} > ${hop.to.name}`)
const order = (id: string, offset: number, before?: (hop: string, told: Story) => void) => {
  const told = retailOrder(id, before)
  for (const span of told.spans) if (span.offset !== '') span.offset = String(Number(span.offset) + offset)
  return told
}

describe('one order, found by every handle', () => {
  let told: Story
  let whole: string[]
  beforeAll(async () => {
    told = order('8123', 0)
    await keep(opened, told.spans)
    whole = steps(await journey('order.id=8123'))
  })

  it('by key it has all eight hops', () => {
    expect(whole).toHaveLength(8)
  })

  it.each([
    ['another spelling of the name', () => 'orderId=8123'],
    ['a bare value', () => '8123'],
    ['a trace id', () => told.spans[0]!.traceId],
    ['a position', () => 'orders.events/3@1842'],
    ['a position further down', () => 'payments/1@9071'],
    ['a position with its cluster', () => 'main:orders.events/3@1842'],
    ['a traceparent', () => `00-${told.spans[0]!.traceId}-${told.spans[0]!.spanId}-01`],
  ])('%s', async (_name, q) => {
    expect(steps(await journey(q()))).toEqual(whole)
  })

  it('an error is evidence with its log', async () => {
    const failing = order('8124', 10)
    const paid = failing.spans.find((span) => span.service === 'payment')!
    Object.assign(paid, { status: 2, errorType: 'CardDeclined' })
    await keep(opened, failing.spans)
    await keepLogs(opened, [
      {
        env: 'prod',
        service: 'payment',
        ts: nsOf(paid.startUs),
        trace_id: paid.traceId,
        span_id: paid.spanId,
        severity: 17,
        severity_text: 'ERROR',
        body: 'card was declined',
      },
    ])
    const found = await journey('order.id=8124')
    const hop = found.hops.find((one) => one.state === 'failed')
    expect(hop?.error?.type).toBe('CardDeclined')
    expect(hop?.evidence.map((one) => one.text)).toContain('ERROR payment: card was declined')
    expect(found.state).toBe('broken')
  })
})

describe('what leads on', () => {
  it('a consumer 6 h later in a trace of its own, by position', async () => {
    const told = order('8200', 100, (hop, s) => hop === 'shipping' && s.lateBy(6 * hour).dropTraceContext())
    await keep(opened, told.spans)
    const found = await journey(told.spans[0]!.traceId)
    const hop = found.hops.find((one) => one.group === 'shipping-worker')!
    expect(hop).toMatchObject({ via: 'position', confidence: 1, flags: ['trace-lost'] })
    expect(hop.waitedUs).toBeGreaterThan(6 * hour - 1_000_000)
  })

  it('a link from another trace, found from the trace that it points to', async () => {
    const told = order('8201', 110, (hop, s) => ['payment', 'shipping'].includes(hop) && s.byLink())
    await keep(opened, told.spans)
    const found = await journey(told.spans[0]!.traceId)
    expect(found.hops.filter((hop) => hop.via === 'link')).toHaveLength(2)
    expect(found.traceIds).toHaveLength(3)
  })

  it('the link itself, found from the trace that it stands in', async () => {
    const found = await journey(
      order('8201', 110, (hop, s) => ['payment', 'shipping'].includes(hop) && s.byLink()).spans.at(-1)!.traceId,
    )
    expect(found.hops).toHaveLength(8)
  })

  it('a key, when context and position are both lost', async () => {
    const told = story('8202').http('api-gateway', 'POST /orders').publish('orders.events')
    told.dropTraceContext().consume('payment-worker', 'payment', { partition: 3, offset: 5000 })
    await keep(opened, told.spans)
    const found = await journey(told.spans[0]!.traceId)
    expect(found.hops.at(-1)).toMatchObject({ kind: 'consume', via: 'key', confidence: 0.8, flags: ['trace-lost'] })
  })

  it('a batch of 200 links pulls in none of the 199 others', async () => {
    const orders = Array.from({ length: 200 }, (_, at) => {
      return story(`batch-${at}`)
        .http('api-gateway', 'POST /orders')
        .publish('bulk.events', 0, 1000 + at)
    })
    const links = orders.map((one) => ({ traceId: one.here().traceId, spanId: one.here().spanId }))
    const batch = story('none').withoutKey()
    batch.nowUs += 1_000_000
    const fields = {
      service: 'indexer',
      name: 'receive bulk.events',
      kind: 5,
      operation: 3,
      topic: 'bulk.events',
      group: 'indexer',
    }
    batch.add({ ...fields, links, batch: 200 }, undefined)
    await keep(opened, [...orders.flatMap((one) => one.spans), ...batch.spans])
    const found = await journey('order.id=batch-17')
    expect(steps(found)).toEqual([
      'http outside > api-gateway',
      'publish api-gateway > bulk.events',
      'consume bulk.events > indexer',
    ])
    expect(found.hops.at(-1)).toMatchObject({ via: 'link', flags: expect.arrayContaining(['batch']) })
  })
})

describe('several events', () => {
  it('the same key in two environments gives two candidates, each with a search that finds it', async () => {
    const [prod, test] = [order('8300', 300), order('8300', 300)]
    for (const span of test.spans)
      Object.assign(span, { env: 'test', traceId: span.traceId.replace(/^.{8}/, '00000001') })
    await keep(opened, [...prod.spans, ...test.spans])
    const { candidates: found } = await candidates('order.id=8300')
    expect(found).toHaveLength(2)
    for (const one of found) expect((await journey(one.query)).hops).toHaveLength(8)
    expect((await journey('order.id=8300', { env: 'test' })).hops[0]?.env).toBe('test')
  })

  it('a wide key lists traces and joins nothing', async () => {
    const orders = Array.from({ length: 60 }, (_, at) => {
      const told = story(`wide-${at}`).http('api-gateway', 'POST /orders').publish('wide.events', 0, at)
      for (const span of told.spans) span.keys = [...span.keys, { name: 'tenant.id', value: 'acme' }]
      return told
    })
    await keep(
      opened,
      orders.flatMap((one) => one.spans),
    )
    const wide = await candidates('tenant.id=acme')
    expect(wide.wideKeys?.[0]).toEqual({ key: 'tenant.id=acme', roots: 60, limit: 50 })
    expect(wide.candidates).toHaveLength(20)
    const single = await journey('order.id=wide-7')
    expect(single.hops).toHaveLength(2)
    expect(single.wideKeys).toEqual([{ key: 'tenant.id=acme', roots: 60, limit: 50 }])
  })

  it('a hashed key is found by what was typed', async () => {
    const told = story('8400').http('api-gateway', 'GET /me')
    told.change({ keys: [{ name: 'customer.id', value: rules.valueOf('customer.id', 'Anna') }] })
    await keep(opened, told.spans)
    expect((await journey('customer.id=Anna')).hops).toHaveLength(1)
    expect((await journey('Anna')).hops).toHaveLength(1)
  })

  it('nothing is nothing', async () => {
    expect(await journeys.find({ q: 'order.id=never' })).toBeUndefined()
    await expect(journeys.find({ q: 'order.id=' })).rejects.toThrow('no value')
  })

  it('a value that looks like SQL or markup is only a value', async () => {
    const nasty = `'; DROP TABLE spans; -- <img src=x onerror=alert(1)>`
    const told = story(nasty).http(nasty, nasty).publish(nasty, 0, 7)
    told.consume(nasty, nasty)
    await keep(opened, told.spans)
    const found = await journey(`order.id=${nasty}`)
    expect(found.hops).toHaveLength(3)
    expect(found.hops[1]?.to.name).toBe(nasty)
    expect((await journey('order.id=8123')).hops).toHaveLength(8)
  })
})
