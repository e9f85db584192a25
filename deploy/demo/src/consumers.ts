// The shop's consumers as things that can be stopped and started while it is open. One change of a group at a time, in order.
import type { Faults, GroupName } from './faults.ts'
import { pause, type Consumer, type Log } from './log.ts'
import type { Handling } from './services/subscriber.ts'

interface Slot {
  service: string
  handling: Handling
  consumer: Consumer | undefined
  changing: Promise<void>
}

export class Consumers {
  private readonly slots = new Map<GroupName, Slot>()

  constructor(
    private readonly log: Log,
    private readonly faults: Faults,
    private readonly stopping: AbortSignal,
  ) {}

  /** Groups that have a member now. */
  get running(): GroupName[] {
    return [...this.slots].filter(([, { consumer }]) => consumer).map(([name]) => name)
  }

  add(name: GroupName, service: string, handling: Handling): Promise<void> {
    this.slots.set(name, { service, handling, consumer: undefined, changing: Promise.resolve() })
    return this.start(name)
  }

  start(name: GroupName): Promise<void> {
    return this.change(name, async (slot) => {
      if (slot.consumer) return
      const { group, topics, batch, retryMs } = slot.handling
      const delay = () => pause(this.faults.delayOf(name), this.stopping)
      slot.consumer = await this.log.subscribe({
        group,
        topics,
        batch,
        retryMs,
        clientId: slot.service,
        handle: (messages, attempt) => slot.handling.handle(messages, attempt, delay),
      })
    })
  }

  stop(name: GroupName): Promise<void> {
    return this.change(name, async (slot) => {
      const consumer = slot.consumer
      slot.consumer = undefined
      await consumer?.stop()
    })
  }

  private change(name: GroupName, work: (slot: Slot) => Promise<void>): Promise<void> {
    const slot = this.slots.get(name)
    if (!slot) return Promise.reject(new Error(`There is no group ${name}.`))
    const done = slot.changing.then(() => work(slot))
    slot.changing = done.catch(() => undefined)
    return done
  }
}
