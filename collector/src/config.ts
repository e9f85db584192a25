// Settings of the collector, read once from the environment. docs/settings.md is the same list for people.
import { z } from 'zod'
import { defaults } from './collector.ts'

const int = (fallback: number, min: number, max: number) => z.coerce.number().int().min(min).max(max).default(fallback)
const optional = z
  .string()
  .trim()
  .optional()
  .transform((text) => text || undefined)
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean),
)

const pattern = (fallback: string) =>
  z
    .string()
    .default(fallback)
    .transform((text, context) => {
      try {
        return new RegExp(text)
      } catch (error) {
        context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) })
        return z.NEVER
      }
    })

export const settings = z.object({
  KAFKA_BROKERS: list
    .pipe(z.array(z.string().regex(/^[^\s:]+:\d+$/, 'must be host:port')).min(1))
    .describe('Brokers to begin with: host:port, comma separated.'),
  KAFKA_SSL: z
    .enum(['0', '1', 'true', 'false', ''])
    .default('0')
    .transform((text) => text === '1' || text === 'true')
    .describe('Speaks TLS to the brokers.'),
  KAFKA_SASL_MECHANISM: z.enum(['plain', 'scram-sha-256', 'scram-sha-512']).optional().describe('SASL mechanism.'),
  KAFKA_SASL_USERNAME: optional.describe('SASL user name.'),
  KAFKA_SASL_PASSWORD: optional.describe('SASL password.'),
  KAFKA_CALL_TIMEOUT_MS: int(5_000, 100, 60_000).describe('How long one question to a broker may take, milliseconds.'),
  KAFKA_POLL_TIMEOUT_MS: int(30_000, 1_000, 600_000).describe('How long one poll may take, milliseconds.'),
  KAFKA_TOPICS_MAX: int(2_000, 1, 100_000).describe(
    'Topics that are watched; more are counted as a failure and left out.',
  ),
  KAFKA_GROUPS_MAX: int(1_000, 1, 100_000).describe(
    'Groups that are watched; more are counted as a failure and left out.',
  ),
  KAFKA_TOPICS_EXCLUDE: pattern('^__').describe('Regular expression of topics that are left out.'),
  POLL_MS: int(defaults.pollMs, 500, 600_000).describe('Time from one poll to the next, milliseconds.'),
  CLUSTER_ALIAS: optional.describe('What people call this cluster.'),
  COLLECTOR_ENV: optional.describe("Environment of this cluster: the points' deployment.environment.name."),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .string()
    .default('http://127.0.0.1:4317')
    .describe('Where metrics go: OTLP over gRPC.'),
})

export type Config = Readonly<z.output<typeof settings>>

/** Reads and checks all settings. Throws one Error that names each wrong setting and what is allowed. */
export function loadConfig(env: Record<string, string | undefined>): Config {
  const known = Object.fromEntries(Object.keys(settings.shape).map((name) => [name, env[name]]))
  const result = settings.safeParse(known)
  const lines = result.success ? [] : result.error.issues.map((issue) => `${String(issue.path[0])}: ${issue.message}`)
  if (result.success) {
    if (result.data.KAFKA_SASL_MECHANISM && !(result.data.KAFKA_SASL_USERNAME && result.data.KAFKA_SASL_PASSWORD))
      lines.push('KAFKA_SASL_MECHANISM: needs KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD')
    if (lines.length === 0) return Object.freeze(result.data)
  }
  throw new Error(
    `Settings of the collector are wrong, nothing was started. Correct them and start again:\n  ${lines.join('\n  ')}`,
  )
}
