// What to paste into a service so that it sends its traces here. Pure; `grpc` and `http` are `host:port`.

export interface Endpoints {
  grpc: string
  http: string
}

export function traceSnippets({ grpc, http }: Endpoints): { name: string; text: string }[] {
  const settings = `OTEL_EXPORTER_OTLP_ENDPOINT=http://${grpc}
OTEL_EXPORTER_OTLP_PROTOCOL=grpc            # or http/protobuf at http://${http}
OTEL_SERVICE_NAME=orders`
  const exported = settings.replaceAll(/^OTEL/gm, 'export OTEL').replace(/\s+# or.*$/m, '')
  return [
    { name: 'Environment', text: settings },
    {
      name: 'Node.js',
      text: `npm install @opentelemetry/api @opentelemetry/auto-instrumentations-node
${exported}
node --require @opentelemetry/auto-instrumentations-node/register app.js`,
    },
    {
      name: 'Java',
      text: `${exported}
java -javaagent:opentelemetry-javaagent.jar -jar app.jar`,
    },
    {
      name: 'Python',
      text: `pip install opentelemetry-distro opentelemetry-exporter-otlp
opentelemetry-bootstrap -a install
${exported}
opentelemetry-instrument python app.py`,
    },
    {
      name: 'Go',
      text: `// go get go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc
exporter, err := otlptracegrpc.New(ctx,
    otlptracegrpc.WithEndpoint("${grpc}"), otlptracegrpc.WithInsecure())
provider := trace.NewTracerProvider(trace.WithBatcher(exporter))
otel.SetTracerProvider(provider)`,
    },
    {
      name: 'Collector',
      text: `exporters:
  otlp/hopscope:
    endpoint: ${grpc}
    tls: { insecure: true }
service:
  pipelines:
    traces: { exporters: [otlp/hopscope] }  # beside the exporters you have
    logs: { exporters: [otlp/hopscope] }
    metrics: { exporters: [otlp/hopscope] }`,
    },
  ]
}

/** The host that the reader's browser used, with the port that the server listens on. */
export function endpointsFrom(listening: readonly { name: string; address: string }[], host: string): Endpoints {
  const portOf = (word: RegExp, fallback: string) =>
    /:(\d+)$/.exec(listening.find(({ name }) => word.test(name))?.address ?? '')?.[1] ?? fallback
  return { grpc: `${host}:${portOf(/grpc/i, '4317')}`, http: `${host}:${portOf(/otlp.*http/i, '4318')}` }
}
