// One real Kafka node (KRaft: broker and controller in one process) on loopback, from the jars of pom.xml. No container.
// In: an empty folder. Out: { bootstrap, pid, stop() }. Ready is what the broker's own log says; every wait is bounded; it is
// stopped by its process id.
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort, jars, javaCommand, run } from './tools.mjs'

const here = import.meta.dirname
const formatTimeoutMs = 60_000
const readyTimeoutMs = 90_000
const stopTimeoutMs = 20_000
const heap = ['-Xms128m', '-Xmx512m', '-XX:+UseSerialGC', '-XX:-UsePerfData', '-Xshare:auto']

/**
 * Starts a node whose data, log and process id live in `dir`. `port` 0 or absent takes a free one.
 * Throws when Java or Maven is missing, when `dir` already has a node, or when it is not ready in time.
 */
export async function start({ dir, port = 0, say = () => {} }) {
  const classPath = join(await jars(say), '*')
  if (existsSync(join(dir, 'data')))
    throw new Error(`${dir} already holds a Kafka. Remove it, or choose another folder: a node starts in an empty one.`)
  mkdirSync(dir, { recursive: true })
  const brokerPort = port || (await freePort())
  const controllerPort = await freePort()
  const properties = join(dir, 'server.properties')
  writeFileSync(properties, serverProperties(dir, brokerPort, controllerPort))
  const java = [...heap, `-Dlog4j2.configurationFile=${join(here, 'log4j2.properties')}`, '-Dlog4j2.disable.jmx=true']
  const cluster = clusterId()
  const format = ['kafka.tools.StorageTool', 'format', '--standalone', '--cluster-id', cluster, '--config', properties]
  await run(javaCommand(), [...java, '-cp', classPath, ...format], formatTimeoutMs)
  const child = spawnLogged([...java, '-cp', classPath, 'kafka.Kafka', properties], join(dir, 'kafka.log'))
  writeFileSync(join(dir, 'kafka.pid'), String(child.pid))
  try {
    await untilReady(child, join(dir, 'kafka.log'))
  } catch (error) {
    await end(child)
    throw error
  }
  const stop = async () => {
    await end(child)
    rmSync(join(dir, 'kafka.pid'), { force: true })
  }
  return { bootstrap: `127.0.0.1:${brokerPort}`, cluster, pid: child.pid, exited: onceExited(child), stop }
}

// 16 bytes as Kafka writes them. The first bit is clear, or one id in 64 would begin with "-" and be taken for an option.
function clusterId() {
  const bytes = randomBytes(16)
  bytes[0] &= 0x7f
  return bytes.toString('base64url')
}

function spawnLogged(args, logFile) {
  const log = openSync(logFile, 'a')
  // Its own process group, so that Ctrl-C in the terminal stops it after its clients and not together with them.
  const child = spawn(javaCommand(), args, { stdio: ['ignore', log, log], detached: true })
  closeSync(log)
  return child
}

const onceExited = (child) => new Promise((resolve) => child.once('exit', (code, signal) => resolve(signal ?? code)))
const hasExited = (child) => child.exitCode !== null || child.signalCode !== null
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

// The port opens before the broker takes requests; this line comes after.
async function untilReady(child, logFile) {
  const deadline = Date.now() + readyTimeoutMs
  for (;;) {
    const log = readFileSync(logFile, 'utf8')
    if (log.includes('Kafka Server started')) return
    const tail = log.split('\n').slice(-15).join('\n')
    if (hasExited(child)) throw new Error(`Kafka ended before it was ready. Its last lines (${logFile}):\n${tail}`)
    if (Date.now() > deadline)
      throw new Error(`Kafka was not ready in ${readyTimeoutMs / 1000} s. Its last lines (${logFile}):\n${tail}`)
    await sleep(100)
  }
}

async function end(child) {
  if (hasExited(child)) return
  const exited = onceExited(child)
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs)
  await exited
  clearTimeout(timer)
}

// One node: every internal topic has one copy, and few partitions, because fifty of each cost seconds at the start.
function serverProperties(dir, brokerPort, controllerPort) {
  return `process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers=127.0.0.1:${controllerPort}
listeners=PLAINTEXT://127.0.0.1:${brokerPort},CONTROLLER://127.0.0.1:${controllerPort}
advertised.listeners=PLAINTEXT://127.0.0.1:${brokerPort},CONTROLLER://127.0.0.1:${controllerPort}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs=${join(dir, 'data')}
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=2
default.replication.factor=1
num.partitions=1
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
log.cleaner.dedupe.buffer.size=4194304
num.network.threads=2
num.io.threads=2
`
}
