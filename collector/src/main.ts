// The collector as a process of its own: settings, a Kafka to poll, an OTLP endpoint to send to, until it is told to stop.
import { defaults, start } from './collector.ts'
import { loadConfig } from './config.ts'
import { openKafka } from './kafka/kafka-source.ts'

const version = '0.1.0'
const log = (line: string) => console.log(`${new Date().toISOString()} ${line}`)

function main(): void {
  const config = loadConfig(process.env)
  const source = openKafka(config)
  const collector = start(
    {
      ...defaults,
      endpoint: config.OTEL_EXPORTER_OTLP_ENDPOINT,
      pollMs: config.POLL_MS,
      env: config.COLLECTOR_ENV,
      clusterAlias: config.CLUSTER_ALIAS,
      version,
      log,
    },
    source,
  )
  let stopping = false
  const stop = (signal: string) => {
    if (stopping) return
    stopping = true
    log(`${signal}: stopping.`)
    void collector.stop().then(() => process.exit(0))
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  log(
    `Watches ${config.KAFKA_BROKERS.join(', ')} each ${config.POLL_MS} ms, sends to ${config.OTEL_EXPORTER_OTLP_ENDPOINT}.`,
  )
}

try {
  main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(2)
}
