// The whole shop on the in-memory log, through real gRPC exporters: what a user's telemetry looks like, and the fault to find.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { openShop, type Shop } from '../src/shop.ts'
import { startReceiver, until, type Receiver, type SeenSpan } from './otlp-receiver.ts'

let receiver: Receiver
let shop: Shop

const config = {
  transport: 'memory' as const,
  brokers: [],
  port: 0,
  dashboardUrl: 'http://127.0.0.1:1',
  env: 'demo',
  // Few strangers: an order in francs holds its partition for seconds, and a test should not queue behind many of them.
  ordersPerSecond: 0.5,
  orderIdStart: 8_000,
}

beforeAll(async () => {
  receiver = await startReceiver()
  shop = await openShop({ ...config, otlp: receiver.endpoint }, () => undefined)
})
afterAll(async () => {
  await shop.close()
  await receiver.close()
})

const spansOf = (orderId: string, service: string, name: string) =>
  receiver.spans.filter((s) => s.attributes['order.id'] === orderId && s.service === service && s.name === name)
const one = (orderId: string, service: string, name: string): Promise<SeenSpan> =>
  until(`${service}: ${name} of order ${orderId}`, () => spansOf(orderId, service, name)[0])
const placeOrder = (currency: string, country = 'DE') => shop.customers.place({ currency, country })

describe('an order on the in-memory log', () => {
  it('goes by HTTP from the gateway to orders and inventory in one trace', async () => {
    const orderId = await placeOrder('EUR')
    const gateway = await one(orderId, 'api-gateway', 'POST /orders')
    const orders = await until('orders', () =>
      receiver.spans.find((s) => s.service === 'orders' && s.kind === 2 && s.attributes['order.id'] === orderId),
    )
    const reserve = await one(orderId, 'orders', 'POST /reservations')
    const inventory = await until('inventory', () => receiver.spans.find((s) => s.parentSpanId === reserve.spanId))
    expect(gateway.parentSpanId).toBe('')
    expect(new Set([gateway, orders, reserve, inventory].map((s) => s.traceId)).size).toBe(1)
    expect(inventory.service).toBe('inventory')
    expect(inventory.attributes['http.status_code']).toBe(201)
    expect(gateway.resource).toMatchObject({
      'service.namespace': 'retail',
      'service.version': '3.1.0',
      'deployment.environment.name': 'demo',
    })
  })

  it('is published with its position and read by each group at that very position', async () => {
    const orderId = await placeOrder('EUR')
    const sent = await one(orderId, 'orders', 'send orders.events')
    const partition = sent.attributes['messaging.destination.partition.id']
    const offset = sent.attributes['messaging.kafka.offset']
    expect(typeof partition).toBe('string')
    expect(typeof offset).toBe('number')
    const payment = await one(orderId, 'payment', 'orders.events process')
    expect(payment.attributes['messaging.kafka.destination.partition']).toBe(Number(partition))
    expect(payment.attributes['messaging.kafka.message.offset']).toBe(String(offset))
    expect(payment.parentSpanId).toBe(sent.spanId)
    const notifier = await one(orderId, 'notification', 'process orders.events')
    expect(notifier.attributes['messaging.kafka.offset']).toBe(offset)
    expect(notifier.parentSpanId).toBe(sent.spanId)
    const billing = await one(orderId, 'billing', 'orders.events process')
    expect(billing.attributes['messaging.kafka.source.partition']).toBe(Number(partition))
    expect(billing.parentSpanId).toBe('')
    expect(billing.traceId).not.toBe(sent.traceId)
    expect(billing.links[0]).toMatchObject({ traceId: sent.traceId, spanId: sent.spanId })
  })

  it('is packed in a batch whose span links to each message, and published as a shipment', async () => {
    const orderId = await placeOrder('EUR')
    const sent = await one(orderId, 'orders', 'send orders.events')
    const shipment = await one(orderId, 'shipping', 'send shipments')
    const batch = await until('batch', () => receiver.spans.find((s) => s.spanId === shipment.parentSpanId))
    expect(batch.name).toBe('process orders.events')
    expect(batch.traceId).not.toBe(sent.traceId)
    expect(batch.attributes['messaging.batch.message_count']).toBe(batch.links.length)
    expect(batch.links).toContainEqual(expect.objectContaining({ traceId: sent.traceId, spanId: sent.spanId }))
    expect(shipment.links[0]?.spanId).toBe(sent.spanId)
    const mail = await one(orderId, 'notification', 'process shipments')
    expect(mail.parentSpanId).toBe(shipment.spanId)
  })

  it('writes logs into the trace', async () => {
    const orderId = await placeOrder('EUR')
    const { traceId } = await one(orderId, 'api-gateway', 'POST /orders')
    const ofOrder = () => receiver.logs.filter((log) => log.attributes['order.id'] === orderId)
    await until('a log in the trace', () => ofOrder().some((log) => log.traceId === traceId))
    // Services that begin a trace of their own log into that one; no record stands outside of all.
    await until('the span of every log', () =>
      ofOrder().every((log) => receiver.spans.some((span) => span.traceId === log.traceId)),
    )
  })

  it('has one fault from the start: francs time out three times and are parked', async () => {
    const orderId = await placeOrder('CHF', 'CH')
    const parked = await one(orderId, 'payment', 'payments.dlq publish')
    const attempts = await until('three attempts', () => {
      const seen = spansOf(orderId, 'payment', 'orders.events process')
      return seen.length === 3 && seen
    })
    expect(attempts.map((s) => s.status)).toEqual([2, 2, 2])
    expect(attempts.map((s) => s.exceptions)).toEqual(Array.from({ length: 3 }, () => ['GatewayTimeout']))
    expect(new Set(attempts.map((s) => s.attributes['messaging.kafka.message.offset'])).size).toBe(1)
    expect(attempts.map((s) => s.spanId)).toContain(parked.parentSpanId)
    expect(spansOf(orderId, 'payment', 'payments publish')).toEqual([])
  })

  it('is watched: commits, ends and members come under the names of the collector', async () => {
    const committed = await until('a commit of billing-sync', () =>
      receiver.points.find(
        (p) => p.metric === 'kafka.consumer_group.offset' && p.attributes.group === 'billing-sync' && p.value > 0,
      ),
    )
    expect(committed.attributes).toEqual({
      group: 'billing-sync',
      topic: expect.any(String),
      partition: expect.any(Number),
    })
    expect(committed.resource).toMatchObject({ 'messaging.kafka.cluster.id': 'demo-in-memory' })
    const names = new Set(receiver.points.map((p) => p.metric))
    expect([...names]).toEqual(
      expect.arrayContaining([
        'kafka.brokers',
        'kafka.topic.partitions',
        'kafka.partition.current_offset',
        'kafka.partition.oldest_offset',
        'kafka.consumer_group.lag',
        'kafka.consumer_group.members',
      ]),
    )
  })
})

describe('faults of the control page', () => {
  it('drops trace context: the next trace begins anew, the position stays', async () => {
    shop.faults.setContextDropped('orders.events', true)
    const orderId = await placeOrder('EUR')
    shop.faults.setContextDropped('orders.events', false)
    const sent = await one(orderId, 'orders', 'send orders.events')
    const payment = await one(orderId, 'payment', 'orders.events process')
    expect(payment.parentSpanId).toBe('')
    expect(payment.traceId).not.toBe(sent.traceId)
    expect(payment.attributes['messaging.kafka.message.offset']).toBe(String(sent.attributes['messaging.kafka.offset']))
    expect((await one(orderId, 'billing', 'orders.events process')).links).toEqual([])
  })

  it('declines cards: three attempts, then the DLQ', async () => {
    shop.faults.setDeclinedShare(1)
    const orderId = await placeOrder('EUR')
    await one(orderId, 'payment', 'payments.dlq publish')
    shop.faults.setDeclinedShare(0)
    expect(spansOf(orderId, 'payment', 'orders.events process')[0]?.exceptions).toEqual(['CardDeclined'])
  })

  it('poisons one message: billing tries it again until it is mended, then books it', async () => {
    const orderId = await shop.customers.place({ total: '12,50 EUR', currency: 'EUR', country: 'DE' })
    shop.faults.poison(orderId)
    await until('two failed attempts', () => {
      const attempts = spansOf(orderId, 'billing', 'orders.events process')
      return attempts.filter((s) => s.status === 2 && s.exceptions[0] === 'InvalidAmount').length >= 2
    })
    shop.faults.reset()
    await until('a booking', () => spansOf(orderId, 'billing', 'orders.events process').some((s) => s.status !== 2))
  })

  it('stops a group: nobody reads until it is started, then nothing is lost', async () => {
    await shop.consumers.stop('notifier')
    const orderId = await placeOrder('EUR')
    await one(orderId, 'billing', 'orders.events process')
    expect(spansOf(orderId, 'notification', 'process orders.events')).toEqual([])
    await until('no members', () =>
      receiver.points.some(
        (p) => p.metric === 'kafka.consumer_group.members' && p.attributes.group === 'notifier' && p.value === 0,
      ),
    )
    await shop.consumers.start('notifier')
    await one(orderId, 'notification', 'process orders.events')
  })
})
