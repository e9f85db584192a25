-- Questions: "which spans carry order.id=8123", "which spans stand at orders/3@1842", "which spans link to this trace".
-- ORDER BY (value, name, ts): a bare value is enough, since the user often knows only the number.
-- Business keys have their canonical name; technical ones start with '@': '@position' (topic/partition@offset),
-- '@key' (topic and message key with a newline between), '@message' (message id), '@link' (hex of the trace id that is pointed to).
-- A span's own trace is not in here: trace_index has it. Weekly partitions, since a lookup is not bound by time.
CREATE TABLE IF NOT EXISTS key_index (
  env LowCardinality(String),
  cluster LowCardinality(String),
  name LowCardinality(String),
  value String CODEC(ZSTD(1)),
  ts DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
  trace_id FixedString(16) CODEC(ZSTD(1)),
  span_id FixedString(8) CODEC(ZSTD(1)),
  service LowCardinality(String),
  kind UInt8,
  status UInt8
) ENGINE = MergeTree
PARTITION BY toMonday(ts)
ORDER BY (value, name, ts)
TTL toDateTime(ts) + toIntervalDay({retentionKeysDays})
SETTINGS index_granularity = 1024, ttl_only_drop_parts = 1, non_replicated_deduplication_window = 10000
