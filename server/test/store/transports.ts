// Opens the store for a test over each transport: embedded in this process, and HTTP to the test-only front in a child
// process, or to a real server when CLICKHOUSE_URL names one. One folder for each call, and one database there, removed at the end.
import { fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadConfig } from '../../src/config.ts'
import { openStore, type Store, type StoreConfig } from '../../src/store/clickhouse.ts'

export const transports = ['embedded', 'http'] as const
export type Transport = (typeof transports)[number]

export interface OpenedStore {
  store: Store
  dir: string
  config: StoreConfig
  close: () => Promise<void>
}

export async function openTestStore(transport: Transport, settings: Record<string, string> = {}): Promise<OpenedStore> {
  const dir = mkdtempSync(join(tmpdir(), 'hopscope-store-'))
  const real = process.env['CLICKHOUSE_URL']
  const front = transport === 'http' && !real ? await startFront(join(dir, 'front')) : undefined
  const url = transport === 'http' ? (real ?? front?.url) : undefined
  const CLICKHOUSE_DATABASE = `test_${randomBytes(6).toString('hex')}`
  const config = loadConfig({ ...settings, DATA_DIR: dir, CLICKHOUSE_DATABASE, ...(url && { CLICKHOUSE_URL: url }) })
  const store = await openStore(config)
  const close = async () => {
    if (real) await store.command(`DROP DATABASE ${CLICKHOUSE_DATABASE}`)
    await store.close()
    await front?.stop()
    rmSync(dir, { recursive: true, force: true })
  }
  return { store, dir, config, close }
}

export interface Front {
  url: string
  stop: () => Promise<void>
}

/** Starts the front as a child process and waits until it listens. */
export async function startFront(dir: string, ...more: string[]): Promise<Front> {
  const child = fork(fileURLToPath(new URL('./clickhouse-http-front.mjs', import.meta.url)), [dir, ...more], {
    execArgv: [],
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const url = await new Promise<string>((resolve, reject) => {
    let printed = ''
    child.stdout?.on('data', (chunk: Buffer) => {
      printed += chunk.toString()
      const address = /listening (\S+)/.exec(printed)?.[1]
      if (address) resolve(address)
    })
    void exited.then(() => reject(new Error(`the front ended before it listened: ${printed}`)))
  })
  const stop = async () => {
    child.kill('SIGTERM')
    // The engine may wait for a statement that was given up; its data is a test's.
    const late = setTimeout(() => child.kill('SIGKILL'), 10_000)
    await exited
    clearTimeout(late)
  }
  return { url, stop }
}
