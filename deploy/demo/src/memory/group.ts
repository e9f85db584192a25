// A consumer group of the in-memory log: its members, who owns which partition, and what is committed. A rebalance first takes
// partitions away (waiting for what is in hand, up to a bound), then gives them to their new owners. A commit of a member
// that does not own the partition any more is refused, so that the new owner reads it again: at least once, never not at all.
import type { Consumer, Subscription } from '../log.ts'
import { assignRange } from './assign.ts'
import type { Partition } from './partition.ts'
import { consumePartition } from './worker.ts'

interface Worker {
  end: AbortController
  done: Promise<void>
}

interface Member {
  id: string
  subscription: Subscription
  workers: Map<string, Worker>
}

/** How long a rebalance waits for what a member has in hand, milliseconds. */
export const rebalanceTimeoutMs = 5_000

export class Group {
  private readonly members = new Map<string, Member>()
  private readonly owners = new Map<string, string>()
  private readonly commits = new Map<string, number>()
  private rebalancing: Promise<void> = Promise.resolve()
  private joined = 0
  generation = 0

  constructor(
    readonly name: string,
    private readonly partitions: ReadonlyMap<string, Partition>,
    private readonly partitionsOf: Readonly<Record<string, number>>,
  ) {}

  get memberCount(): number {
    return this.members.size
  }

  /** Committed offset, or undefined when there never was a commit. */
  committed(topicPartition: string): number | undefined {
    return this.commits.get(topicPartition)
  }

  /** `[topic/partition, committed offset]`, only where there is a commit. */
  allCommits(): [string, number][] {
    return [...this.commits]
  }

  async join(subscription: Subscription): Promise<Consumer> {
    this.joined += 1
    const member: Member = { id: `${subscription.clientId}-${this.joined}`, subscription, workers: new Map() }
    this.members.set(member.id, member)
    await this.rebalance()
    return {
      stop: async () => {
        if (this.members.delete(member.id)) await this.rebalance(member)
      },
    }
  }

  /** False when `memberId` does not own the partition: then nothing is committed. */
  commit(memberId: string, topicPartition: string, offset: number): boolean {
    if (this.owners.get(topicPartition) !== memberId) return false
    this.commits.set(topicPartition, offset)
    return true
  }

  // One rebalance after the other; each looks at the members that there are when its turn comes.
  private rebalance(leaving?: Member): Promise<void> {
    this.rebalancing = this.rebalancing.then(async () => {
      this.generation += 1
      const members = [...this.members.values()]
      const wanted = assignRange(
        members.map(({ id, subscription }) => ({ id, topics: subscription.topics })),
        this.partitionsOf,
      )
      await Promise.all([...members, ...(leaving ? [leaving] : [])].map((member) => this.revoke(member, wanted)))
      this.owners.clear()
      for (const [topicPartition, id] of wanted) {
        this.owners.set(topicPartition, id)
        const member = this.members.get(id)
        if (member && !member.workers.has(topicPartition)) this.begin(member, topicPartition)
      }
    })
    return this.rebalancing
  }

  private async revoke(member: Member, wanted: ReadonlyMap<string, string>): Promise<void> {
    const gone = [...member.workers].filter(([topicPartition]) => wanted.get(topicPartition) !== member.id)
    for (const [topicPartition, worker] of gone) {
      member.workers.delete(topicPartition)
      worker.end.abort()
    }
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, rebalanceTimeoutMs)))
    await Promise.race([Promise.all(gone.map(([, { done }]) => done)), late])
    clearTimeout(timer)
  }

  private begin(member: Member, topicPartition: string): void {
    const partition = this.partitions.get(topicPartition)
    if (!partition) return
    const end = new AbortController()
    const done = consumePartition(partition, member.subscription, end.signal, {
      committed: () => this.committed(topicPartition),
      commit: (offset) => this.commit(member.id, topicPartition, offset),
    })
    member.workers.set(topicPartition, { end, done })
  }
}
