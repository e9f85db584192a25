// Starts the product, alone or with the demo, and prints one block of addresses at the end. The order is: a Kafka (if any), the
// server, the collector (if there is a Kafka), the demo. It stops the other way round.
import { mkdirSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { start as startKafka } from '../kafka/kafka.mjs'
import { Children } from './children.mjs'
import { checkPorts, portOf } from './ports.mjs'
import { build, install, print, root, say } from './steps.mjs'

const readyTimeoutMs = 60_000
const demoDir = process.env.DATA_DIR ? resolve(process.env.DATA_DIR) : join(root, '.data/demo')
/** What the in-memory log calls itself (deploy/demo/src/shop.ts). */
const memoryCluster = 'demo-in-memory'
const notes = {
  memory: "The demo's services talk over an in-memory log with Kafka's semantics, not over Kafka.",
  kafka: "The demo's services talk over a real Kafka, which this command started.",
}

/** `demo`: undefined, 'memory' or 'kafka'. Resolves with the exit code when all has ended. */
export async function up(demo) {
  const started = Date.now()
  const host = process.env.LISTEN_HOST || '127.0.0.1'
  const demoPort = demo ? await portOf('DEMO_PORT', 8090, true) : 0
  await checkPorts(host, [
    ['HTTP_PORT', await portOf('HTTP_PORT', 8080)],
    ['OTLP_GRPC_PORT', await portOf('OTLP_GRPC_PORT', 4317)],
    ['OTLP_HTTP_PORT', await portOf('OTLP_HTTP_PORT', 4318)],
  ])
  await checkPorts('127.0.0.1', [['DEMO_PORT', demoPort]])
  await install()
  await build()
  const { children, ended } = untilToldToStop()
  try {
    const kafka = await openKafka(demo, children)
    const server = await startServer(children, demo, demoPort, kafka?.cluster)
    const urls = {
      dashboard: `http://${reachable(host)}:${server.httpPort}`,
      grpc: `http://${reachable(host)}:${server.grpcPort}`,
      http: `http://${reachable(host)}:${server.otlpHttpPort}`,
    }
    const brokers = kafka?.bootstrap ?? process.env.KAFKA_BROKERS
    if (demo !== 'memory' && brokers) await startCollector(children, urls, brokers, demo)
    if (demo) urls.control = await startDemo(children, urls, { demo, demoPort, brokers: kafka?.bootstrap })
    print(block(urls, demo, brokers, started))
  } catch (error) {
    // Told to stop while something was still starting: that it ended is then no error.
    if (children.stopping) return ended
    await children.stop()
    throw error
  }
  return ended
}

// Resolves with 0 after a signal and with 1 when a process died by itself; both after all have ended. A second signal does not wait.
function untilToldToStop() {
  let children
  const ended = new Promise((resolve) => {
    const stop = (code) => void children.stop().then(() => resolve(code))
    children = new Children((sentence) => {
      say(`${sentence} Stopping the rest.`)
      stop(1)
    })
    let signals = 0
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
      process.on(signal, () => {
        signals += 1
        if (signals === 1) say('stopping')
        if (signals > 2) process.exit(130)
        stop(0)
      })
  })
  return { children, ended }
}

async function openKafka(demo, children) {
  if (!demo) return undefined
  // The demo begins empty each time: its offsets begin at 0 again, and must not meet those of the run before. A folder that was
  // named is somebody's: nothing is removed there.
  if (!process.env.DATA_DIR) rmSync(demoDir, { recursive: true, force: true })
  mkdirSync(demoDir, { recursive: true })
  if (demo !== 'kafka') return undefined
  const started = Date.now()
  const kafka = await startKafka({ dir: join(demoDir, 'kafka'), say })
  children.add('Kafka', () => kafka.stop())
  say(`Kafka runs at ${kafka.bootstrap} after ${((Date.now() - started) / 1000).toFixed(1)} s`)
  return kafka
}

function startServer(children, demo, demoPort, kafkaCluster) {
  say('starting the server')
  return children.start('server', 'server/dist/main.js', {
    readyWord: 'HOPSCOPE_READY',
    timeoutMs: readyTimeoutMs,
    env: {
      // Read by libuv before the first line of the program runs, so it cannot be set later.
      UV_THREADPOOL_SIZE: process.env.UV_THREADPOOL_SIZE ?? '16',
      ...(demo && {
        DATA_DIR: demoDir,
        DEMO_URL: `http://127.0.0.1:${demoPort}`,
        DEMO_NOTE: notes[demo],
        // The shop's spans do not say which cluster they mean, as most spans do not; there is only this one.
        DEFAULT_CLUSTER: process.env.DEFAULT_CLUSTER ?? kafkaCluster ?? memoryCluster,
      }),
    },
  })
}

function startCollector(children, urls, brokers, demo) {
  return children.start('collector', 'collector/dist/main.js', {
    timeoutMs: readyTimeoutMs,
    env: {
      KAFKA_BROKERS: brokers,
      OTEL_EXPORTER_OTLP_ENDPOINT: urls.grpc,
      ...(demo && { COLLECTOR_ENV: 'demo', CLUSTER_ALIAS: 'demo' }),
    },
  })
}

async function startDemo(children, urls, { demo, demoPort, brokers }) {
  say('opening the shop')
  const { url } = await children.start('demo', 'deploy/demo/dist/main.js', {
    readyWord: 'DEMO_READY',
    timeoutMs: readyTimeoutMs,
    env: {
      TRANSPORT: demo,
      ...(brokers && { KAFKA_BROKERS: brokers }),
      OTEL_EXPORTER_OTLP_ENDPOINT: urls.grpc,
      DASHBOARD_URL: urls.dashboard,
      DEMO_PORT: String(demoPort),
      // The data folder is new, so orders can be counted from a number that can be read.
      ORDER_ID_START: process.env.ORDER_ID_START ?? '8000',
    },
  })
  return url
}

const reachable = (host) => (host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host)

function block(urls, demo, brokers, started) {
  const lines = [
    ['dashboard', urls.dashboard],
    ['send OTLP to', `${urls.grpc} (gRPC), ${urls.http} (HTTP)`],
    ...(demo ? [['break things at', urls.control]] : []),
    ...(demo === 'memory' ? [['the demo', notes.memory]] : []),
    ...(brokers && demo !== 'memory' ? [['watching Kafka', brokers]] : []),
  ]
  const width = Math.max(...lines.map(([name]) => name.length))
  const rule = '─'.repeat(72)
  const rows = lines.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`)
  return `\n${rule}\n${rows.join('\n')}\n${rule}\n  ready after ${((Date.now() - started) / 1000).toFixed(1)} s; Ctrl-C stops everything\n`
}
