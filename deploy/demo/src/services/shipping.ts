// Packs orders in batches: one process span for a batch, with a link to each order's message, and a shipment for each order.
// The batch has a trace of its own, so only links, positions and order ids lead from an order to its shipment.
import { SpanKind, trace, type Link } from '@opentelemetry/api'
import { current } from '../conventions.ts'
import type { Received } from '../log.ts'
import type { Order } from '../order.ts'
import type { Publish } from '../publish.ts'
import { carriedContext, inSpan, type Telemetry } from '../telemetry.ts'
import type { Handling } from './subscriber.ts'

const batchMax = 20
const batchWaitMs = 1_500

export function shippingWorker(telemetry: Telemetry, publish: Publish): Handling {
  const group = 'shipping-worker'
  return {
    group,
    topics: ['orders.events'],
    batch: { max: batchMax, waitMs: batchWaitMs },
    retryMs: (attempt) => Math.min(5_000, 500 * attempt),
    handle: async (messages, _attempt, delay) => {
      const [first] = messages
      if (!first) return
      const links = messages.flatMap((message) => linkTo(message))
      const span = telemetry.tracer.startSpan(current.processName(first.topic), {
        kind: SpanKind.CONSUMER,
        root: true,
        links,
        attributes: {
          'messaging.system': 'kafka',
          'messaging.operation.type': 'process',
          'messaging.operation.name': 'process',
          'messaging.destination.name': first.topic,
          'messaging.destination.partition.id': String(first.partition),
          'messaging.consumer.group.name': group,
          'messaging.client.id': telemetry.service,
          'messaging.batch.message_count': messages.length,
        },
      })
      await inSpan(span, async () => {
        for (const message of messages) {
          await delay()
          await ship(telemetry, publish, message)
        }
      })
    },
  }
}

async function ship(telemetry: Telemetry, publish: Publish, message: Received): Promise<void> {
  const order = JSON.parse(message.value) as Order
  const ids = { 'order.id': order.orderId, 'shipment.id': `S-${order.orderId}` }
  const value = {
    type: 'ShipmentPacked',
    shipmentId: ids['shipment.id'],
    orderId: order.orderId,
    country: order.country,
  }
  await publish({ topic: 'shipments', key: ids['shipment.id'], value, attributes: ids, links: linkTo(message) })
  telemetry.info('shipment packed', ids)
}

/** A link to the span that published a message, with the message's position; none when it carries no context. */
export function linkTo(message: Received): Link[] {
  const published = trace.getSpanContext(carriedContext(message.headers))
  if (!published) return []
  const attributes = {
    'messaging.destination.partition.id': String(message.partition),
    'messaging.kafka.offset': Number(message.offset),
    'messaging.kafka.message.key': message.key,
  }
  return [{ context: published, attributes }]
}
