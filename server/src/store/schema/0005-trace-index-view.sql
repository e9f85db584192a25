CREATE MATERIALIZED VIEW IF NOT EXISTS trace_index_view TO trace_index AS
SELECT
  env, trace_id,
  min(ts) AS start_ts,
  max(ts + toIntervalNanosecond(duration_ns)) AS end_ts,
  count() AS spans,
  countIf(status = 2) AS errors,
  groupUniqArray(64)(service) AS services,
  argMinIfState((service, name), ts, toUInt8(parent_span_id = toFixedString('', 8))) AS root,
  now64(3, 'UTC') AS last_ingest
FROM spans_in
GROUP BY trace_id, env
