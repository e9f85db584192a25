-- A log record may be the only place that names an event: its keys join the same index, with kind 255 for "a log record".
CREATE MATERIALIZED VIEW IF NOT EXISTS log_keys_view TO key_index AS
SELECT env, cluster, key.1 AS name, key.2 AS value, toDateTime64(ts, 6, 'UTC') AS ts, trace_id, span_id, service, toUInt8(255) AS kind, toUInt8(0) AS status
FROM logs_in
ARRAY JOIN arrayZip(`keys.name`, `keys.value`) AS key
