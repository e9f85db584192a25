-- The series id is the hash of everything that tells two series apart; points_view computes the same.
CREATE MATERIALIZED VIEW IF NOT EXISTS series_view TO series AS
SELECT
  env, cluster, metric,
  cityHash64(metric, env, cluster, service, scope, type, temporality, toString(mapSort(resource_attrs)), toString(mapSort(attrs))) AS series,
  type, temporality, monotonic, unit, description, service, scope, resource_attrs, attrs,
  max(toDateTime(ts, 'UTC')) AS last_ts
FROM points_in
GROUP BY env, cluster, metric, type, temporality, monotonic, unit, description, service, scope, resource_attrs, attrs
