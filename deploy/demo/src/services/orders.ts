// Takes an order, has the goods reserved, and tells the world with an event on orders.events, keyed by the order's id.
import { trace } from '@opentelemetry/api'
import { call, serve, type HttpServer } from '../http.ts'
import type { Publish } from '../publish.ts'
import type { Telemetry } from '../telemetry.ts'

export interface OrdersOptions {
  inventoryUrl: string
  publish: Publish
  /** The number after which the first order is counted. */
  idStart: number
}

const timeoutMs = 2_000

export function startOrders(telemetry: Telemetry, options: OrdersOptions): Promise<HttpServer> {
  let last = options.idStart
  return serve(
    {
      'POST /orders': async (order) => {
        last += 1
        const orderId = String(last)
        const ids = { 'order.id': orderId, 'customer.id': String(order.customerId) }
        trace.getActiveSpan()?.setAttributes(ids)
        const reserved = await call(telemetry, {
          url: options.inventoryUrl,
          path: '/reservations',
          body: { orderId, items: order.items },
          timeoutMs,
          attributes: { 'order.id': orderId },
        })
        if (reserved.status >= 400) return { status: 409, body: { error: 'not in stock' } }
        const value = { ...order, type: 'OrderPlaced', orderId }
        await options.publish({ topic: 'orders.events', key: orderId, value, attributes: ids })
        telemetry.info('order placed', ids)
        return { status: 201, body: { orderId } }
      },
    },
    telemetry,
  )
}
