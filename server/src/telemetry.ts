// The server's own spans: questions by HTTP, first looks at a live view, runs of the evaluator. Receiving, journal and pump are
// never traced, since sending a span would make the next one. They go by OTLP gRPC to the server's own port unless a setting
// says otherwise, and are marked with the service name that the map leaves out.
import { SpanKind, SpanStatusCode, trace, type Attributes } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
import { ownService } from './topology/build-map.ts'

/** Spans that wait to be sent; more are dropped by the processor, since watching must not cost the watched. */
const queueMax = 512
const sendEveryMs = 2000

export interface Telemetry {
  /** Sends what waits, for at most two seconds, and ends. */
  stop(): Promise<void>
}

/** Starts sending own spans to `endpoint`, such as `http://127.0.0.1:4317`. */
export function startTelemetry(endpoint: string, version: string): Telemetry {
  const exporter = new OTLPTraceExporter({ url: endpoint, timeoutMillis: 5000 })
  const processor = new BatchSpanProcessor(exporter, {
    maxQueueSize: queueMax,
    maxExportBatchSize: queueMax,
    scheduledDelayMillis: sendEveryMs,
    exportTimeoutMillis: 5000,
  })
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': ownService, 'service.version': version }),
    spanProcessors: [processor],
  })
  provider.register()
  return {
    stop: async () => {
      const waited = new Promise<void>((resolve) => setTimeout(resolve, 2000).unref())
      await Promise.race([provider.shutdown().catch(() => {}), waited])
      trace.disable()
    },
  }
}

/** Runs something as one span. Without `startTelemetry` it only runs. The error of a failed run is on the span and thrown on. */
export function traced<T>(name: string, run: () => Promise<T>, attributes: Attributes = {}): Promise<T> {
  return trace.getTracer(ownService).startActiveSpan(name, { kind: SpanKind.SERVER, attributes }, async (span) => {
    try {
      return await run()
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR })
      span.recordException(error instanceof Error ? error : String(error))
      throw error
    } finally {
      span.end()
    }
  })
}
