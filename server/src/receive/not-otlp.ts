// Recognises what came to the wrong door by its first bytes or its path, and says what to do about it: the sentences that
// the page shows under "Someone tried". Pure.

export type Protocol = 'http2' | 'http1' | 'tls' | 'other'

const preface = 'PRI * HTTP/2.0'
const method = /^[A-Z]{3,10} [^ ]*/

/** What a connection speaks. Sixteen bytes are enough. */
export function protocolOf(first: Buffer): Protocol {
  const text = first.toString('latin1', 0, 16)
  if (text.startsWith(preface.slice(0, Math.min(text.length, preface.length))) && text.length >= 3) return 'http2'
  if (first[0] === 0x16 && first[1] === 0x03) return 'tls'
  return method.test(text) ? 'http1' : 'other'
}

export interface Trouble {
  what: string
  hint: string
}

/** On the port that takes gRPC. */
export function atGrpcPort(protocol: Protocol, grpcPort: number, httpPort: number): Trouble {
  if (protocol === 'http1') {
    return {
      what: `HTTP/1.1 at port ${grpcPort}, which takes gRPC`,
      hint: `Send HTTP to :${httpPort}, or set OTEL_EXPORTER_OTLP_PROTOCOL=grpc.`,
    }
  }
  return encryptedOrOther(protocol, grpcPort, 'gRPC')
}

/** On the port that takes HTTP. */
export function atHttpPort(protocol: Protocol, grpcPort: number, httpPort: number): Trouble {
  if (protocol === 'http2') {
    return {
      what: `gRPC at port ${httpPort}, which takes HTTP`,
      hint: `Send gRPC to :${grpcPort}, or set OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf.`,
    }
  }
  return encryptedOrOther(protocol, httpPort, 'HTTP')
}

function encryptedOrOther(protocol: Protocol, port: number, takes: string): Trouble {
  if (protocol === 'tls') {
    return {
      what: `TLS at port ${port}, which is not encrypted`,
      hint: `Use an http:// endpoint, set OTEL_EXPORTER_OTLP_INSECURE=true, or put a proxy that ends TLS in front.`,
    }
  }
  return {
    what: `something that is no ${takes} at port ${port}`,
    hint: `Only OTLP over ${takes} is understood here.`,
  }
}

/** On the HTTP port, a path that is none of ours. */
export function atPath(path: string, grpcPort: number): Trouble {
  const what = `a request to ${path.slice(0, 100)}`
  if (path.startsWith('/opentelemetry.proto.collector')) {
    return { what, hint: `That is a gRPC method: send gRPC to :${grpcPort}.` }
  }
  if (path.startsWith('/api/traces') || path.startsWith('/api/v2/spans')) {
    return { what, hint: 'That is Jaeger or Zipkin: export OTLP, or put an OpenTelemetry Collector in between.' }
  }
  if (path === '/' || /^\/(v1\/?)?$/.test(path) || path.startsWith('/v1/v1/')) {
    return {
      what,
      hint: 'Add the signal to the path: /v1/traces, /v1/metrics or /v1/logs. OTEL_EXPORTER_OTLP_ENDPOINT is without a path.',
    }
  }
  return { what, hint: 'OTLP over HTTP is at /v1/traces, /v1/metrics and /v1/logs.' }
}
