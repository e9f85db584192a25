// Runs the built server as its users do, on free ports with a folder of its own, and reads from the kernel what it uses:
// processor time of all its threads, and memory. Stops it by its id.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url))
/** Clock ticks a second in /proc; Linux has had 100 on every common machine. */
const ticksPerSecond = 100
const startMs = 60_000

/** Resolves when the server takes OTLP; rejects with what it wrote. `nodeArguments` go before the program. */
export async function startServer(dataDir, nodeArguments = []) {
  const child = spawn(process.execPath, [...nodeArguments, main], {
    env: {
      PATH: process.env.PATH,
      ...pick('JOURNAL_'),
      DATA_DIR: dataDir,
      HTTP_PORT: '0',
      OTLP_GRPC_PORT: '0',
      OTLP_HTTP_PORT: '0',
      SELF_TRACING: '0',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text) => (output = (output + text).slice(-20_000)))
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const untilMs = Date.now() + startMs
  let ready
  while (!(ready = /^HOPSCOPE_READY (.*)$/m.exec(output)?.[1])) {
    if (child.exitCode !== null || Date.now() > untilMs) {
      child.kill('SIGKILL')
      throw new Error(`the server did not start (is it built?):\n${output}`)
    }
    await new Promise((done) => setTimeout(done, 50))
  }
  const ports = JSON.parse(ready)
  return {
    ...ports,
    pid: child.pid,
    usage: () => usageOf(child.pid),
    status: async () => (await fetch(`http://127.0.0.1:${ports.httpPort}/api/v1/status`)).json(),
    output: () => output,
    stop: async () => {
      child.kill('SIGTERM')
      return await ended
    },
  }
}

function pick(prefix) {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith(prefix)))
}

/** Seconds of processor time of all threads so far, and the most memory held at once, MiB. */
function usageOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')
  const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return { cpuSeconds: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond, rssMaxMiB: Number(peak[1]) / 1024 }
}
