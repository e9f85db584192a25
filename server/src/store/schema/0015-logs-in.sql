-- Where a segment of log records enters; see spans_in. Column order is that of receive/log-block.ts.
CREATE TABLE IF NOT EXISTS logs_in (
  env String,
  cluster String,
  service String,
  ts DateTime64(9, 'UTC'),
  observed_ts DateTime64(9, 'UTC'),
  trace_id FixedString(16),
  span_id FixedString(8),
  flags UInt32,
  severity UInt8,
  severity_text String,
  event_name String,
  body String,
  scope String,
  resource_attrs Map(String, String),
  attrs Map(String, String),
  `keys.name` Array(String),
  `keys.value` Array(String)
) ENGINE = Null
