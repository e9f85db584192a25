// What the shop's consumers have in common: which messages they take, and how a service becomes a subscription of the log.
import type { Received, Subscription, Topic } from '../log.ts'

/** A consumer without its group's delay, which the control page can change while it runs. */
export interface Handling {
  group: Subscription['group']
  topics: readonly Topic[]
  batch: Subscription['batch']
  retryMs: Subscription['retryMs']
  handle(messages: readonly Received[], attempt: number, delay: () => Promise<void>): Promise<void>
}

export interface OneByOne extends Omit<Handling, 'batch' | 'handle'> {
  handle(message: Received, attempt: number, delay: () => Promise<void>): Promise<void>
}

/** A consumer that takes messages one by one. */
export function subscriber({ handle, ...rest }: OneByOne): Handling {
  return {
    ...rest,
    batch: { max: 1, waitMs: 0 },
    handle: async (messages, attempt, delay) => {
      for (const message of messages) await handle(message, attempt, delay)
    },
  }
}
