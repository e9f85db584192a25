-- Question: "which services write to and read from which topics and tables, how often, how fast, with how many errors".
-- Half an edge a row: a publish span alone proves service -> topic, a consume span alone proves topic -> group, so nothing is
-- joined and neither lost context nor hours of waiting lose an edge. `operation` stays apart, since libraries emit a receive
-- and a process span for one message and only one of them may be counted.
-- `latency`: four buckets per power of two of microseconds (bucket b holds 2^(b/4) <= us < 2^((b+1)/4)), which add up exactly.
CREATE TABLE IF NOT EXISTS hops_10s (
  t DateTime('UTC') CODEC(Delta, ZSTD(1)),
  env LowCardinality(String),
  cluster LowCardinality(String),
  service LowCardinality(String),
  operation UInt8,
  topic LowCardinality(String),
  consumer_group LowCardinality(String),
  db_system LowCardinality(String),
  db_table LowCardinality(String),
  spans SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  errors SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  latency SimpleAggregateFunction(sumMap, Tuple(Array(Int16), Array(UInt64))) CODEC(ZSTD(1)),
  partitions SimpleAggregateFunction(groupUniqArrayArray, Array(Int32)) CODEC(ZSTD(1)),
  last_ts SimpleAggregateFunction(max, DateTime64(3, 'UTC')) CODEC(Delta, ZSTD(1))
) ENGINE = AggregatingMergeTree
PARTITION BY toDate(t)
ORDER BY (t, env, cluster, service, operation, topic, consumer_group, db_system, db_table)
TTL t + toIntervalDay({retentionRollupsDays})
SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = 10000
