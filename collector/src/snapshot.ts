// What one poll of a Kafka saw. Offsets are decimal strings, times milliseconds since the epoch. What could not be read is
// absent and listed in `failures`; it is never a zero.

export interface PartitionOffsets {
  partition: number
  /** The oldest offset that is still there. */
  start?: string
  /** The offset that the next record gets, as far as a committed read can see. */
  end?: string
}

export interface TopicOffsets {
  topic: string
  /** When the ends were read: always after the commits, so that lag is never below zero by haste. */
  readMs: number
  partitions: PartitionOffsets[]
}

export interface GroupCommits {
  group: string
  readMs: number
  /** Absent when the group's protocol hides its members from this client. */
  members?: number
  commits: { topic: string; partition: number; offset: string }[]
}

export interface Failure {
  /** What was asked: `offsets of topic`, `commits of group`, ... */
  what: string
  name: string
  reason: string
}

export interface Snapshot {
  clusterId?: string
  /** False when no broker answered; everything else is then empty. */
  reachable: boolean
  readMs: number
  brokers?: number
  topics: TopicOffsets[]
  groups: GroupCommits[]
  failures: Failure[]
}

/** Something that can be polled: a Kafka, or the demo's log that behaves like one. */
export interface Source {
  /** Resolves within a bounded time and never rejects for what one topic or group did. */
  read(): Promise<Snapshot>
  close(): Promise<void>
}
