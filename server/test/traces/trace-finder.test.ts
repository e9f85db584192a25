// Lists of traces and single traces from a real store.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { TraceFinder, type TraceListArgs } from '../../src/traces/trace-finder.ts'
import { defaultKeySettings, makeKeyRules } from '../../src/keys/rules.ts'
import { keep, keepLogs, nsOf, shiftUs } from '../journey/in-store.ts'
import { type OpenedStore, openTestStore } from '../store/transports.ts'
import { type Story, ms, retailOrder, second, startUs, story } from '../story.ts'

const rules = makeKeyRules(defaultKeySettings, (text) => `hash:${text}`)
const hour = 3_600_000_000
const nowUs = startUs + shiftUs + 3 * hour
let opened: OpenedStore
let finder: TraceFinder
let told: Story[]

beforeAll(async () => {
  opened = await openTestStore('embedded')
  finder = new TraceFinder(opened.store, rules, () => nowUs)
  // Every tenth failed, and number 7 took 2 s. One a minute.
  told = Array.from({ length: 120 }, (_, at) => {
    const one = story(String(at), `list ${at}`)
    one.nowUs += at * 60 * second
    one.http('api-gateway', at % 2 === 0 ? 'POST /orders' : 'GET /orders').call('orders', 'handle')
    if (at % 10 === 0) one.fails('Boom')
    if (at === 7) one.change({ durationUs: 2 * second })
    return one
  })
  await keep(
    opened,
    told.flatMap((one) => one.spans),
  )
})
afterAll(() => opened.close())

const ids = async (args: TraceListArgs) =>
  (await finder.list(args)).traces.map((one) => told.findIndex((s) => s.spans[0]!.traceId === one.traceId))

describe('lists', () => {
  it('the newest first, as many as asked for, and that there are more', async () => {
    const list = await finder.list({ limit: 5 })
    expect(await ids({ limit: 5 })).toEqual([119, 118, 117, 116, 115])
    expect(list.more).toBe(true)
    expect(list.traces[0]).toMatchObject({
      env: 'prod',
      spans: 3,
      errors: 0,
      services: ['api-gateway', 'orders'],
      root: { service: 'api-gateway' },
    })
  })
  it('all of them, and that there are no more', async () => {
    const list = await finder.list({ limit: 500 })
    expect(list.traces).toHaveLength(120)
    expect(list.more).toBe(false)
    expect(list.searchedFromUs).toBeLessThanOrEqual(startUs + shiftUs)
  })
  it.each<[string, TraceListArgs, number[]]>([
    ['errors', { status: 'error', limit: 3 }, [110, 100, 90]],
    ['without errors', { status: 'ok', limit: 3 }, [119, 118, 117]],
    ['slow', { minDurationUs: second }, [7]],
    ['an operation of a service', { service: 'api-gateway', name: 'GET /orders', limit: 2 }, [119, 117]],
    ['an operation that another service has', { service: 'orders', name: 'GET /orders' }, []],
    ['a key, by any spelling', { attr: ['order_id=42'] }, [42]],
    [
      'a key and an operation elsewhere in the trace',
      { attr: ['order.id=42'], service: 'orders', name: 'handle' },
      [42],
    ],
    ['a key and an operation that it has not', { attr: ['order.id=42'], name: 'GET /orders' }, []],
    ['an attribute', { attr: ['http.request.method=POST'], limit: 2 }, [119, 118]],
    ['an attribute that nothing has', { attr: ['http.request.method=PUT'] }, []],
    [
      'an attribute, and an error anywhere',
      { attr: ['error.type=Boom'], service: 'api-gateway', limit: 2 },
      [110, 100],
    ],
    ['another environment', { env: 'test' }, []],
    ['an attribute that looks like SQL', { attr: ["x') OR 1=1 --"] }, []],
  ])('%s', async (_name, args, expected) => {
    expect(await ids(args)).toEqual(expected)
  })
  it('a range', async () => {
    const from = startUs + shiftUs + 10 * 60 * second
    expect(await ids({ from, to: from + 120 * second })).toEqual([11, 10])
  })
})

describe('one trace', () => {
  it('nothing known is nothing', async () => {
    expect(await finder.trace({ traceId: 'f'.repeat(32) })).toBeUndefined()
  })
  it('has its spans once, logs, keys and what links to it', async () => {
    const order = retailOrder('8123', (hop, s) => hop === 'shipping' && s.byLink())
    order.duplicate()
    await keep(opened, order.spans)
    await keep(opened, order.spans.slice(0, 1))
    const [root] = order.spans
    await keepLogs(opened, [
      {
        env: 'prod',
        service: 'orders',
        ts: nsOf(root!.startUs + ms),
        trace_id: root!.traceId,
        span_id: root!.spanId,
        severity: 9,
        body: 'placed',
      },
    ])
    const trace = (await finder.trace({ traceId: root!.traceId, env: 'prod' }))!
    expect(trace.spans).toHaveLength(8)
    expect(trace.total).toBe(8)
    expect(trace.keys).toEqual(['order.id=8123'])
    expect(trace.logs).toMatchObject([{ body: 'placed', severity: 'INFO', spanId: root!.spanId }])
    const sent = order.spans.find((span) => span.topic === 'orders.events' && span.kind === 4)!
    expect(trace.backlinks).toMatchObject([{ service: 'shipping', toSpanId: sent.spanId }])
    const linking = (await finder.trace({ traceId: trace.backlinks[0]!.traceId }))!
    expect(linking.spans[0]?.links).toMatchObject([{ traceId: root!.traceId, spanId: sent.spanId }])
  })
  it('is receiving while its spans come in', async () => {
    const fresh = new TraceFinder(opened.store, rules, () => Date.now() * 1000)
    expect((await fresh.trace({ traceId: told[0]!.spans[0]!.traceId }))?.state).toBe('receiving')
  })
})
