// A small shop as its owners would trace it: real OpenTelemetry spans of three services, sent by the real gRPC exporter.
import { context, SpanKind, SpanStatusCode, trace, type Attributes, type Context, type Span } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-node'

const services = ['api-gateway', 'orders', 'billing', 'mailer'] as const
type Service = (typeof services)[number]

export interface Order {
  id: string
  traceId: string
  /** `orders.events/partition@offset`. */
  position: string
  /** The span that wrote the message. */
  published: Span
}

export interface OrderOptions {
  /** Milliseconds since the epoch; now when absent. */
  atMs?: number
  /** Billing ends with an error. */
  fails?: boolean
}

export class Shop {
  readonly #providers = new Map<Service, BasicTracerProvider>()
  #offset = 1800

  constructor(grpcUrl: string, environment = 'prod') {
    for (const service of services) {
      const exporter = new OTLPTraceExporter({ url: grpcUrl })
      const resource = resourceFromAttributes({
        'service.name': service,
        'service.version': '2.14.0',
        'deployment.environment.name': environment,
      })
      this.#providers.set(
        service,
        new BasicTracerProvider({ resource, spanProcessors: [new BatchSpanProcessor(exporter)] }),
      )
    }
  }

  /** One order: a request, a call, a row, a message, and what billing does with it. */
  place(id: string, { atMs = Date.now(), fails = false }: OrderOptions = {}): Order {
    const offset = this.#offset++
    const partition = offset % 3
    const order = { 'order.id': id }
    const message = {
      'messaging.system': 'kafka',
      'messaging.destination.name': 'orders.events',
      'messaging.destination.partition.id': String(partition),
      'messaging.kafka.offset': offset,
    }
    const http = { 'http.request.method': 'POST', 'url.path': '/orders', 'http.route': '/orders' }

    const request = this.#span('api-gateway', 'POST /orders', SpanKind.SERVER, atMs, { ...http, ...order })
    const peer = { 'server.address': 'orders.internal', 'server.port': 3001, 'http.request.method': 'POST' }
    const call = this.#span('api-gateway', 'POST', SpanKind.CLIENT, atMs + 2, peer, request)
    const handled = this.#span('orders', 'POST /orders', SpanKind.SERVER, atMs + 4, { ...http, ...order }, call)
    const statement = { 'db.system.name': 'postgresql', 'db.collection.name': 'orders', 'db.operation.name': 'INSERT' }
    const row = this.#span('orders', 'INSERT orders', SpanKind.CLIENT, atMs + 6, statement, handled)
    const send = { ...message, 'messaging.operation.type': 'send', 'messaging.operation.name': 'send', ...order }
    const published = this.#span('orders', 'send orders.events', SpanKind.PRODUCER, atMs + 12, send, handled)
    const take = {
      ...message,
      'messaging.operation.type': 'process',
      'messaging.consumer.group.name': 'billing-sync',
      ...order,
    }
    const taken = this.#span('billing', 'process orders.events', SpanKind.CONSUMER, atMs + 40, take, published)
    if (fails) {
      taken.recordException({ name: 'CardDeclined', message: 'the card was declined' }, atMs + 70)
      taken.setStatus({ code: SpanStatusCode.ERROR, message: 'CardDeclined' })
    }
    row.end(atMs + 10)
    published.end(atMs + 15)
    handled.end(atMs + 20)
    call.end(atMs + 22)
    request.end(atMs + 25)
    taken.end(atMs + 75)
    const { traceId } = request.spanContext()
    return { id, traceId, position: `orders.events/${partition}@${offset}`, published }
  }

  /** Later, a second group takes the message of an order. */
  mail({ id, position, published }: Order): void {
    const [, topic = '', partition = '', offset = ''] = /^(.*)\/(\d+)@(\d+)$/.exec(position) ?? []
    const atMs = Date.now()
    const taken = this.#span(
      'mailer',
      `process ${topic}`,
      SpanKind.CONSUMER,
      atMs,
      {
        'messaging.system': 'kafka',
        'messaging.destination.name': topic,
        'messaging.destination.partition.id': partition,
        'messaging.kafka.offset': Number(offset),
        'messaging.operation.type': 'process',
        'messaging.consumer.group.name': 'mail-sender',
        'order.id': id,
      },
      published,
    )
    taken.end(atMs + 5)
  }

  /** Sends what waits. Resolves when the server has acknowledged it. */
  async flush(): Promise<void> {
    await Promise.all([...this.#providers.values()].map((provider) => provider.forceFlush()))
  }

  async close(): Promise<void> {
    await Promise.all([...this.#providers.values()].map((provider) => provider.shutdown()))
  }

  #span(
    service: Service,
    name: string,
    kind: SpanKind,
    startTime: number,
    attributes: Attributes,
    parent?: Span,
  ): Span {
    const root: Context = context.active()
    const within = parent === undefined ? root : trace.setSpan(root, parent)
    const tracer = this.#providers.get(service)!.getTracer('shop')
    return tracer.startSpan(name, { kind, startTime, attributes }, within)
  }
}
