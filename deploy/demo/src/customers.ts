// The shop's customers: they place orders over HTTP, about so many a second, and carry no trace context, as browsers do not.
import { setTimeout as sleep } from 'node:timers/promises'
import { post } from './http.ts'
import { orderNumber, type Order } from './order.ts'

export interface Placed {
  orderId: string
  atMs: number
  country: string
  currency: string
}

const timeoutMs = 5_000
/** Orders on their way at once; beyond that customers wait, as they do when a shop is slow. */
const inFlightMax = 50
const rememberedMax = 50
const rateWindowMs = 10_000

export class Customers {
  /** Newest first. */
  readonly latest: Placed[] = []
  refused = 0
  private recentMs: number[] = []
  private inFlight = 0
  private count = 0

  constructor(
    private readonly shopUrl: string,
    private readonly perSecond: number,
  ) {}

  /** Orders placed per second, over the last 10 s. */
  rate(nowMs: number): number {
    this.recentMs = this.recentMs.filter((ms) => nowMs - ms < rateWindowMs)
    return this.recentMs.length / (rateWindowMs / 1000)
  }

  /** Places orders until the signal comes. */
  async shop(stopping: AbortSignal): Promise<void> {
    let dueMs = Date.now()
    while (!stopping.aborted) {
      if (this.inFlight < inFlightMax) void this.place().catch(() => (this.refused += 1))
      // People do not come by the clock: half to one and a half of the mean distance. What timers are late is made up for.
      dueMs = Math.max(dueMs, Date.now() - rateWindowMs) + (1000 / this.perSecond) * (0.5 + Math.random())
      const waitMs = Math.max(0, dueMs - Date.now())
      await sleep(waitMs, undefined, { signal: stopping }).catch(() => undefined)
    }
  }

  /** Places the next order, with `changes`, and answers with its id. Rejects when the shop did not take it. */
  async place(changes: Partial<Order> = {}): Promise<string> {
    const order = { ...orderNumber(this.count), ...changes }
    this.count += 1
    this.inFlight += 1
    try {
      const { status, body } = await post(`${this.shopUrl}/orders`, order, timeoutMs)
      if (status !== 201 || typeof body.orderId !== 'string') throw new Error(`The shop answered ${status}.`)
      const atMs = Date.now()
      this.recentMs.push(atMs)
      this.latest.unshift({ orderId: body.orderId, atMs, country: order.country, currency: order.currency })
      this.latest.length = Math.min(this.latest.length, rememberedMax)
      return body.orderId
    } finally {
      this.inFlight -= 1
    }
  }
}
