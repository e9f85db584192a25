// Starts the two OTLP servers over one intake. Settings, journal, counters and key rules in; ports and a stop out.
import type { Config } from '../config.ts'
import type { Intake } from '../journal/block.ts'
import type { KeyRules } from '../keys/rules.ts'
import { Exports } from './export.ts'
import { loadPrivacy } from './load-privacy.ts'
import type { Meters } from './meters.ts'
import type { Trouble } from './not-otlp.ts'
import { startGrpc } from './otlp-grpc.ts'
import { startHttp } from './otlp-http.ts'

export interface Receive {
  grpcPort: number
  httpPort: number
  /** Takes no new requests, answers those that are under way (at most 10 s), then closes both servers. */
  close(): Promise<void>
}

/** `now` gives microseconds since the epoch. Rejects when a port is taken or PRIVACY_FILE is wrong. */
export async function startReceive(parts: {
  config: Config
  intake: Intake
  meters: Meters
  rules: KeyRules
  now: () => number
}): Promise<Receive> {
  const { config, intake, meters, rules, now } = parts
  const exports = new Exports({
    intake,
    meters,
    now,
    rules,
    privacy: loadPrivacy(config.PRIVACY_FILE),
    defaultEnv: config.DEFAULT_ENV,
    defaultCluster: config.DEFAULT_CLUSTER,
    bodyBytesMax: config.OTLP_BODY_BYTES_MAX,
    inflightBytesMax: config.OTLP_INFLIGHT_BYTES_MAX,
    retentionDays: {
      spans: config.RETENTION_SPANS_DAYS,
      logs: config.RETENTION_LOGS_DAYS,
      points: config.RETENTION_METRICS_DAYS,
    },
  })
  const misunderstood = (from: string, trouble: Trouble): void => meters.misunderstand({ from, ...trouble }, now())
  const bodyBytesMax = config.OTLP_BODY_BYTES_MAX
  let httpPort = config.OTLP_HTTP_PORT
  const grpc = await startGrpc({
    host: config.LISTEN_HOST,
    port: config.OTLP_GRPC_PORT,
    httpPort: () => httpPort,
    bodyBytesMax,
    exports,
    misunderstood,
  })
  try {
    const http = await startHttp({
      host: config.LISTEN_HOST,
      port: config.OTLP_HTTP_PORT,
      grpcPort: () => grpc.port,
      bodyBytesMax,
      ratioMax: config.OTLP_RATIO_MAX,
      origins: config.OTLP_CORS_ORIGINS.split(',')
        .map((origin) => origin.trim())
        .filter((origin) => origin !== ''),
      exports,
      misunderstood,
    })
    httpPort = http.port
    return {
      grpcPort: grpc.port,
      httpPort,
      close: async () => {
        await Promise.all([grpc.close(), http.close()])
      },
    }
  } catch (error) {
    await grpc.close()
    throw error
  }
}
