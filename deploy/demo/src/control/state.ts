// What the control page and its JSON say about the shop right now.
import { groups, type FaultState, type GroupName } from '../faults.ts'
import type { Shop } from '../shop.ts'

export interface ControlConfig {
  dashboardUrl: string
  transport: 'memory' | 'kafka'
}

export interface ControlState {
  transport: 'memory' | 'kafka'
  dashboardUrl: string
  /** Orders per second, over the last 10 s. */
  rate: number
  /** Orders that the shop did not take, since the start. */
  refused: number
  /** Ids of the latest orders, newest first. */
  orders: string[]
  latest: { orderId: string; atMs: number; country: string; currency: string }[]
  groups: { name: GroupName; running: boolean; delayMs: number }[]
  faults: FaultState
}

const listed = 20

export function stateOf(shop: Shop, config: ControlConfig, nowMs: number): ControlState {
  const latest = shop.customers.latest.slice(0, listed)
  const running = new Set(shop.consumers.running)
  return {
    transport: config.transport,
    dashboardUrl: config.dashboardUrl,
    rate: shop.customers.rate(nowMs),
    refused: shop.customers.refused,
    orders: latest.map(({ orderId }) => orderId),
    latest,
    groups: groups.map((name) => ({ name, running: running.has(name), delayMs: shop.faults.delayOf(name) })),
    faults: shop.faults.state,
  }
}

/** The journey of an order, on the dashboard. */
export const journeyUrl = (dashboardUrl: string, orderId: string) =>
  `${dashboardUrl}/journey?q=${encodeURIComponent(`order.id=${orderId}`)}`
