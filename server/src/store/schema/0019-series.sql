-- Question: "which series are there of this metric, with which attributes". One row a series; `last_ts` moves.
CREATE TABLE IF NOT EXISTS series (
  env LowCardinality(String),
  cluster LowCardinality(String),
  metric LowCardinality(String),
  series UInt64 CODEC(ZSTD(1)),
  type UInt8,
  temporality UInt8,
  monotonic UInt8,
  unit LowCardinality(String),
  description LowCardinality(String),
  service LowCardinality(String),
  scope LowCardinality(String),
  resource_attrs Map(LowCardinality(String), String) CODEC(ZSTD(1)),
  attrs Map(LowCardinality(String), String) CODEC(ZSTD(1)),
  last_ts DateTime('UTC') CODEC(Delta, ZSTD(1))
) ENGINE = ReplacingMergeTree(last_ts)
ORDER BY (metric, env, cluster, series)
TTL last_ts + toIntervalDay({retentionMetricsDays})
SETTINGS non_replicated_deduplication_window = 10000
