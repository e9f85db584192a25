// Every name that the collector writes on the wire. `stock` are the names of the OpenTelemetry Collector's kafkametricsreceiver,
// so that either may stand in for the other; `own` are the ones invented here. The server and the demo import this file.

export const stock = {
  brokers: 'kafka.brokers',
  topicPartitions: 'kafka.topic.partitions',
  /** End of the log: the offset that the next record gets. */
  currentOffset: 'kafka.partition.current_offset',
  /** Start of the log: the oldest offset that is still there. */
  oldestOffset: 'kafka.partition.oldest_offset',
  /** Committed offset. There is no point for a partition without a commit: absent is not zero. */
  groupOffset: 'kafka.consumer_group.offset',
  groupLag: 'kafka.consumer_group.lag',
  groupMembers: 'kafka.consumer_group.members',
} as const

/** Attributes of a point. `partition` is an int. */
export const attributes = { group: 'group', topic: 'topic', partition: 'partition', reason: 'reason' } as const

/** Attributes of the resource that say which cluster the points are about. */
export const cluster = {
  /** What Kafka calls itself: the convention's name, the same as on spans. */
  id: 'messaging.kafka.cluster.id',
  /** What people call it: the stock receiver's name, set by CLUSTER_ALIAS. */
  alias: 'kafka.cluster.alias',
} as const

/** About the collector itself. Counters since its start. */
export const own = {
  /** 1 while the last poll reached a broker, else 0: with 0 all other figures are old, not zero. */
  reachable: 'hopscope.collector.reachable',
  polls: 'hopscope.collector.polls',
  /** Parts of a poll that failed, by `reason`: what they are about is missing from that poll. */
  failures: 'hopscope.collector.failures',
  /** Points that were thrown away because they could not be sent, by `reason`. */
  dropped: 'hopscope.collector.dropped_points',
} as const

export const scopeName = 'hopscope.collector'
export const serviceName = 'hopscope-collector'
