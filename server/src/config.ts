// Settings, read once from the environment. Every limit has a name, a unit in the name, a default and a sentence;
// docs/settings.md is the same list for people. Nothing else reads process.env.
import { z } from 'zod'

const int = (fallback: number, min: number, max: number) => z.coerce.number().int().min(min).max(max).default(fallback)
const port = (fallback: number) => int(fallback, 0, 65_535)
const optional = z
  .string()
  .trim()
  .optional()
  .transform((text) => text || undefined)
const flag = (fallback: boolean) =>
  z
    .enum(['0', '1', 'true', 'false', ''])
    .default(fallback ? '1' : '0')
    .transform((text) => text === '1' || text === 'true')

const MiB = 1024 * 1024

export const settings = z.object({
  LISTEN_HOST: z.string().default('127.0.0.1').describe('Address that all three ports listen on.'),
  ALLOWED_HOSTS: z
    .string()
    .default('')
    .describe('Host names besides loopback that the dashboard may be opened by, comma separated: those of a proxy.'),
  HTTP_PORT: port(8080).describe('Dashboard, API and socket. 0 takes a free one.'),
  OTLP_GRPC_PORT: port(4317).describe('OTLP over gRPC. 0 takes a free one.'),
  OTLP_HTTP_PORT: port(4318).describe('OTLP over HTTP, protobuf and JSON. 0 takes a free one.'),
  DATA_DIR: z.string().default('.data').describe('Folder of the journal, the embedded engine and the hash secret.'),
  CLICKHOUSE_URL: optional.describe('A ClickHouse server; without it the embedded engine is used.'),
  CLICKHOUSE_DATABASE: z.string().regex(/^\w+$/).default('hopscope').describe('Database of all tables.'),
  DEFAULT_ENV: z.string().default('default').describe('Environment of telemetry that names none.'),
  DEFAULT_CLUSTER: z.string().default('').describe('Kafka cluster of spans that name none.'),
  KEYS_FILE: optional.describe('JSON file with aliases, technical names, policies and limits of business keys.'),
  PRIVACY_FILE: optional.describe('JSON file with drop and mask rules.'),
  HASH_SECRET: optional.describe('Secret of the HMAC of hashed keys; made on first start in DATA_DIR when absent.'),
  OTLP_BODY_BYTES_MAX: int(64 * MiB, MiB, 512 * MiB).describe('Largest request after decompression, bytes.'),
  OTLP_RATIO_MAX: int(100, 2, 10_000).describe('Largest ratio of decompressed to compressed bytes.'),
  OTLP_INFLIGHT_BYTES_MAX: int(256 * MiB, MiB, 4096 * MiB).describe('Bytes of requests being read or decoded at once.'),
  OTLP_CORS_ORIGINS: z.string().default('').describe('Origins that browsers may send OTLP from, comma separated.'),
  JOURNAL_BYTES_MAX: int(1024 * MiB, MiB, 1_000_000 * MiB).describe(
    'Journal size at which requests are refused, bytes.',
  ),
  JOURNAL_SEAL_ROWS: int(51_200, 1, 1_000_000).describe('Rows at which a segment is sealed.'),
  JOURNAL_SEAL_MS: int(300, 10, 60_000).describe('Age at which a segment is sealed, milliseconds.'),
  RESEND_WINDOW_SECONDS: int(600, 1, 86_400).describe(
    'How long a request is remembered so that its resend is dropped.',
  ),
  RETENTION_SPANS_DAYS: int(7, 1, 3650).describe('Spans and the trace index, days.'),
  RETENTION_LOGS_DAYS: int(7, 1, 3650).describe('Log records, days.'),
  RETENTION_METRICS_DAYS: int(30, 1, 3650).describe('Metric series and points, days.'),
  RETENTION_KEYS_DAYS: int(30, 1, 3650).describe('The key index, days.'),
  RETENTION_ROLLUPS_DAYS: int(30, 1, 3650).describe('10 s rollups, days.'),
  RETENTION_BASELINE_DAYS: int(90, 1, 3650).describe('Hourly rollups that say what is usual, days.'),
  RETENTION_SHRINK: flag(false).describe('Allows a shorter retention than the tables have now, which deletes data.'),
  EVALUATOR: flag(true).describe('This replica runs the scheduled joins. Exactly one replica should.'),
  SELF_TRACING: flag(true).describe("Sends the server's own spans."),
  SELF_TRACING_ENDPOINT: optional.describe('Where own spans go; its own gRPC port when absent.'),
  KAFKA_BROKERS: optional.describe('host:port list; the collector that runs beside the server watches them.'),
  DEMO_URL: optional.describe('Control page of the demo, linked from the dashboard. Set by `npm run demo`.'),
  DEMO_NOTE: optional.describe('What the page says about the demo. Set by `npm run demo`.'),
})

export type Config = Readonly<z.output<typeof settings>>

/** Reads and checks all settings. Throws one Error that names each wrong setting, its value and what is allowed. */
export function loadConfig(env: Record<string, string | undefined>): Config {
  const known = Object.fromEntries(Object.keys(settings.shape).map((name) => [name, env[name]]))
  const result = settings.safeParse(known)
  if (result.success) return Object.freeze(result.data)
  const lines = result.error.issues.map((issue) => {
    const name = String(issue.path[0])
    return `${name}=${JSON.stringify(env[name])}: ${issue.message}`
  })
  throw new Error(`Settings are wrong, nothing was started. Correct them and start again:\n  ${lines.join('\n  ')}`)
}
