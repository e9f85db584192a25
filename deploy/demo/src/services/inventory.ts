// Keeps stock and reserves it for an order. The oldest of the services: its HTTP spans still have the names of before 1.21.
import { serve, type HttpServer } from '../http.ts'
import { pause } from '../log.ts'
import type { Telemetry } from '../telemetry.ts'

const stockAtStart = 1_000

export function startInventory(telemetry: Telemetry, stopping: AbortSignal): Promise<HttpServer> {
  const stock = new Map<string, number>()
  return serve(
    {
      'POST /reservations': async ({ orderId, items }) => {
        const wanted = items as { sku: string; quantity: number }[]
        await pause(3 + wanted.length * 2, stopping)
        for (const { sku, quantity } of wanted) {
          const left = (stock.get(sku) ?? stockAtStart) - quantity
          // The warehouse is told and fills the shelf before it is empty.
          stock.set(sku, left < 50 ? stockAtStart : left)
        }
        telemetry.info(`reserved ${wanted.length} items`, { 'order.id': String(orderId) })
        return { status: 201, body: { reservationId: `R-${String(orderId)}` } }
      },
    },
    telemetry,
    'old',
  )
}
