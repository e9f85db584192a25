// Runs every test that this machine can run, says loudly which it cannot and why, and ends with `N passed, N failed`.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { missing, things } from './needs.mjs'
import { build, install, print, root, say, Stop } from './steps.mjs'

/** Extra arguments go to Jest as they are. Resolves with the exit code. */
export async function test(args) {
  await install()
  await build()
  const lacking = things.map((thing) => [thing, missing(thing)]).filter(([, reason]) => reason)
  if (lacking.length > 0 && process.env.REQUIRE_REAL === '1')
    throw new Stop(
      `REQUIRE_REAL=1, so nothing may be skipped:\n${lacking.map(([, reason]) => `  ${reason}`).join('\n')}`,
    )
  announce(lacking)
  const folder = mkdtempSync(join(tmpdir(), 'hopscope-test-'))
  try {
    const code = await jest(args, join(folder, 'results.json'))
    const { passed, failed, skipped } = summarise(JSON.parse(readResults(join(folder, 'results.json'))))
    announce(lacking)
    if (skipped > 0) print(`${skipped} skipped`)
    print(`${passed} passed, ${failed} failed`)
    return failed > 0 || code !== 0 ? 1 : 0
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Counts of a Jest result. A file that could not be run at all counts as one failure, or its tests would vanish. */
export function summarise(results) {
  return {
    passed: results.numPassedTests,
    failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
    skipped: results.numPendingTests + results.numTodoTests,
  }
}

function announce(lacking) {
  for (const [thing, reason] of lacking) say(`NOT TESTED on this machine: what needs ${thing}, because ${reason}`)
}

function jest(args, outputFile) {
  const flags = ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js']
  const all = [...flags, '--json', `--outputFile=${outputFile}`, ...args]
  return new Promise((resolve, reject) => {
    // Jest's JSON also goes to standard output, which says nothing that the file does not; its words for people are on the other.
    const child = spawn(process.execPath, all, {
      cwd: root,
      stdio: ['inherit', 'ignore', 'inherit'],
      env: { UV_THREADPOOL_SIZE: '16', ...process.env },
    })
    const forward = (signal) => child.kill(signal)
    process.once('SIGTERM', forward)
    child.once('error', reject)
    child.once('exit', (code) => {
      process.off('SIGTERM', forward)
      resolve(code ?? 1)
    })
  })
}

function readResults(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    throw new Stop('Jest ended without results; its own words are above.\n0 passed, 1 failed')
  }
}
