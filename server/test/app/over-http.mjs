// The app tests once more, over HTTP: starts the test-only front over the embedded engine for all of them, or takes the server
// that CLICKHOUSE_URL names. Run by Jest for the project `server over HTTP` (see jest.config.js).
import { fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const front = fileURLToPath(new URL('../store/clickhouse-http-front.mjs', import.meta.url))
let stop = async () => {}

/** Jest's globalSetup. The address goes to the workers in the environment; store-over-http.mjs takes it from there. */
export default async function start() {
  const given = process.env.CLICKHOUSE_URL
  if (given) {
    process.env.APP_TEST_STORE_URL = given
    return
  }
  const folder = mkdtempSync(join(tmpdir(), 'hopscope-app-front-'))
  const child = fork(front, [folder], { execArgv: [], stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
  const exited = new Promise((resolve) => child.once('exit', resolve))
  process.env.APP_TEST_STORE_URL = await new Promise((resolve, reject) => {
    let printed = ''
    child.stdout.on('data', (chunk) => {
      printed += chunk
      const address = /listening (\S+)/.exec(printed)?.[1]
      if (address) resolve(address)
    })
    void exited.then(() => reject(new Error(`the front ended before it listened: ${printed}`)))
  })
  stop = async () => {
    child.kill('SIGTERM')
    // The engine may wait for a statement that was given up; its data is a test's.
    const late = setTimeout(() => child.kill('SIGKILL'), 10_000)
    await exited
    clearTimeout(late)
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Ends the front, if there is one. */
export const end = () => stop()
