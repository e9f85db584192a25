// Polls a source and sends what it saw as OTLP metrics. Knows nothing of Kafka's protocol (kafka/ does) and nothing of the server.
// It never stops for a failed poll: it says so, counts it, and polls again.
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-grpc'
import { Outbox, type Exporter } from './outbox.ts'
import { toRequests, type Identity } from './points.ts'
import type { Snapshot, Source } from './snapshot.ts'

export type { Snapshot, Source } from './snapshot.ts'

export interface CollectorConfig extends Identity {
  /** `http://host:port` of an OTLP gRPC endpoint. */
  endpoint: string
  pollMs: number
  /** Points that may wait while the endpoint is away. */
  queuePointsMax: number
  requestPointsMax: number
  exportTimeoutMs: number
  log: (line: string) => void
}

export interface RunningCollector {
  /** Points sent, and points dropped by reason. */
  counters(): { polls: number; sent: number; dropped: Record<string, number>; failures: Record<string, number> }
  /** Ends polling, sends what waits for a bounded time, closes the source. */
  stop(): Promise<void>
}

export const defaults = {
  pollMs: 5_000,
  queuePointsMax: 200_000,
  requestPointsMax: 5_000,
  exportTimeoutMs: 10_000,
} as const
const retryMs = 5_000
const closeTimeoutMs = 3_000
/** Reasons are error names or codes, so there are few; this bounds them all the same. */
const reasonsMax = 50

/** Starts polling `source` at once, then each `pollMs` from start to start; a slow poll delays the next and never overlaps it. */
export function start(config: CollectorConfig, source: Source): RunningCollector {
  const exporter: Exporter = new OTLPMetricExporter({ url: config.endpoint, timeoutMillis: config.exportTimeoutMs })
  const outbox = new Outbox(exporter, { pointsMax: config.queuePointsMax, retryMs }, config.log)
  const failures = new Map<string, number>()
  const startedMs = Date.now()
  const report = reporter(config.log)
  let polls = 0
  let timer: NodeJS.Timeout | undefined
  let stopped = false

  async function poll(): Promise<void> {
    const begun = Date.now()
    const snapshot = await source.read()
    polls += 1
    for (const { reason } of snapshot.failures) {
      const name = failures.has(reason) || failures.size < reasonsMax ? reason : 'other'
      failures.set(name, (failures.get(name) ?? 0) + 1)
    }
    report(snapshot)
    outbox.push(
      toRequests(snapshot, { startedMs, polls, failures, dropped: outbox.dropped }, config, config.requestPointsMax),
    )
    if (!stopped) timer = setTimeout(() => (running = poll()), Math.max(0, begun + config.pollMs - Date.now()))
  }
  let running = poll()

  return {
    counters: () => ({
      polls,
      sent: outbox.sent,
      dropped: Object.fromEntries(outbox.dropped),
      failures: Object.fromEntries(failures),
    }),
    async stop() {
      stopped = true
      clearTimeout(timer)
      await running
      await outbox.close(closeTimeoutMs)
      await source.close()
    },
  }
}

// Says when something begins to fail and when it works again, not at every poll.
function reporter(log: (line: string) => void): (snapshot: Snapshot) => void {
  let said = ''
  return (snapshot) => {
    const first = snapshot.failures[0]
    const others = snapshot.failures.length - 1
    const line = first ? `${first.what} ${first.name}: ${first.reason}${others > 0 ? ` (and ${others} more)` : ''}` : ''
    const state = `${snapshot.reachable} ${line}`
    if (state === said) return
    const before = said
    said = state
    if (!snapshot.reachable) log(`No broker can be reached; nothing is known of offsets now. ${line}`)
    else if (first) log(`Part of a poll failed: ${line}`)
    else if (before) log(`Kafka answers: ${snapshot.topics.length} topics, ${snapshot.groups.length} groups.`)
    else log(`Watching ${snapshot.topics.length} topics and ${snapshot.groups.length} groups.`)
  }
}
