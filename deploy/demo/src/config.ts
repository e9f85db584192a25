// Settings of the demo, read once from the environment. Every one has a default that works beside `npm start`.

export interface Config {
  /** `http://host:port`, OTLP over gRPC. */
  otlp: string
  transport: 'memory' | 'kafka'
  brokers: string[]
  /** Port of the control page on 127.0.0.1; 0 takes a free one. */
  port: number
  /** Where the dashboard is, for links to journeys. */
  dashboardUrl: string
  env: string
  ordersPerSecond: number
  orderIdStart: number
}

/** Throws one Error that names the setting that is wrong. */
export function loadConfig(env: Record<string, string | undefined>, nowMs: number): Config {
  const transport = env.TRANSPORT || 'memory'
  if (transport !== 'memory' && transport !== 'kafka')
    throw new Error(`TRANSPORT=${transport}: must be memory or kafka.`)
  const brokers = (env.KAFKA_BROKERS ?? '').split(',').filter(Boolean)
  if (transport === 'kafka' && brokers.length === 0)
    throw new Error('TRANSPORT=kafka needs KAFKA_BROKERS, a list of host:port.')
  return {
    otlp: env.OTEL_EXPORTER_OTLP_ENDPOINT || 'http://127.0.0.1:4317',
    transport,
    brokers: transport === 'kafka' ? brokers : [],
    port: number(env, 'DEMO_PORT', 8090, 0, 65_535),
    dashboardUrl: env.DASHBOARD_URL || 'http://127.0.0.1:8080',
    env: env.DEMO_ENV || 'demo',
    ordersPerSecond: number(env, 'ORDERS_PER_SECOND', 7, 0.1, 500),
    // Order numbers never come twice, also when the demo is started again beside a dashboard that remembers.
    orderIdStart: number(env, 'ORDER_ID_START', Math.floor(nowMs / 100) - 17_000_000_000, 0, Number.MAX_SAFE_INTEGER),
  }
}

function number(env: Record<string, string | undefined>, name: string, fallback: number, min: number, max: number) {
  const value = env[name] ? Number(env[name]) : fallback
  if (!(value >= min && value <= max)) throw new Error(`${name}=${env[name]}: must be a number from ${min} to ${max}.`)
  return value
}
