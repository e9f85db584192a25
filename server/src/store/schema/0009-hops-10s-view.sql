CREATE MATERIALIZED VIEW IF NOT EXISTS hops_10s_view TO hops_10s AS
SELECT
  toStartOfInterval(toDateTime(ts, 'UTC'), INTERVAL 10 SECOND) AS t,
  env, cluster, service, operation, topic, consumer_group, db_system, db_table,
  count() AS spans,
  countIf(status = 2) AS errors,
  sumMap([toInt16(floor(4 * log2(greatest(duration_ns, 1000) / 1000)))], [toUInt64(1)]) AS latency,
  groupUniqArrayIf(1024)(partition, partition >= 0) AS partitions,
  max(toDateTime64(ts, 3, 'UTC')) AS last_ts
FROM spans_in
WHERE topic != '' OR db_system != ''
GROUP BY t, env, cluster, service, operation, topic, consumer_group, db_system, db_table
