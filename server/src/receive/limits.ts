// Bounds of one item on its way in, and what is counted when one is reached. Source: research into what senders do, and the
// OTLP specification's advice; each cut is visible in /api/v1/status under the reason's name.

export const attributesMax = 128
export const eventsMax = 128
export const linksMax = 1000
export const keysMax = 256
export const bucketsMax = 4096
export const quantilesMax = 256
/** Deeper arrays and maps are cut. */
export const valueDepthMax = 16
export const nameBytesMax = 1024
export const attributeNameBytesMax = 256
export const valueBytesMax = 8 * 1024
/** Stack traces and log bodies. */
export const longValueBytesMax = 64 * 1024
/** A longer value is kept as an attribute and is no key. */
export const keyValueBytesMax = 512
/** An item may be this far ahead of our clock, seconds. */
export const aheadSecondsMax = 600
/** One insert may touch 100 day partitions; a segment holds many requests, so the window itself is what is bounded. */
export const windowDaysMax = 95

/** Items refused, with the words that the sender reads: "3 spans: no trace id of 16 bytes". */
export const rejectReasons = {
  bad_trace_id: 'no trace id of 16 bytes that are not all zero',
  bad_span_id: 'no span id of 8 bytes that are not all zero',
  no_time: 'no time',
  too_old: 'older than what is kept',
  in_future: 'more than 10 minutes ahead of the clock here',
  no_name: 'no metric name',
  too_many_buckets: 'more than 4096 buckets or 256 quantiles',
  bad_json: 'a field has a value that OTLP/JSON does not allow there',
} as const
export type RejectReason = keyof typeof rejectReasons

/** Values stored otherwise than sent. */
export const changeReasons = [
  'attributes_dropped',
  'events_dropped',
  'links_dropped',
  'keys_dropped',
  'key_value_too_long',
  'value_cut',
  'value_too_deep',
  'name_cut',
  'utf8_repaired',
  'duration_negative',
  'end_in_future',
  'time_missing',
  'time_out_of_range',
  'bad_log_trace_id',
  'bad_link_id',
  'bad_parent_id',
  'privacy_dropped',
  'privacy_masked',
  'key_hashed',
  'key_off',
] as const
export type ChangeReason = (typeof changeReasons)[number]
