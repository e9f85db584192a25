-- Question: "how many calls, errors and how slow, by service and operation, over the last minutes", for the vital signs, the
-- rate of a node and the percentile of a span. ORDER BY t first: live pages read the newest rows only.
CREATE TABLE IF NOT EXISTS operations_10s (
  t DateTime('UTC') CODEC(Delta, ZSTD(1)),
  env LowCardinality(String),
  service LowCardinality(String),
  kind UInt8,
  name LowCardinality(String),
  spans SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  errors SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  latency SimpleAggregateFunction(sumMap, Tuple(Array(Int16), Array(UInt64))) CODEC(ZSTD(1))
) ENGINE = AggregatingMergeTree
PARTITION BY toDate(t)
ORDER BY (t, env, service, kind, name)
TTL t + toIntervalDay({retentionRollupsDays})
SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = 10000
