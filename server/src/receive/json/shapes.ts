// The messages of OTLP by their JSON field names (lowerCamelCase), with protobuf numbers and types: what json/encode.ts needs to
// turn a JSON request into the same bytes that a protobuf sender would have sent. Source: opentelemetry-proto 1.11.

export type Scalar =
  | 'string'
  | 'bool'
  | 'int64'
  | 'sint32'
  | 'uint32'
  | 'enum'
  | 'fixed32'
  | 'fixed64'
  | 'double'
  | 'base64'
  | 'traceId'
  | 'spanId'

export interface Field {
  number: number
  type: Scalar | Shape
  repeated?: true
  /** Each of these is an item: a bad one is refused alone. */
  items?: true
}

export type Shape = Map<string, Field>

const shape = (fields: Record<string, Field>): Shape => new Map(Object.entries(fields))
const one = (number: number, type: Scalar | Shape): Field => ({ number, type })
const many = (number: number, type: Scalar | Shape): Field => ({ number, type, repeated: true })
const items = (number: number, type: Shape): Field => ({ number, type, repeated: true, items: true })

const anyValue: Shape = new Map()
const keyValue = shape({ key: one(1, 'string'), value: one(2, anyValue) })
const arrayValue = shape({ values: many(1, anyValue) })
const kvlistValue = shape({ values: many(1, keyValue) })
for (const [name, field] of Object.entries({
  stringValue: one(1, 'string'),
  boolValue: one(2, 'bool'),
  intValue: one(3, 'int64'),
  doubleValue: one(4, 'double'),
  arrayValue: one(5, arrayValue),
  kvlistValue: one(6, kvlistValue),
  bytesValue: one(7, 'base64'),
})) {
  anyValue.set(name, field)
}

const resource = shape({ attributes: many(1, keyValue) })
const scope = shape({ name: one(1, 'string'), version: one(2, 'string'), attributes: many(3, keyValue) })

/** The three upper levels have the same numbers for every signal. */
const request = (resources: string, scopes: string, list: string, item: Shape): Shape =>
  shape({
    [resources]: many(
      1,
      shape({
        resource: one(1, resource),
        [scopes]: many(2, shape({ scope: one(1, scope), [list]: items(2, item) })),
      }),
    ),
  })

const span = shape({
  traceId: one(1, 'traceId'),
  spanId: one(2, 'spanId'),
  traceState: one(3, 'string'),
  parentSpanId: one(4, 'spanId'),
  name: one(5, 'string'),
  kind: one(6, 'enum'),
  startTimeUnixNano: one(7, 'fixed64'),
  endTimeUnixNano: one(8, 'fixed64'),
  attributes: many(9, keyValue),
  events: many(11, shape({ timeUnixNano: one(1, 'fixed64'), name: one(2, 'string'), attributes: many(3, keyValue) })),
  links: many(
    13,
    shape({
      traceId: one(1, 'traceId'),
      spanId: one(2, 'spanId'),
      traceState: one(3, 'string'),
      attributes: many(4, keyValue),
    }),
  ),
  status: one(15, shape({ message: one(2, 'string'), code: one(3, 'enum') })),
  flags: one(16, 'fixed32'),
})

const logRecord = shape({
  timeUnixNano: one(1, 'fixed64'),
  severityNumber: one(2, 'enum'),
  severityText: one(3, 'string'),
  body: one(5, anyValue),
  attributes: many(6, keyValue),
  flags: one(8, 'fixed32'),
  traceId: one(9, 'traceId'),
  spanId: one(10, 'spanId'),
  observedTimeUnixNano: one(11, 'fixed64'),
  eventName: one(12, 'string'),
})

const times = { startTimeUnixNano: one(2, 'fixed64'), timeUnixNano: one(3, 'fixed64') }
const counted = { ...times, count: one(4, 'fixed64'), sum: one(5, 'double') }
const numberPoint = shape({
  ...times,
  asDouble: one(4, 'double'),
  asInt: one(6, 'fixed64'),
  attributes: many(7, keyValue),
  flags: one(8, 'uint32'),
})
const histogramPoint = shape({
  ...counted,
  bucketCounts: many(6, 'fixed64'),
  explicitBounds: many(7, 'double'),
  attributes: many(9, keyValue),
  flags: one(10, 'uint32'),
  min: one(11, 'double'),
  max: one(12, 'double'),
})
const buckets = shape({ offset: one(1, 'sint32'), bucketCounts: many(2, 'int64') })
const exponentialPoint = shape({
  ...counted,
  attributes: many(1, keyValue),
  scale: one(6, 'sint32'),
  zeroCount: one(7, 'fixed64'),
  positive: one(8, buckets),
  negative: one(9, buckets),
  flags: one(10, 'uint32'),
  min: one(12, 'double'),
  max: one(13, 'double'),
})
const summaryPoint = shape({
  ...counted,
  quantileValues: many(6, shape({ quantile: one(1, 'double'), value: one(2, 'double') })),
  attributes: many(7, keyValue),
  flags: one(8, 'uint32'),
})

const metric = shape({
  name: one(1, 'string'),
  description: one(2, 'string'),
  unit: one(3, 'string'),
  gauge: one(5, shape({ dataPoints: items(1, numberPoint) })),
  sum: one(
    7,
    shape({ dataPoints: items(1, numberPoint), aggregationTemporality: one(2, 'enum'), isMonotonic: one(3, 'bool') }),
  ),
  histogram: one(9, shape({ dataPoints: items(1, histogramPoint), aggregationTemporality: one(2, 'enum') })),
  exponentialHistogram: one(
    10,
    shape({ dataPoints: items(1, exponentialPoint), aggregationTemporality: one(2, 'enum') }),
  ),
  summary: one(11, shape({ dataPoints: items(1, summaryPoint) })),
})

/** A metric is refused as one item where it is wrong outside its points. */
export const requestShapes = {
  spans: request('resourceSpans', 'scopeSpans', 'spans', span),
  logs: request('resourceLogs', 'scopeLogs', 'logRecords', logRecord),
  points: request('resourceMetrics', 'scopeMetrics', 'metrics', metric),
} as const
