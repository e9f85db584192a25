CREATE MATERIALIZED VIEW IF NOT EXISTS operations_10s_view TO operations_10s AS
SELECT
  toStartOfInterval(toDateTime(ts, 'UTC'), INTERVAL 10 SECOND) AS t,
  env, service, kind, name,
  count() AS spans,
  countIf(status = 2) AS errors,
  sumMap([toInt16(floor(4 * log2(greatest(duration_ns, 1000) / 1000)))], [toUInt64(1)]) AS latency
FROM spans_in
GROUP BY t, env, service, kind, name
