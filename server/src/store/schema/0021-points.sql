-- Question: "the values of this series over time". A point sent again by another source replaces itself.
CREATE TABLE IF NOT EXISTS points (
  metric LowCardinality(String),
  series UInt64 CODEC(ZSTD(1)),
  ts DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
  start_ts DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
  flags UInt32 CODEC(ZSTD(1)),
  value Float64 CODEC(Gorilla, ZSTD(1)),
  count UInt64 CODEC(T64, ZSTD(1)),
  sum Float64 CODEC(Gorilla, ZSTD(1)),
  min Float64 CODEC(ZSTD(1)),
  max Float64 CODEC(ZSTD(1)),
  bounds Array(Float64) CODEC(ZSTD(1)),
  counts Array(UInt64) CODEC(ZSTD(1)),
  scale Int32 CODEC(ZSTD(1)),
  zero_count UInt64 CODEC(ZSTD(1)),
  positive_offset Int32 CODEC(ZSTD(1)),
  negative_offset Int32 CODEC(ZSTD(1)),
  negative_counts Array(UInt64) CODEC(ZSTD(1)),
  quantiles Array(Float64) CODEC(ZSTD(1)),
  quantile_values Array(Float64) CODEC(ZSTD(1))
) ENGINE = ReplacingMergeTree
PARTITION BY toDate(ts)
ORDER BY (metric, series, ts)
TTL toDateTime(ts) + toIntervalDay({retentionMetricsDays})
SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = 10000
