// Starts the built server as its users do: a process of its own, on free ports, with a folder of its own. Stopped by its id.
// The project `server over HTTP` names a store in STORE_URL: each server then has a database of its own there, removed again.
import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createClient } from '@clickhouse/client'

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url))
const startMs = 60_000
const stopMs = 30_000

export interface ServerOptions {
  /** Kept after the stop, so that a second server finds what the first one left. Without it a folder is made and removed. */
  dataDir?: string
  env?: Record<string, string>
}

export interface ServerProcess {
  /** `http://127.0.0.1:port` of the dashboard and API. */
  url: string
  /** `http://127.0.0.1:port` of OTLP. */
  grpcUrl: string
  otlpUrl: string
  pid: number
  dataDir: string
  /** All that it has written so far. */
  output(): string
  /** Ends it as an operator would; resolves with the exit code. */
  stop(): Promise<number | null>
  /** Ends it as a power cut would. */
  kill(): Promise<void>
}

/** Resolves when the server is ready. Rejects with what it has written when it ends before that. */
export async function startServer({ dataDir, env = {} }: ServerOptions = {}): Promise<ServerProcess> {
  const folder = dataDir ?? (await mkdtemp(join(tmpdir(), 'hopscope-')))
  const store = storeOf(env)
  const { child, output } = run({ DATA_DIR: folder, ...store, ...env })
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const ready = await waitFor(
    () => /^HOPSCOPE_READY (.*)$/m.exec(output())?.[1],
    startMs,
    () => (child.exitCode === null ? undefined : `the server ended with ${child.exitCode}:\n${output()}`),
  )
  const { httpPort, grpcPort, otlpHttpPort } = JSON.parse(ready) as Record<string, number>
  const finish = async (signal: NodeJS.Signals) => {
    child.kill(signal)
    const late = setTimeout(() => child.kill('SIGKILL'), stopMs)
    const code = await ended
    clearTimeout(late)
    if (dataDir === undefined) await forget(folder, store)
    return code
  }
  return {
    url: `http://127.0.0.1:${httpPort}`,
    grpcUrl: `http://127.0.0.1:${grpcPort}`,
    otlpUrl: `http://127.0.0.1:${otlpHttpPort}`,
    pid: child.pid!,
    dataDir: folder,
    output,
    stop: () => finish('SIGTERM'),
    kill: async () => void (await finish('SIGKILL')),
  }
}

/** Runs the server with settings that are expected to fail; resolves with its exit code and what it has written. */
export async function runServer(env: Record<string, string>): Promise<{ code: number | null; output: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'hopscope-'))
  const store = storeOf(env)
  const { child, output } = run({ DATA_DIR: folder, ...store, ...env })
  const late = setTimeout(() => child.kill('SIGKILL'), startMs)
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve))
  clearTimeout(late)
  await forget(folder, store)
  return { code, output: output() }
}

/** Settings of a store behind HTTP; none for the embedded engine and for a test that chooses its store itself. */
function storeOf(env: Record<string, string>): Record<string, string> {
  const url = process.env['STORE_URL']
  if (url === undefined || env['CLICKHOUSE_URL'] !== undefined) return {}
  return { CLICKHOUSE_URL: url, CLICKHOUSE_DATABASE: env['CLICKHOUSE_DATABASE'] ?? freshDatabase() }
}

/** A name that no other test has, also not on a server that is there for longer. */
export const freshDatabase = () => `test_${randomBytes(6).toString('hex')}`

async function forget(folder: string, { CLICKHOUSE_URL: url, CLICKHOUSE_DATABASE: database }: Record<string, string>) {
  await rm(folder, { recursive: true, force: true })
  if (url === undefined || database === undefined) return
  const client = createClient({ url })
  await client.command({ query: `DROP DATABASE IF EXISTS ${database}` })
  await client.close()
}

function run(env: Record<string, string>): { child: ChildProcess; output: () => string } {
  const child = spawn(process.execPath, [main], {
    env: {
      PATH: process.env['PATH'],
      UV_THREADPOOL_SIZE: '16',
      HTTP_PORT: '0',
      OTLP_GRPC_PORT: '0',
      OTLP_HTTP_PORT: '0',
      SELF_TRACING: '0',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const written: string[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => written.push(text.toString()))
  return { child, output: () => written.join('') }
}

/** Asks again until there is an answer. Rejects after `limitMs`, or at once with what `broken` says. */
export async function waitFor<T>(
  ask: () => Promise<T | undefined | false> | T | undefined | false,
  limitMs = 30_000,
  broken: () => string | undefined = () => undefined,
): Promise<T> {
  const untilMs = Date.now() + limitMs
  let last: unknown
  for (;;) {
    try {
      const answer = await ask()
      if (answer !== undefined && answer !== false) return answer
    } catch (error) {
      last = error
    }
    const reason = broken()
    if (reason !== undefined) throw new Error(reason)
    if (Date.now() > untilMs) throw new Error(`nothing after ${limitMs} ms: ${String(last ?? ask)}`, { cause: last })
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** GET that expects JSON; the status is part of the answer. */
export async function getJson<T = Record<string, unknown>>(
  url: string,
): Promise<{ status: number; body: T; type: string }> {
  const response = await fetch(url)
  return {
    status: response.status,
    body: (await response.json()) as T,
    type: response.headers.get('content-type') ?? '',
  }
}
