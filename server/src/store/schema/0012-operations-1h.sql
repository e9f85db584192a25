-- Question: "what is usual at this hour", the baseline beside every rate and error share. Kept longer than the 10 s rollup.
CREATE TABLE IF NOT EXISTS operations_1h (
  t DateTime('UTC') CODEC(Delta, ZSTD(1)),
  env LowCardinality(String),
  service LowCardinality(String),
  kind UInt8,
  name LowCardinality(String),
  spans SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  errors SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  latency SimpleAggregateFunction(sumMap, Tuple(Array(Int16), Array(UInt64))) CODEC(ZSTD(1))
) ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(t)
ORDER BY (env, service, kind, name, t)
TTL t + toIntervalDay({retentionBaselineDays})
SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = 10000
