// The one thing that the shop's services know of a message log. Two implementations: memory/memory-log.ts keeps Kafka's semantics
// in this process, kafka-log.ts is a real Kafka. Offsets are decimal strings.

export interface Message {
  key: string
  value: string
  headers: Record<string, string>
}

export interface Received extends Message {
  topic: string
  partition: number
  offset: string
  /** When the log took it, milliseconds since the epoch. */
  timestampMs: number
}

export interface Subscription {
  group: string
  clientId: string
  topics: readonly string[]
  /** How many messages of one partition are handed over at once, and how long to wait for that many. `max` 1: one by one. */
  batch: { max: number; waitMs: number }
  /**
   * Resolves: the messages are committed. Rejects: the same messages are delivered again, `attempt` one higher, and until then
   * nothing behind them is. Delivered at least once: after a crash or a rebalance a message may come again with attempt 1.
   */
  handle(messages: readonly Received[], attempt: number): Promise<void>
  /** How long to wait after the given attempt failed. */
  retryMs(attempt: number): number
}

export interface Consumer {
  /** Lets what is in hand end, commits it, leaves the group. */
  stop(): Promise<void>
}

export interface Log {
  /** Partition is murmur2 of the key, as Kafka's Java client does it. Rejects when the topic is not there. */
  send(clientId: string, topic: string, message: Message): Promise<{ partition: number; offset: string }>
  subscribe(subscription: Subscription): Promise<Consumer>
  close(): Promise<void>
}

/** Topics and their partitions, as they are made before the shop opens. */
export const topics = { 'orders.events': 6, payments: 4, 'payments.dlq': 1, shipments: 3 } as const
export type Topic = keyof typeof topics

/** A wait that ends early, without an error, when the signal comes. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted || ms <= 0) return Promise.resolve()
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
  })
}

/**
 * Hands messages over until the handler takes them; the part of "at least once" that both transports share.
 * True when it took them, false when `signal` ended the trying first. `alive` is called before each attempt and about every
 * second of waiting, so that a transport can say that it lives.
 */
export async function deliver(
  messages: readonly Received[],
  { handle, retryMs }: Pick<Subscription, 'handle' | 'retryMs'>,
  signal: AbortSignal,
  alive: () => Promise<void> = async () => {},
): Promise<boolean> {
  for (let attempt = 1; !signal.aborted; attempt += 1) {
    await alive()
    try {
      await handle(messages, attempt)
      return true
    } catch {
      // The handler has already told of its error in its span and its log; here it only means "again".
      for (let left = retryMs(attempt); left > 0 && !signal.aborted; left -= 1_000) {
        await pause(Math.min(left, 1_000), signal)
        await alive()
      }
    }
  }
  return false
}
