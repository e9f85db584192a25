CREATE MATERIALIZED VIEW IF NOT EXISTS logs_view TO logs AS
SELECT
  env, cluster, service, toStartOfFifteenMinutes(toDateTime(ts, 'UTC')) AS bucket, ts, observed_ts, trace_id, span_id, flags,
  severity, severity_text, event_name, body, scope, resource_attrs, attrs
FROM logs_in
