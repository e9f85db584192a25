// A batch handles messages of many events at once: only what is ours may join, and what cannot be told apart is said to be so.
import { describe, expect, it } from '@jest/globals'
import type { SpanEvidence } from '../../src/journey/evidence.ts'
import { stitch } from '../../src/journey/stitch.ts'
import { type Story, second, story } from '../story.ts'
import { hopTo, journey, steps, text } from './tell.ts'

const many = 200

/** 200 orders, each with a request and a publish; ours is number 17. */
function orders(withKeys: boolean): Story[] {
  return Array.from({ length: many }, (_, at) => {
    const told = story(String(at), `order ${at}`)
    if (!withKeys && at !== 17) told.withoutKey()
    return told.http('api-gateway', 'POST /orders').publish('t', 0, 1000 + at)
  })
}
const linkTo = (span: SpanEvidence) => ({ traceId: span.traceId, spanId: span.spanId })
const worker = { service: 'indexer', group: 'indexer', kind: 5, topic: 't' }

/** Evidence of all stories, searched for order 17. */
function search17(all: Story[], ...more: Story[]) {
  const ours = all[17]!
  return { ...ours.byKey(), spans: [...all, ...more].flatMap((told) => told.spans) }
}

function batch(): Story {
  const told = story('none', 'batch').withoutKey()
  told.nowUs += second
  return told
}

describe.each([true, false])('with keys on the others: %s', (withKeys) => {
  it('one span that links 200 messages', () => {
    const all = orders(withKeys)
    const told = batch()
    told.add(
      { ...worker, name: 'receive t', operation: 3, batch: many, links: all.map((one) => linkTo(one.here())) },
      undefined,
    )
    const found = journey(search17(all, told))
    expect(steps(found)).toEqual(['http outside > api-gateway', 'publish api-gateway > t', 'consume t > indexer'])
    expect(found.hops[2]).toMatchObject({ via: 'link', after: [found.hops[1]!.id] })
    expect(found.hops[2]!.flags).toContain('batch')
  })

  it('a process span for each message inside one receive span, each with its work', () => {
    const all = orders(withKeys)
    const told = batch()
    const links = all.map((one) => linkTo(one.here()))
    const received = told.add({ ...worker, name: 'receive t', operation: 3, batch: many, links }, undefined)
    for (const [at, link] of links.entries()) {
      const one = told.add(
        { ...worker, name: 'process t', operation: 4, partition: 0, offset: String(1000 + at), links: [link] },
        received,
      )
      told.add({ service: 'indexer', name: 'INSERT x', kind: 3, dbSystem: 'pg', dbTable: 'x' }, one)
      told.add(
        {
          service: 'indexer',
          name: 'send done',
          kind: 4,
          operation: 2,
          topic: 'done',
          partition: 0,
          offset: String(at),
        },
        one,
      )
    }
    const found = journey(search17(all, told))
    expect(steps(found)).toEqual([
      'http outside > api-gateway',
      'publish api-gateway > t',
      'consume t > indexer',
      'db indexer > x',
      'publish indexer > done',
    ])
    expect(hopTo(found, 'done').position).toBe('done/0@17')
  })

  it('the batch hangs in the trace of its first message: for ours that one is not a cause', () => {
    const all = orders(withKeys)
    const told = batch()
    const links = all.slice(1).map((one) => linkTo(one.here()))
    const first = all[0]!.here()
    told.add(
      { ...worker, name: 'receive t', operation: 3, links, traceId: first.traceId, parentSpanId: first.spanId },
      undefined,
    )
    const found = journey(search17(all, told))
    expect(steps(found)).toEqual(['http outside > api-gateway', 'publish api-gateway > t', 'consume t > indexer'])
    expect(found.hops[2]!.after).toEqual([found.hops[1]!.id])
  })

  it('context lost, positions on the parts: only the part at our position', () => {
    const all = orders(withKeys)
    const told = batch()
    const poll = told.add({ ...worker, name: 'poll', operation: 3, batch: many }, undefined)
    for (let at = 0; at < many; at += 1) {
      told.add({ ...worker, name: 'process t', operation: 4, partition: 0, offset: String(1000 + at) }, poll)
    }
    const found = journey(search17(all, told))
    expect(steps(found)).toEqual(['http outside > api-gateway', 'publish api-gateway > t', 'consume t > indexer'])
    expect(found.hops[2]).toMatchObject({ via: 'position', position: 't/0@1017' })
  })

  it('what a batch did once it did for all; what it did 200 times alike is left out and counted', () => {
    const all = orders(withKeys)
    const told = batch()
    const links = all.map((one) => linkTo(one.here()))
    const received = told.add({ ...worker, name: 'process t', operation: 4, batch: many, links }, undefined)
    told.add({ service: 'indexer', name: 'BULK INSERT', kind: 3, dbSystem: 'pg', dbTable: 'x' }, received)
    for (let at = 0; at < many; at += 1) {
      told.add(
        {
          service: 'indexer',
          name: 'send done',
          kind: 4,
          operation: 2,
          topic: 'done',
          partition: 0,
          offset: String(at),
        },
        received,
      )
    }
    const found = journey(search17(all, told))
    expect(steps(found).slice(2)).toEqual(['consume t > indexer', 'db indexer > x'])
    expect(text(found.rest)).toContain('200 spans of a shared batch cannot be told apart and are left out.')
  })
})

describe('a batch entered elsewhere', () => {
  it('from a part that carries our key: up only to our message', () => {
    const all = orders(false)
    for (const one of all) for (const span of one.spans) span.keys = []
    const told = batch()
    const links = all.map((one) => linkTo(one.here()))
    const received = told.add({ ...worker, name: 'receive t', operation: 3, batch: many, links }, undefined)
    for (const [at, link] of links.entries()) {
      const keys = [{ name: 'order.id', value: String(at) }]
      told.add({ ...worker, name: 'process t', operation: 4, links: [link], keys }, received)
    }
    const seeds = told.spans.filter((span) => span.keys.some((key) => key.value === '17'))
    const found = journey({
      ...search17(all, told),
      seeds: seeds.map((span) => ({ ref: `${span.traceId}:${span.spanId}`, by: 'key' })),
    })
    expect(steps(found)).toEqual(['http outside > api-gateway', 'publish api-gateway > t', 'consume t > indexer'])
    expect(found.traceIds).toContain(all[17]!.here().traceId)
    expect(found.traceIds).toHaveLength(2)
  })

  it('two of its messages are ours: two hops of one span, neither the cause of the other', () => {
    const told = story('1')
      .http('orders', 'POST /')
      .mark('root')
      .publish('t', 0, 1)
      .mark('a')
      .from('root')
      .publish('t', 0, 2)
    const [a, b] = told.spans.filter((span) => span.topic === 't')
    const strangers = orders(true).slice(0, 10)
    const links = [a!, b!, ...strangers.map((one) => one.here())].map(linkTo)
    told.withoutKey().add({ ...worker, name: 'process t', operation: 4, links }, undefined)
    const spans = [...told.spans, ...strangers.flatMap((one) => one.spans)]
    const found = journey({ ...told.byKey(), spans })
    const taken = found.hops.filter((hop) => hop.kind === 'consume')
    expect(taken.map((hop) => hop.after)).toEqual(
      found.hops.filter((hop) => hop.kind === 'publish').map((hop) => [hop.id]),
    )
  })

  it('asked for by its trace: its own work is shown, the 200 events are not followed', () => {
    const all = orders(true)
    const told = batch()
    const links = all.map((one) => linkTo(one.here()))
    const received = told.add({ ...worker, name: 'process t', operation: 4, batch: many, links }, undefined)
    told.add({ service: 'indexer', name: 'BULK INSERT', kind: 3, dbSystem: 'pg', dbTable: 'x' }, received)
    const found = journey({ ...told.byTrace(), spans: [...told.spans, ...all.flatMap((one) => one.spans)] })
    expect(steps(found)).toEqual(['consume t > indexer', 'db indexer > x'])
  })

  it('by a position that only a link of the batch names: that link alone leads on', () => {
    const all = orders(true)
    for (const one of all) Object.assign(one.here(), { partition: -1, offset: '' })
    const told = batch()
    const links = all.map((one, at) => ({ ...linkTo(one.here()), position: `t/0@${1000 + at}` }))
    const span = told.add({ ...worker, name: 'receive t', operation: 3, batch: many, links }, undefined)
    const spans = [...told.spans, ...all.flatMap((one) => one.spans)]
    const seeds = [{ ref: `${span.traceId}:${span.spanId}`, by: 'position' as const }]
    const found = journey({ spans, logs: [], seeds, place: 't/0@1017', wide: new Set() })
    expect(steps(found)).toEqual(['http outside > api-gateway', 'publish api-gateway > t', 'consume t > indexer'])
    expect(found.traceIds).toContain(all[17]!.here().traceId)
    expect(found.hops[2]!.position).toBe('t/0@1017')
  })

  it('one request that placed many orders: only what is of our order', () => {
    const told = story('17')
    const root = told.add({ service: 'api', name: 'POST /import', kind: 2, keys: [] }, undefined)
    for (let at = 0; at < 50; at += 1) {
      const keys = [{ name: 'order.id', value: String(at) }]
      const sent = told.add(
        { service: 'api', name: 'send t', kind: 4, operation: 2, topic: 't', partition: 0, offset: String(at), keys },
        root,
      )
      told.add({ ...worker, name: 'process t', operation: 4, partition: 0, offset: String(at), keys: [] }, sent)
    }
    expect(steps(journey(told.byKey()))).toEqual(['http outside > api', 'publish api > t', 'consume t > indexer'])
  })

  it('no span of a stranger is even read into the event', () => {
    const all = orders(false)
    const told = batch()
    told.add({ ...worker, name: 'receive t', operation: 3, links: all.map((one) => linkTo(one.here())) }, undefined)
    const { spans } = stitch(search17(all, told))
    expect(spans.size).toBe(3)
  })
})
