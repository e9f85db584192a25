// Starts the server, top to bottom in the order of the flow: settings, store, journal, questions, OTLP, dashboard. A start
// that fails says one sentence and ends with 1. SIGTERM and SIGINT stop it against that order, so that everything
// acknowledged is inserted or waits in the journal; a second signal ends it at once, which is safe as well.
import { mkdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Asking } from './api/asking.ts'
import { Eraser } from './api/eraser.ts'
import { Statuses } from './api/statuses.ts'
import { openApp } from './app.ts'
import { loadConfig, type Config } from './config.ts'
import type { Status } from './contract/status.ts'
import { Journal } from './journal/journal.ts'
import { Journeys } from './journey/journeys.ts'
import { loadKeyRules } from './keys/load.ts'
import type { LiveGateway } from './live/live.gateway.ts'
import { log, say } from './log.ts'
import { Meters } from './receive/meters.ts'
import { startReceive } from './receive/start.ts'
import { openStore, type Store } from './store/clickhouse.ts'
import { Pump } from './store/pump.ts'
import { startTelemetry, traced } from './telemetry.ts'
import { Calls } from './topology/calls.ts'
import { Overviews } from './topology/overviews.ts'
import { TraceFinder } from './traces/trace-finder.ts'

/** Microseconds since the epoch. */
const now = () => Date.now() * 1000
const { version } = createRequire(import.meta.url)('../package.json') as { version: string }
const pageFolder = fileURLToPath(new URL('../../web/dist', import.meta.url))

/** What has been started, in order; stopped the other way round. */
const started: { name: string; stop: () => Promise<void> }[] = []
const onStop = (name: string, stop: () => Promise<void>) => started.push({ name, stop })

async function start(): Promise<void> {
  const config = loadConfig(process.env)
  const startedUs = now()
  await mkdir(config.DATA_DIR, { recursive: true })
  const rules = loadKeyRules(config)
  const meters = new Meters()

  const store = await openStore(config, (text) => log('info', text))
  onStop('the store', () => store.close())
  const { journal, pump } = await startJournal(config, store)

  const overviews = new Overviews({ store, now, settings: config, intake: () => intakeOf(meters, journal) })
  const finder = new TraceFinder(store, rules, now)
  const journeys = new Journeys(store, rules, now)
  const questions = new Asking({ store, overviews, journeys, finder })
  const calls = config.EVALUATOR ? startCalls(store) : undefined

  const listening: Status['listening'] = []
  const gateway: { live?: LiveGateway } = {}
  const live = () => gateway.live?.counters() ?? { clients: 0, rooms: 0, dropped: 0 }
  const statuses = new Statuses({
    store,
    journal,
    pump,
    meters,
    overviews,
    calls,
    live,
    listening,
    version,
    startedUs,
    now,
  })

  const receive = await startReceive({ config, intake: journal, meters, rules, now })
  onStop('receiving', () => receive.close())
  const app = await openApp({
    parts: { overviews, finder, questions, statuses, eraser: new Eraser(store, journal, rules) },
    host: config.LISTEN_HOST,
    port: config.HTTP_PORT,
    origins: { listenHost: config.LISTEN_HOST, allowed: listOf(config.ALLOWED_HOSTS) },
    pageFolder,
  }).catch((error: unknown) => {
    throw portError('HTTP_PORT', config.HTTP_PORT, error)
  })
  onStop('the dashboard', () => app.close())
  gateway.live = app.live

  const ports = { httpPort: app.port, grpcPort: receive.grpcPort, otlpHttpPort: receive.httpPort }
  listening.push(...addresses(config, ports))
  startOwnTracing(config, ports)
  announce(config, ports)
}

/** Closing the journal seals what is open; the pump ends when all of that is inserted, or after its own limit. */
async function startJournal(config: Config, store: Store): Promise<{ journal: Journal; pump: Pump }> {
  const journal = await Journal.open({
    dir: join(config.DATA_DIR, 'journal'),
    bytesMax: config.JOURNAL_BYTES_MAX,
    sealRows: config.JOURNAL_SEAL_ROWS,
    sealMs: config.JOURNAL_SEAL_MS,
    resendSeconds: config.RESEND_WINDOW_SECONDS,
  })
  const pump = new Pump(journal, store, (text) => log('warn', text))
  pump.start()
  onStop('the pump', () => pump.stop())
  onStop('the journal', () => journal.close())
  return { journal, pump }
}

function startCalls(store: Store): Calls {
  const failed = (error: unknown) => log('warn', `Calls of the last windows could not be paired: ${say(error)}`)
  const calls = new Calls({ store, now, failed, traced })
  calls.start()
  onStop('the evaluator', () => calls.stop())
  return calls
}

function intakeOf(meters: Meters, journal: Journal) {
  const { spans } = meters.snapshot(now()).signals
  const { quarantined, fsyncP95Us } = journal.status()
  return {
    spansPerSecond: spans.rate,
    refused: Object.values(spans.rejected).reduce((sum, count) => sum + count, 0),
    quarantined,
    ...(spans.lastUs !== undefined && { lastUs: spans.lastUs }),
    ...(fsyncP95Us !== undefined && { fsyncP95Us }),
  }
}

interface Ports {
  httpPort: number
  grpcPort: number
  otlpHttpPort: number
}

function startOwnTracing(config: Config, { grpcPort }: Ports): void {
  if (!config.SELF_TRACING) return
  const telemetry = startTelemetry(config.SELF_TRACING_ENDPOINT ?? `http://${reach(config)}:${grpcPort}`, version)
  onStop('own tracing', () => telemetry.stop())
}

/** What is bound to every address is reached by loopback. */
const reach = ({ LISTEN_HOST: host }: Config) => (host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host)

function addresses(config: Config, { httpPort, grpcPort, otlpHttpPort }: Ports): Status['listening'] {
  const at = (port: number) => `${config.LISTEN_HOST}:${port}`
  return [
    { name: 'OTLP gRPC', address: at(grpcPort), state: 'ok' },
    { name: 'OTLP HTTP', address: at(otlpHttpPort), note: 'protobuf and JSON', state: 'ok' },
    { name: 'Dashboard and API', address: at(httpPort), state: 'ok' },
  ]
}

/** One line for people and one for programs, which may have asked for free ports. */
function announce(config: Config, ports: Ports): void {
  const { httpPort, grpcPort, otlpHttpPort } = ports
  const host = reach(config)
  console.log(
    `Hopscope is at http://${host}:${httpPort} and takes OTLP at ${host}:${grpcPort} (gRPC) and http://${host}:${otlpHttpPort} (HTTP)`,
  )
  console.log(`HOPSCOPE_READY ${JSON.stringify({ ...ports, pid: process.pid })}`)
}

function portError(setting: string, port: number, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'EADDRINUSE') {
    return new Error(
      `${setting}=${port} is in use by another program. Stop it, or set ${setting} to another port (0: any).`,
    )
  }
  if (code !== 'EACCES' && code !== 'EADDRNOTAVAIL') return error
  return new Error(`${setting}=${port} cannot be listened on (${code}). Check LISTEN_HOST and ${setting}.`)
}

const listOf = (text: string) => text.split(',').flatMap((name) => name.trim() || [])

async function stopAll(): Promise<void> {
  for (const { name, stop } of started.splice(0).reverse()) {
    await stop().catch((error: unknown) => log('error', `Stopping ${name} failed: ${say(error)}`))
  }
}

let stopping = false
function onSignal(signal: NodeJS.Signals): void {
  if (stopping) process.exit(1)
  stopping = true
  log('info', `${signal}: stopping; what was acknowledged is kept. The same again ends at once.`)
  void stopAll().then(() => process.exit(0))
}

process.on('SIGTERM', onSignal)
process.on('SIGINT', onSignal)
try {
  await start()
} catch (error) {
  log('error', say(error))
  await stopAll()
  process.exit(1)
}
