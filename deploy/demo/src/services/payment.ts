// Charges the card for each order and publishes the payment. Three attempts; after the third the order is parked in payments.dlq,
// so that the ones behind it go on. Its spans have the names of 1.24.
import { SpanKind } from '@opentelemetry/api'
import { of124 } from '../conventions.ts'
import { call } from '../http.ts'
import type { Received } from '../log.ts'
import type { Order } from '../order.ts'
import type { Publish } from '../publish.ts'
import { carriedContext, inSpan, type Telemetry } from '../telemetry.ts'
import { subscriber, type Handling } from './subscriber.ts'

export interface PaymentOptions {
  cardGatewayUrl: string
  publish: Publish
}

const attemptsMax = 3
const gatewayTimeoutMs = 1_000

export function paymentWorker(telemetry: Telemetry, options: PaymentOptions): Handling {
  const group = 'payment-worker'
  const handle = async (message: Received, attempt: number, delay: () => Promise<void>) => {
    const order = JSON.parse(message.value) as Order
    const ids = { 'order.id': order.orderId, 'payment.id': `P-${order.orderId}` }
    const attributes = { ...of124.process(message, group, telemetry.service), ...ids, 'retry.attempt': attempt }
    const parent = carriedContext(message.headers)
    const span = telemetry.tracer.startSpan(
      of124.processName(message.topic),
      { kind: SpanKind.CONSUMER, attributes },
      parent,
    )
    const work = async () => {
      try {
        await delay()
        await charge(telemetry, options.cardGatewayUrl, order)
      } catch (error) {
        telemetry.error(`payment failed, attempt ${attempt} of ${attemptsMax}: ${String(error)}`, ids)
        // Within the failed attempt's span, so that the parked message points back to what failed.
        if (attempt === attemptsMax) await park(options.publish, message, ids, error)
        throw error
      }
      const value = {
        type: 'PaymentCaptured',
        paymentId: ids['payment.id'],
        orderId: order.orderId,
        total: order.total,
      }
      await options.publish({ topic: 'payments', key: order.orderId, value, attributes: ids })
      telemetry.info('payment captured', ids)
    }
    await inSpan(span, work, parent).catch((error: unknown) => {
      if (attempt < attemptsMax) throw error
    })
  }
  return subscriber({ group, topics: ['orders.events'], handle, retryMs: (attempt) => 100 * attempt })
}

async function charge(telemetry: Telemetry, url: string, order: Order): Promise<void> {
  const amount = typeof order.total === 'number' ? order.total : Number.parseFloat(order.total.replace(',', '.'))
  const body = { orderId: order.orderId, amount, currency: order.currency }
  const reply = await call(telemetry, {
    url,
    path: '/charges',
    body,
    timeoutMs: gatewayTimeoutMs,
    attributes: { 'order.id': order.orderId, 'payment.currency': order.currency },
    peer: 'card-gateway',
  }).catch((cause: unknown) => {
    throw new GatewayTimeout(`card gateway did not answer in ${gatewayTimeoutMs} ms (${order.currency})`, { cause })
  })
  if (reply.status >= 400) throw new CardDeclined(`card gateway answered ${reply.status}`)
}

function park(publish: Publish, message: Received, ids: Record<string, string>, error: unknown): Promise<void> {
  return publish({
    topic: 'payments.dlq',
    key: message.key,
    value: JSON.parse(message.value) as Record<string, unknown>,
    attributes: ids,
    headers: {
      'x-original-topic': message.topic,
      'x-original-partition': String(message.partition),
      'x-original-offset': message.offset,
      'x-exception-message': String(error),
    },
  })
}

export class GatewayTimeout extends Error {
  override readonly name = 'GatewayTimeout'
}
export class CardDeclined extends Error {
  override readonly name = 'CardDeclined'
}
