-- Question: "which service calls which". A synchronous call is the one edge that needs both spans: the pairing is a scheduled
-- join over the last closed windows (topology/calls.ts), written again while late spans may still come; the newest version wins.
CREATE TABLE IF NOT EXISTS calls_10s (
  t DateTime('UTC') CODEC(Delta, ZSTD(1)),
  env LowCardinality(String),
  from_service LowCardinality(String),
  to_type LowCardinality(String),
  to_name LowCardinality(String),
  spans UInt64 CODEC(T64, ZSTD(1)),
  errors UInt64 CODEC(T64, ZSTD(1)),
  latency Tuple(Array(Int16), Array(UInt64)) CODEC(ZSTD(1)),
  version DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1))
) ENGINE = ReplacingMergeTree(version)
PARTITION BY toDate(t)
ORDER BY (t, env, from_service, to_type, to_name)
TTL t + toIntervalDay({retentionRollupsDays})
SETTINGS ttl_only_drop_parts = 1
