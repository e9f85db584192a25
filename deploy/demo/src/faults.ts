// What is broken on purpose right now. The control page writes it, the services read it; nothing else does.
import type { Topic } from './log.ts'

export const groups = ['payment-worker', 'shipping-worker', 'notifier', 'billing-sync'] as const
export type GroupName = (typeof groups)[number]
/** Topics whose producer can forget the trace context. */
export const contextTopics = ['orders.events', 'payments', 'shipments'] as const satisfies Topic[]
export type ContextTopic = (typeof contextTopics)[number]

/** Slowest that a group can be made, milliseconds a message. */
export const delayMsMax = 10_000
/** Poisonous orders at a time: each holds up a partition, and there are only so many. */
export const poisonedMax = 20

export interface FaultState {
  stopped: GroupName[]
  delayMs: Partial<Record<GroupName, number>>
  contextDropped: ContextTopic[]
  /** Share of payments that the card gateway declines, 0 to 1. */
  declinedShare: number
  /** Orders that billing cannot read and tries again without end. */
  poisonedOrders: string[]
}

export class Faults {
  private readonly stopped = new Set<GroupName>()
  private readonly delays = new Map<GroupName, number>()
  private readonly dropped = new Set<ContextTopic>()
  private readonly poisoned: string[] = []
  private share = 0
  private healedUpTo = 0

  get state(): FaultState {
    return {
      stopped: [...this.stopped],
      delayMs: Object.fromEntries(this.delays),
      contextDropped: [...this.dropped],
      declinedShare: this.share,
      poisonedOrders: [...this.poisoned],
    }
  }

  setStopped(group: GroupName, stopped: boolean): void {
    if (stopped) this.stopped.add(group)
    else this.stopped.delete(group)
  }

  /** Throws a RangeError outside of 0 to `delayMsMax`. 0 ends the delay. */
  setDelay(group: GroupName, delayMs: number): void {
    if (!(delayMs >= 0 && delayMs <= delayMsMax))
      throw new RangeError(`The delay must be 0 to ${delayMsMax} milliseconds.`)
    if (delayMs === 0) this.delays.delete(group)
    else this.delays.set(group, delayMs)
  }

  delayOf(group: GroupName): number {
    return this.delays.get(group) ?? 0
  }

  setContextDropped(topic: ContextTopic, dropped: boolean): void {
    if (dropped) this.dropped.add(topic)
    else this.dropped.delete(topic)
  }

  dropsContext(topic: Topic): boolean {
    return this.dropped.has(topic as ContextTopic)
  }

  /** Throws a RangeError outside of 0 to 1. */
  setDeclinedShare(share: number): void {
    if (!(share >= 0 && share <= 1)) throw new RangeError('The share must be 0 to 1.')
    this.share = share
  }

  /** Whether the card gateway declines this order: always the same answer for the same order and share. */
  declines(orderId: string): boolean {
    let hash = 2_166_136_261
    for (const char of orderId) hash = Math.imul(hash ^ char.charCodeAt(0), 16_777_619)
    return ((hash ^ (hash >>> 15)) >>> 0) / 2 ** 32 < this.share
  }

  get mayPoison(): boolean {
    return this.poisoned.length < poisonedMax
  }

  /** Remembers an order whose total billing cannot read. */
  poison(orderId: string): void {
    this.poisoned.push(orderId)
  }

  /** Billing refuses a total that is text, except of orders that a reset has healed: order numbers only grow. */
  refusesText(orderId: string): boolean {
    return Number(orderId) > this.healedUpTo
  }

  /** Everything works again, also what was poisonous; the fault that the shop has from the start stays. */
  reset(): void {
    this.stopped.clear()
    this.delays.clear()
    this.dropped.clear()
    this.healedUpTo = Math.max(this.healedUpTo, ...this.poisoned.map(Number))
    this.poisoned.length = 0
    this.share = 0
  }
}
