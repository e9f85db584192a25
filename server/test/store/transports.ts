// Opens the store for a test over each transport: embedded in this process, and HTTP to the test-only front in a child
// process, or to a real server when TEST_CLICKHOUSE_URL names one. One folder for each call, removed at the end.
import { fork } from 'node:child_process'
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
  const front = transport === 'http' ? await startServer(join(dir, 'front')) : undefined
  const config = loadConfig({ ...settings, DATA_DIR: dir, ...(front ? { CLICKHOUSE_URL: front.url } : {}) })
  const store = await openStore(config)
  const close = async () => {
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

async function startServer(dir: string): Promise<Front> {
  const real = process.env['TEST_CLICKHOUSE_URL']
  return real ? { url: real, stop: async () => {} } : await startFront(dir)
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
    await exited
  }
  return { url, stop }
}
