-- One row for each key of a span, whatever its kind. A link is listed once for each trace it points to.
CREATE MATERIALIZED VIEW IF NOT EXISTS key_index_view TO key_index AS
SELECT env, cluster, key.1 AS name, key.2 AS value, toDateTime64(ts, 6, 'UTC') AS ts, trace_id, span_id, service, kind, status
FROM (
  SELECT
    env, cluster, ts, trace_id, span_id, service, kind, status,
    arrayConcat(
      arrayZip(`keys.name`, `keys.value`),
      if(topic != '' AND offset >= 0 AND partition >= 0, [('@position', concat(topic, '/', toString(partition), '@', toString(offset)))], []),
      arrayMap(t -> ('@link', lower(hex(t))), arrayDistinct(`links.trace_id`))
    ) AS all_keys
  FROM spans_in
)
ARRAY JOIN all_keys AS key
