// Where customers come in. Checks what it was sent and passes it on to orders.
import { trace } from '@opentelemetry/api'
import { call, serve, type HttpServer } from '../http.ts'
import type { Telemetry } from '../telemetry.ts'

const timeoutMs = 3_000

export function startApiGateway(telemetry: Telemetry, ordersUrl: string): Promise<HttpServer> {
  return serve(
    {
      'POST /orders': async (body) => {
        if (!Array.isArray(body.items) || body.items.length === 0) return { status: 400, body: { error: 'no items' } }
        const customer = { 'customer.id': String(body.customerId) }
        const span = trace.getActiveSpan()
        span?.setAttributes(customer)
        const reply = await call(telemetry, { url: ordersUrl, path: '/orders', body, timeoutMs, attributes: customer })
        if (typeof reply.body.orderId === 'string') span?.setAttribute('order.id', reply.body.orderId)
        return reply
      },
    },
    telemetry,
  )
}
