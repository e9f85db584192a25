// npm run bench:ingest -- [--spans 1000000] [--transport grpc|http] [--in-flight 8] [--seed 1] [--seconds 900] [--profile folder] [--keep]
// Measures how many spans the built server acknowledges, what it spends on them, and how many bytes they take. Starts the
// server itself, sends a deterministic load, waits until the journal is drained, stops it, and counts what is stored.
// A request that is told to come again is sent again after a pause and never counted twice.
import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, loadavg, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { Requests } from './load/requests.mjs'
import { openSender } from './senders.mjs'
import { startServer } from './server-process.mjs'
import { measureTables } from './tables.mjs'

const { values: given } = parseArgs({
  options: {
    spans: { type: 'string', default: '1000000' },
    transport: { type: 'string', default: 'grpc' },
    'in-flight': { type: 'string', default: '8' },
    seed: { type: 'string', default: '1' },
    seconds: { type: 'string', default: '900' },
    profile: { type: 'string' },
    keep: { type: 'boolean', default: false },
  },
})
const wanted = Number(given.spans)
/** A slow machine ends the sending before all spans are sent; what was acknowledged is measured all the same. */
const limitMs = Number(given.seconds) * 1000
const laterMs = 100
const drainMs = 120_000
/** Merges go on after the last insert; what they cost belongs to the spans. */
const settleMs = 10_000

const say = (text) => process.stdout.write(`${text}\n`)
const fixed = (value, digits = 1) => value.toFixed(digits)
const loads = () =>
  loadavg()
    .map((load) => fixed(load, 2))
    .join(' ')

/** Sends until enough is acknowledged. Latencies are of acknowledged requests, the tries before them left out. */
async function sendAll(sender, requests) {
  const latenciesMs = []
  let acked = 0
  let taken = 0
  let later = 0
  const startedMs = performance.now()
  const work = async () => {
    while (taken < wanted && performance.now() - startedMs < limitMs) {
      const { body, spans } = requests.next(Date.now())
      taken += spans
      for (;;) {
        const sentMs = performance.now()
        if ((await sender.send(body)) === 'ok') {
          latenciesMs.push(performance.now() - sentMs)
          break
        }
        later += 1
        await pause(laterMs)
      }
      acked += spans
    }
  }
  await Promise.all(Array.from({ length: Number(given['in-flight']) }, work))
  latenciesMs.sort((a, b) => a - b)
  return { acked, later, seconds: (performance.now() - startedMs) / 1000, latenciesMs }
}

async function drained(server) {
  const startedMs = performance.now()
  while ((await server.status()).journal.segments > 0) {
    if (performance.now() - startedMs > drainMs) throw new Error(`the journal is not drained after ${drainMs} ms`)
    await pause(50)
  }
  return (performance.now() - startedMs) / 1000
}

function sayMachine(requests) {
  const { shape } = requests
  let commit = 'unknown'
  try {
    commit = execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' }).trim()
  } catch {
    // Not a clone: the figures say so.
  }
  say(
    `machine    ${cpus().length} x ${cpus()[0]?.model}, ${fixed(totalmem() / 2 ** 30)} GiB; Node ${process.versions.node}; commit ${commit}`,
  )
  say(`load avg   ${loads()} before (1, 5, 15 minutes)`)
  say(
    `load       ${wanted} spans over ${given.transport}, ${given['in-flight']} in flight, seed ${given.seed}: ${fixed(shape.spansPerRequest, 0)} spans a request, ` +
      `${fixed(shape.bytesPerSpan, 0)} bytes and ${fixed(shape.attributesPerSpan)} attributes a span, ${fixed(shape.errorShare * 100)} % errors`,
  )
}

function saySent(sent, drainSeconds, usage, ownCpuSeconds) {
  const millions = sent.acked / 1e6
  const at = (share) => fixed(sent.latenciesMs[Math.floor(share * (sent.latenciesMs.length - 1))])
  say(
    `acked      ${sent.acked} spans in ${fixed(sent.seconds)} s: ${fixed(sent.acked / sent.seconds, 0)} spans/s, each after its fsync; ${sent.later} times told to come again`,
  )
  say(`ack ms     p50 ${at(0.5)}, p95 ${at(0.95)}, max ${at(1)}`)
  say(
    `drained    ${fixed(drainSeconds)} s after the last ack: ${fixed(sent.acked / (sent.seconds + drainSeconds), 0)} spans/s to queryable`,
  )
  say(
    `CPU s / 1M server ${fixed(usage.atAck / millions)} until the last ack, ${fixed(usage.atDrain / millions)} until drained, ` +
      `${fixed(usage.settled / millions)} with ${settleMs / 1000} s of merges after it; generator ${fixed(ownCpuSeconds / millions)}`,
  )
  say(`server RSS ${fixed(usage.rssMaxMiB, 0)} MiB at most`)
}

async function run(dataDir) {
  const requests = new Requests(Number(given.seed))
  sayMachine(requests)
  const profile = given.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${given.profile}`]
  const server = await startServer(dataDir, profile)
  const sender = openSender(given.transport, server)
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(
      signal,
      () =>
        void server
          .stop()
          .then(() => rm(dataDir, { recursive: true, force: true }))
          .then(() => process.exit(130)),
    )
  }
  try {
    const before = server.usage().cpuSeconds
    const spent = () => server.usage().cpuSeconds - before
    const ownBefore = process.cpuUsage()
    const sent = await sendAll(sender, requests)
    const own = process.cpuUsage(ownBefore)
    const atAck = spent()
    const drainSeconds = await drained(server)
    const atDrain = spent()
    await pause(settleMs)
    saySent(
      sent,
      drainSeconds,
      { atAck, atDrain, settled: spent(), rssMaxMiB: server.usage().rssMaxMiB },
      (own.user + own.system) / 1e6,
    )
    say(`load avg   ${loads()} after`)
    return sent.acked
  } finally {
    sender.close()
    const code = await server.stop()
    if (code !== 0) say(`the server ended with ${code}:\n${server.output()}`)
  }
}

const dataDir = await mkdtemp(join(tmpdir(), 'hopscope-bench-'))
try {
  const acked = await run(dataDir)
  const { stored, lines } = await measureTables(dataDir, acked)
  for (const line of lines) say(line)
  const isWhole = stored === acked
  say(`stored     ${stored} of ${acked} acknowledged spans: ${isWhole ? 'all of them, once' : 'NOT EQUAL'}`)
  process.exitCode = isWhole ? 0 : 1
} finally {
  if (given.keep) say(`kept       ${dataDir}`)
  else await rm(dataDir, { recursive: true, force: true })
}
