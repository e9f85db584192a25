// A message log in this process with Kafka's semantics: partitions, murmur2 of the key, offsets, groups with assignment and
// rebalances, commits, redelivery, retention. Not Kafka: one process, nothing on disk, no replicas. It can also be polled like a
// Kafka, so that the collector sends the same metrics about it.
import type { Snapshot, Source } from '@hopscope/collector/collector'
import type { Consumer, Log, Message, Subscription } from '../log.ts'
import { Group } from './group.ts'
import { Partition } from './partition.ts'
import { partitionOf } from './partitioner.ts'

export interface MemoryLogOptions {
  topics: Readonly<Record<string, number>>
  clusterId: string
  /** Retention of each partition, in records. */
  recordsMax: number
}

export class MemoryLog implements Log {
  private readonly partitions = new Map<string, Partition>()
  private readonly groups = new Map<string, Group>()
  private readonly consumers = new Set<Consumer>()

  constructor(private readonly options: MemoryLogOptions) {
    for (const [topic, count] of Object.entries(options.topics))
      for (let n = 0; n < count; n += 1)
        this.partitions.set(`${topic}/${n}`, new Partition(topic, n, options.recordsMax))
  }

  async send(_clientId: string, topic: string, message: Message): Promise<{ partition: number; offset: string }> {
    const partition = partitionOf(message.key, this.options.topics[topic] ?? 1)
    const log = this.partitions.get(`${topic}/${partition}`)
    if (!log) throw new Error(`There is no topic ${topic}.`)
    return { partition, offset: String(log.append(message, Date.now())) }
  }

  async subscribe(subscription: Subscription): Promise<Consumer> {
    const consumer = await this.group(subscription.group).join(subscription)
    this.consumers.add(consumer)
    return {
      stop: () => {
        this.consumers.delete(consumer)
        return consumer.stop()
      },
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.consumers].map((consumer) => consumer.stop()))
    this.consumers.clear()
  }

  /** The group of this name, made when it is first asked for. */
  group(name: string): Group {
    const group = this.groups.get(name) ?? new Group(name, this.partitions, this.options.topics)
    this.groups.set(name, group)
    return group
  }

  /** What the collector polls. Everything is read in one instant, so no commit can be past an end. */
  source(): Source {
    return { read: async () => this.snapshot(Date.now()), close: async () => {} }
  }

  private snapshot(readMs: number): Snapshot {
    const topics = Object.entries(this.options.topics).map(([topic, count]) => ({
      topic,
      readMs,
      partitions: Array.from({ length: count }, (_, partition) => {
        const log = this.partitions.get(`${topic}/${partition}`)
        return { partition, start: String(log?.start ?? 0), end: String(log?.end ?? 0) }
      }),
    }))
    const groups = [...this.groups.values()].map((group) => ({
      group: group.name,
      readMs,
      members: group.memberCount,
      commits: group.allCommits().map(([topicPartition, offset]) => {
        const slash = topicPartition.lastIndexOf('/')
        const partition = Number(topicPartition.slice(slash + 1))
        return { topic: topicPartition.slice(0, slash), partition, offset: String(offset) }
      }),
    }))
    return { clusterId: this.options.clusterId, reachable: true, readMs, brokers: 1, topics, groups, failures: [] }
  }
}
