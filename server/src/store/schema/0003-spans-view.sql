-- Keeps the spans themselves. Keys stay in the attributes here; the key index below is what finds them.
CREATE MATERIALIZED VIEW IF NOT EXISTS spans_view TO spans AS
SELECT
  env, cluster, service, toStartOfFifteenMinutes(toDateTime(ts, 'UTC')) AS bucket, ts, duration_ns, trace_id, span_id,
  parent_span_id, trace_state, flags, name, kind, status, status_message, scope, resource_attrs, attrs,
  `events.ts`, `events.name`, `events.attrs`, `links.trace_id`, `links.span_id`, `links.attrs`,
  messaging_system, operation, topic, partition, offset, consumer_group, client_id, db_system, db_table, peer
FROM spans_in
