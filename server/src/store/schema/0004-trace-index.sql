-- Questions: "when was this trace", so that the spans are read from the right buckets only, and "what is it": root, errors,
-- services, for lists that must never read spans. ORDER BY trace_id: one seek. Merged at read with GROUP BY trace_id.
CREATE TABLE IF NOT EXISTS trace_index (
  env LowCardinality(String),
  trace_id FixedString(16) CODEC(ZSTD(1)),
  start_ts SimpleAggregateFunction(min, DateTime64(9, 'UTC')) CODEC(Delta, ZSTD(1)),
  end_ts SimpleAggregateFunction(max, DateTime64(9, 'UTC')) CODEC(Delta, ZSTD(1)),
  spans SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  errors SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  services SimpleAggregateFunction(groupUniqArrayArray, Array(String)) CODEC(ZSTD(1)),
  root AggregateFunction(argMinIf, Tuple(String, String), DateTime64(9, 'UTC'), UInt8) CODEC(ZSTD(1)),
  last_ingest SimpleAggregateFunction(max, DateTime64(3, 'UTC')) CODEC(Delta, ZSTD(1))
) ENGINE = AggregatingMergeTree
PARTITION BY toDate(end_ts)
ORDER BY (trace_id, env)
TTL toDateTime(end_ts) + toIntervalDay({retentionSpansDays})
SETTINGS index_granularity = 1024, ttl_only_drop_parts = 1, non_replicated_deduplication_window = 10000
