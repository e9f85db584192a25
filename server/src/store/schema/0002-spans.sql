-- Question: "all spans of this trace", after trace_index has said in which minutes to look.
-- ORDER BY (bucket, trace_id, ts): a quarter of an hour of one trace is one short run of rows; the bucket is a physical
-- column, because a function of ts in the key prunes nothing. Granularity 1024 keeps the maps that are read along few.
-- Index trace: finds the granules of a trace inside its bucket. Index duration: "slower than" in a search.
CREATE TABLE IF NOT EXISTS spans (
  env LowCardinality(String),
  cluster LowCardinality(String),
  service LowCardinality(String),
  bucket DateTime('UTC') CODEC(Delta, ZSTD(1)),
  ts DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
  duration_ns UInt64 CODEC(T64, ZSTD(1)),
  trace_id FixedString(16) CODEC(ZSTD(1)),
  span_id FixedString(8) CODEC(ZSTD(1)),
  parent_span_id FixedString(8) CODEC(ZSTD(1)),
  trace_state String CODEC(ZSTD(1)),
  flags UInt32 CODEC(ZSTD(1)),
  name LowCardinality(String),
  kind UInt8,
  status UInt8,
  status_message String CODEC(ZSTD(1)),
  scope LowCardinality(String),
  resource_attrs Map(LowCardinality(String), String) CODEC(ZSTD(1)),
  attrs Map(LowCardinality(String), String) CODEC(ZSTD(1)),
  `events.ts` Array(DateTime64(9, 'UTC')) CODEC(ZSTD(1)),
  `events.name` Array(LowCardinality(String)) CODEC(ZSTD(1)),
  `events.attrs` Array(Map(LowCardinality(String), String)) CODEC(ZSTD(1)),
  `links.trace_id` Array(FixedString(16)) CODEC(ZSTD(1)),
  `links.span_id` Array(FixedString(8)) CODEC(ZSTD(1)),
  `links.attrs` Array(Map(LowCardinality(String), String)) CODEC(ZSTD(1)),
  messaging_system LowCardinality(String),
  operation UInt8,
  topic LowCardinality(String),
  partition Int32 CODEC(T64, ZSTD(1)),
  offset Int64 CODEC(Delta, ZSTD(1)),
  consumer_group LowCardinality(String),
  client_id LowCardinality(String),
  db_system LowCardinality(String),
  db_table LowCardinality(String),
  peer LowCardinality(String),
  INDEX trace trace_id TYPE bloom_filter(0.001) GRANULARITY 1,
  INDEX duration duration_ns TYPE minmax GRANULARITY 1
) ENGINE = MergeTree
PARTITION BY toDate(ts)
ORDER BY (bucket, trace_id, ts)
TTL toDateTime(ts) + toIntervalDay({retentionSpansDays})
SETTINGS index_granularity = 1024, ttl_only_drop_parts = 1, non_replicated_deduplication_window = 10000
