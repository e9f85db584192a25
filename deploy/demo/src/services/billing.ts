// Books orders and payments. It was written before the others: names of 1.19, a new trace for each message with only a link back,
// and no bound on attempts, so that one message it cannot read holds up its partition.
import { SpanKind } from '@opentelemetry/api'
import { of119 } from '../conventions.ts'
import type { Faults } from '../faults.ts'
import type { Received } from '../log.ts'
import { inSpan, type Telemetry } from '../telemetry.ts'
import { linkTo } from './shipping.ts'
import { subscriber, type Handling } from './subscriber.ts'

interface Booked {
  type: string
  orderId: string
  total: number | string
  paymentId?: string
}

export function billingSync(telemetry: Telemetry, faults: Faults): Handling {
  const group = 'billing-sync'
  const handle = async (message: Received, attempt: number, delay: () => Promise<void>) => {
    const event = JSON.parse(message.value) as Booked
    const ids = { 'order.id': event.orderId, ...(event.paymentId && { 'payment.id': event.paymentId }) }
    const span = telemetry.tracer.startSpan(of119.processName(message.topic), {
      kind: SpanKind.CONSUMER,
      root: true,
      links: linkTo(message),
      attributes: { ...of119.process(message, group, telemetry.service), ...ids },
    })
    await inSpan(span, async () => {
      await delay()
      if (typeof event.total !== 'number' && faults.refusesText(event.orderId)) {
        const error = new InvalidAmount(`total ${JSON.stringify(event.total)} is not a number`)
        telemetry.error(`cannot book ${event.type}, attempt ${attempt}: ${error.message}`, ids)
        throw error
      }
      telemetry.info(`booked ${event.type}`, ids)
    })
  }
  return subscriber({
    group,
    topics: ['orders.events', 'payments'],
    handle,
    retryMs: (attempt) => Math.min(5_000, 1_000 * attempt),
  })
}

export class InvalidAmount extends Error {
  override readonly name = 'InvalidAmount'
}
