// The card company: outside of the shop and not instrumented. It takes seconds for Swiss francs, far longer than payment waits.
// That is the fault which the demo has from the start.
import { pause } from '../log.ts'
import type { Faults } from '../faults.ts'
import { serve, type HttpServer } from '../http.ts'

const francsMs = 5_000

export function startCardGateway(faults: Faults, stopping: AbortSignal): Promise<HttpServer> {
  return serve({
    'POST /charges': async ({ orderId, currency }) => {
      if (currency === 'CHF') await pause(francsMs, stopping)
      if (faults.declines(String(orderId))) return { status: 402, body: { error: 'card_declined' } }
      return { status: 201, body: { chargeId: `ch_${String(orderId)}` } }
    },
  })
}
