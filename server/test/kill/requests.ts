// OTLP requests as the real SDK serializes them: one order a request, with a known number of spans, keys, positions and calls.
import { SpanKind, SpanStatusCode, context, trace } from '@opentelemetry/api'
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node'

export const spansPerRequest = 20
/** Spans of a request that carry `order.id`, those that stand at a position, and those that failed. */
export const keyedPerRequest = 10
export const positionedPerRequest = 5
export const errorsPerRequest = 2

const exporter = new InMemorySpanExporter()
const provider = new BasicTracerProvider({
  resource: resourceFromAttributes({ 'service.name': 'kill-test', 'deployment.environment.name': 'test' }),
  spanProcessors: [new SimpleSpanProcessor(exporter)],
})
const tracer = provider.getTracer('kill-test')

/** The bytes of one request: a trace of 20 spans for this order. */
export function orderRequest(order: string): Buffer {
  exporter.reset()
  const root = tracer.startSpan('POST /orders', { kind: SpanKind.SERVER, attributes: { 'order.id': order } })
  const inRoot = trace.setSpan(context.active(), root)
  for (let i = 1; i < spansPerRequest; i++) {
    const sends = i >= spansPerRequest - positionedPerRequest
    const kind = sends ? SpanKind.PRODUCER : SpanKind.INTERNAL
    const span = tracer.startSpan(sends ? 'send orders.events' : 'work', { kind }, inRoot)
    if (i < keyedPerRequest) span.setAttribute('order.id', order)
    if (sends) {
      span.setAttributes({
        'messaging.system': 'kafka',
        'messaging.operation.type': 'send',
        'messaging.destination.name': 'orders.events',
        'messaging.destination.partition.id': String(i % 3),
        'messaging.kafka.offset': Number(order) * spansPerRequest + i,
      })
    }
    if (i <= errorsPerRequest) span.setStatus({ code: SpanStatusCode.ERROR, message: 'refused' })
    span.end()
  }
  root.end()
  return Buffer.from(ProtobufTraceSerializer.serializeRequest(exporter.getFinishedSpans())!)
}
