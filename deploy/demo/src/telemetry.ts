// OpenTelemetry of one service, set up as its users do: a resource, a tracer and a logger with batching gRPC exporters. All
// services live in one process, so each has providers of its own and nothing but the context manager is global.
import {
  context,
  propagation,
  ROOT_CONTEXT,
  trace,
  SpanStatusCode,
  type Context,
  type Span,
  type Tracer,
} from '@opentelemetry/api'
import { SeverityNumber, type LogAttributes } from '@opentelemetry/api-logs'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-grpc'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs'
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node'

export interface ServiceIdentity {
  name: string
  version: string
}

export interface Telemetry {
  service: string
  tracer: Tracer
  info(body: string, attributes?: LogAttributes): void
  error(body: string, attributes?: LogAttributes): void
  /** Sends what waits and closes. */
  shutdown(): Promise<void>
}

/** How long spans and log records wait to be sent together: short, so that the live view is live. */
const sendDelayMs = 500
const exportTimeoutMs = 5_000

/** Once a process, before any span. */
export function startContext(): void {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  propagation.setGlobalPropagator(new W3CTraceContextPropagator())
}

/** `endpoint`: `http://host:port` of OTLP over gRPC. */
export function startTelemetry(service: ServiceIdentity, env: string, endpoint: string): Telemetry {
  const resource = resourceFromAttributes({
    'service.name': service.name,
    'service.namespace': 'retail',
    'service.version': service.version,
    'service.instance.id': `${service.name}-1`,
    'deployment.environment.name': env,
  })
  const exporter = { url: endpoint, timeoutMillis: exportTimeoutMs }
  const batching = { scheduledDelayMillis: sendDelayMs, exportTimeoutMillis: exportTimeoutMs }
  const tracers = new NodeTracerProvider({
    resource,
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter(exporter), batching)],
  })
  const loggers = new LoggerProvider({
    resource,
    processors: [new BatchLogRecordProcessor({ exporter: new OTLPLogExporter(exporter), ...batching })],
  })
  const logger = loggers.getLogger('retail')
  const emit = (severityNumber: SeverityNumber, severityText: string, body: string, attributes: LogAttributes) =>
    logger.emit({ severityNumber, severityText, body, attributes, context: context.active() })
  return {
    service: service.name,
    tracer: tracers.getTracer('retail', service.version),
    info: (body, attributes = {}) => emit(SeverityNumber.INFO, 'INFO', body, attributes),
    error: (body, attributes = {}) => emit(SeverityNumber.ERROR, 'ERROR', body, attributes),
    async shutdown() {
      await Promise.allSettled([tracers.shutdown(), loggers.shutdown()])
    },
  }
}

/** Runs `work` inside the span and ends it: with the error, if there is one, which is thrown on. */
export async function inSpan<T>(span: Span, work: (span: Span) => Promise<T>, parent?: Context): Promise<T> {
  try {
    return await context.with(trace.setSpan(parent ?? context.active(), span), () => work(span))
  } catch (error) {
    failSpan(span, error)
    throw error
  } finally {
    span.end()
  }
}

export function failSpan(span: Span, error: unknown): void {
  const problem = error instanceof Error ? error : new Error(String(error))
  span.recordException(problem)
  span.setAttribute('error.type', problem.name)
  span.setStatus({ code: SpanStatusCode.ERROR, message: problem.message })
}

/** The context that a message or a request carries, without anything of the context that runs now. */
export const carriedContext = (headers: Record<string, unknown>): Context => propagation.extract(ROOT_CONTEXT, headers)

/** The headers that carry the context that runs now. */
export function carryingHeaders(): Record<string, string> {
  const headers: Record<string, string> = {}
  propagation.inject(context.active(), headers)
  return headers
}
