CREATE MATERIALIZED VIEW IF NOT EXISTS points_view TO points AS
SELECT
  metric,
  cityHash64(metric, env, cluster, service, scope, type, temporality, toString(mapSort(resource_attrs)), toString(mapSort(attrs))) AS series,
  toDateTime64(ts, 3, 'UTC') AS ts, toDateTime64(start_ts, 3, 'UTC') AS start_ts, flags, value, count, sum, min, max, bounds, counts, scale, zero_count,
  positive_offset, negative_offset, negative_counts, quantiles, quantile_values
FROM points_in
