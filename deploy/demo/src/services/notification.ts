// Writes to the customer when an order is placed and when it is shipped.
import { SpanKind } from '@opentelemetry/api'
import { current } from '../conventions.ts'
import { pause, type Received } from '../log.ts'
import { carriedContext, inSpan, type Telemetry } from '../telemetry.ts'
import { subscriber, type Handling } from './subscriber.ts'

const mailMs = 8

export function notifier(telemetry: Telemetry, stopping: AbortSignal): Handling {
  const group = 'notifier'
  const handle = async (message: Received, _attempt: number, delay: () => Promise<void>) => {
    const event = JSON.parse(message.value) as { type: string; orderId: string; shipmentId?: string }
    const ids = { 'order.id': event.orderId, ...(event.shipmentId && { 'shipment.id': event.shipmentId }) }
    const parent = carriedContext(message.headers)
    const attributes = { ...current.process(message, group, telemetry.service), ...ids }
    const name = current.processName(message.topic)
    const span = telemetry.tracer.startSpan(name, { kind: SpanKind.CONSUMER, attributes }, parent)
    const work = async () => {
      await delay()
      const mail = event.type === 'ShipmentPacked' ? 'on its way' : 'thank you'
      await inSpan(telemetry.tracer.startSpan('send mail', { attributes: { 'mail.template': mail } }), () =>
        pause(mailMs, stopping),
      )
      telemetry.info(`mail sent: ${mail}`, ids)
    }
    await inSpan(span, work, parent)
  }
  return subscriber({
    group,
    topics: ['orders.events', 'shipments'],
    handle,
    retryMs: (attempt) => Math.min(5_000, 500 * attempt),
  })
}
