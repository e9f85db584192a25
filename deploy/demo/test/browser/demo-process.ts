// Starts `npm start`, `npm run demo` or `npm run demo:kafka` as a newcomer does, on free ports and in a folder of its own, and ends it by its id.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../../../..')
const startMs = 240_000
const stopMs = 30_000

export interface RunningDemo {
  dashboard: string
  control: string
  /** Where OTLP over gRPC goes. */
  grpc: string
  output(): string
  stop(): Promise<void>
}

/** Rejects with all that was printed when it ends before it is ready. */
export async function startDemo(command: 'start' | 'demo' | 'demo:kafka'): Promise<RunningDemo> {
  const dir = mkdtempSync(join(tmpdir(), 'hopscope-demo-'))
  const [http, grpc, otlp, control] = await freePorts(4)
  const child = spawn(process.execPath, ['deploy/run.mjs', command], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      DATA_DIR: dir,
      HTTP_PORT: String(http),
      OTLP_GRPC_PORT: String(grpc),
      OTLP_HTTP_PORT: String(otlp),
      DEMO_PORT: String(control),
    },
  })
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (printed += text.toString()))
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const stop = async () => {
    child.kill('SIGTERM')
    const late = setTimeout(() => child.kill('SIGKILL'), stopMs)
    await exited
    clearTimeout(late)
    rmSync(dir, { recursive: true, force: true })
  }
  const untilMs = Date.now() + startMs
  while (!/ready after/.test(printed)) {
    if (child.exitCode !== null || Date.now() > untilMs) {
      await stop()
      throw new Error(`npm run ${command} is not ready:\n${printed}`)
    }
    await new Promise((done) => setTimeout(done, 200))
  }
  const at = (port: number | undefined) => `http://127.0.0.1:${port}`
  return { dashboard: at(http), control: at(control), grpc: at(grpc), output: () => printed, stop }
}

/** Ports that were free a moment ago; held open together, so that no two are the same. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve) =>
          server.once('listening', () => resolve((server.address() as { port: number }).port)),
        ),
    ),
  )
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))))
  return ports
}
