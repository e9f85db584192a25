// For tests: an OTLP gRPC endpoint that keeps what it is sent, decoded with OTLP's field numbers. Real exporters talk to it over a
// real socket; it stores nothing and answers success, or the status that a test has set.
import { Server, ServerCredentials, type UntypedServiceImplementation } from '@grpc/grpc-js'
import protobuf from 'protobufjs'

const proto = `syntax = "proto3";
message Value { oneof value { string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4; } }
message KeyValue { string key = 1; Value value = 2; }
message Resource { repeated KeyValue attributes = 1; }
message Event { fixed64 time = 1; string name = 2; repeated KeyValue attributes = 3; }
message Link { bytes trace_id = 1; bytes span_id = 2; repeated KeyValue attributes = 4; }
message Status { string message = 2; int32 code = 3; }
message Span { bytes trace_id = 1; bytes span_id = 2; bytes parent_span_id = 4; string name = 5; int32 kind = 6;
  repeated KeyValue attributes = 9; repeated Event events = 11; repeated Link links = 13; Status status = 15; }
message ScopeSpans { repeated Span spans = 2; }
message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
message Traces { repeated ResourceSpans resource_spans = 1; }
message LogRecord { string severity_text = 3; Value body = 5; repeated KeyValue attributes = 6; bytes trace_id = 9; }
message ScopeLogs { repeated LogRecord log_records = 2; }
message ResourceLogs { Resource resource = 1; repeated ScopeLogs scope_logs = 2; }
message Logs { repeated ResourceLogs resource_logs = 1; }
message Point { repeated KeyValue attributes = 7; fixed64 time = 3; sfixed64 as_int = 6; }
message Gauge { repeated Point data_points = 1; }
message Sum { repeated Point data_points = 1; int32 aggregation_temporality = 2; bool is_monotonic = 3; }
message Metric { string name = 1; string unit = 3; Gauge gauge = 5; Sum sum = 7; }
message ScopeMetrics { repeated Metric metrics = 2; }
message ResourceMetrics { Resource resource = 1; repeated ScopeMetrics scope_metrics = 2; }
message Metrics { repeated ResourceMetrics resource_metrics = 1; }`
const { root } = protobuf.parse(proto)

export type Attributes = Record<string, string | number | boolean>
export interface SeenSpan {
  service: string
  resource: Attributes
  traceId: string
  spanId: string
  parentSpanId: string
  name: string
  kind: number
  /** 0 unset, 1 ok, 2 error. */
  status: number
  attributes: Attributes
  links: { traceId: string; spanId: string; attributes: Attributes }[]
  exceptions: string[]
}
export interface SeenLog {
  service: string
  severity: string
  body: string
  traceId: string
  attributes: Attributes
}
export interface SeenPoint {
  resource: Attributes
  metric: string
  value: number
  monotonic: boolean
  attributes: Attributes
}

export interface Receiver {
  endpoint: string
  spans: SeenSpan[]
  logs: SeenLog[]
  points: SeenPoint[]
  /** Requests refused while this is set; a gRPC status. */
  refuseWith: number | undefined
  refused: number
  close(): Promise<void>
}

/** A decoded message; what is at a leaf is looked at with text(), Number() or Boolean(). */
interface Node {
  [field: string]: Node | undefined
}
const list = (node: unknown): Node[] => (Array.isArray(node) ? (node as Node[]) : [])
const text = (value: unknown): string => (typeof value === 'string' ? value : '')
const hex = (value: unknown): string => Buffer.from(text(value), 'base64').toString('hex')

function attributesOf(pairs: unknown): Attributes {
  const found: Attributes = {}
  for (const { key, value } of list(pairs))
    found[text(key)] = Object.values((value ?? {}) as unknown as Attributes)[0] ?? ''
  return found
}

const decode = (type: string, bytes: Buffer): Node => {
  const message = root.lookupType(type)
  return message.toObject(message.decode(bytes), { longs: Number, bytes: String }) as Node
}

/** Listens on a free port of 127.0.0.1, or on the given one. */
export async function startReceiver(port = 0): Promise<Receiver> {
  const server = new Server({ 'grpc.max_receive_message_length': 64 * 1024 * 1024 })
  const seen = { spans: [] as SeenSpan[], logs: [] as SeenLog[], points: [] as SeenPoint[] }
  const receiver: Receiver = {
    ...seen,
    endpoint: '',
    refuseWith: undefined,
    refused: 0,
    close: () => new Promise((resolve) => server.tryShutdown(() => resolve())),
  }
  const service = (path: string, take: (bytes: Buffer) => void) => {
    const same = (bytes: Buffer) => bytes
    const method = { path, requestStream: false, responseStream: false } as const
    const bytes = {
      requestSerialize: same,
      requestDeserialize: same,
      responseSerialize: same,
      responseDeserialize: same,
    }
    server.addService({ Export: { ...method, ...bytes } }, {
      Export: (call: { request: Buffer }, done: (error: object | null, value?: Buffer) => void) => {
        if (receiver.refuseWith !== undefined) {
          receiver.refused += 1
          return done({ code: receiver.refuseWith, details: 'refused by the test' })
        }
        take(call.request)
        done(null, Buffer.alloc(0))
      },
    } as unknown as UntypedServiceImplementation)
  }
  const collector = '/opentelemetry.proto.collector'
  service(`${collector}.trace.v1.TraceService/Export`, (bytes) => seen.spans.push(...spansOf(decode('Traces', bytes))))
  service(`${collector}.logs.v1.LogsService/Export`, (bytes) => seen.logs.push(...logsOf(decode('Logs', bytes))))
  service(`${collector}.metrics.v1.MetricsService/Export`, (bytes) =>
    seen.points.push(...pointsOf(decode('Metrics', bytes))),
  )
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, at) =>
      error ? reject(error) : resolve(at),
    )
  })
  receiver.endpoint = `http://127.0.0.1:${bound}`
  return receiver
}

function* spansOf(traces: Node): Generator<SeenSpan> {
  for (const { resource: about, scopeSpans } of list(traces.resourceSpans)) {
    const resource = attributesOf(about?.attributes)
    for (const span of list(scopeSpans).flatMap((scope) => list(scope.spans)))
      yield {
        service: String(resource['service.name']),
        resource,
        traceId: hex(span.traceId),
        spanId: hex(span.spanId),
        parentSpanId: hex(span.parentSpanId),
        name: text(span.name),
        kind: Number(span.kind ?? 0),
        status: Number(span.status?.code ?? 0),
        attributes: attributesOf(span.attributes),
        links: list(span.links).map((link) => ({
          traceId: hex(link.traceId),
          spanId: hex(link.spanId),
          attributes: attributesOf(link.attributes),
        })),
        exceptions: list(span.events).map((event) => String(attributesOf(event.attributes)['exception.type'])),
      }
  }
}

function* logsOf(logs: Node): Generator<SeenLog> {
  for (const { resource, scopeLogs } of list(logs.resourceLogs))
    for (const record of list(scopeLogs).flatMap((scope) => list(scope.logRecords)))
      yield {
        service: String(attributesOf(resource?.attributes)['service.name']),
        severity: text(record.severityText),
        body: text(record.body?.stringValue),
        traceId: hex(record.traceId),
        attributes: attributesOf(record.attributes),
      }
}

function* pointsOf(metrics: Node): Generator<SeenPoint> {
  for (const { resource, scopeMetrics } of list(metrics.resourceMetrics))
    for (const metric of list(scopeMetrics).flatMap((scope) => list(scope.metrics)))
      for (const point of list(metric.gauge?.dataPoints ?? metric.sum?.dataPoints))
        yield {
          resource: attributesOf(resource?.attributes),
          metric: text(metric.name),
          value: Number(point.asInt ?? 0),
          monotonic: Boolean(metric.sum?.isMonotonic),
          attributes: attributesOf(point.attributes),
        }
}

/** Looks every 50 ms until `look` finds something. Rejects with `what` after `timeoutMs`: a bound, not a measurement. */
export async function until<T>(what: string, look: () => T | undefined | false, timeoutMs = 30_000): Promise<T> {
  const deadline = Date.now() + timeoutMs
  for (;;) {
    const found = look()
    if (found) return found
    if (Date.now() > deadline) throw new Error(`not seen in ${timeoutMs} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
