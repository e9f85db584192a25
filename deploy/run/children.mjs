// The processes that a command starts: each says in one line of its output that it is ready, and is stopped by its process id,
// in the opposite order of starting.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { print, root, say, Stop } from './steps.mjs'

const stopTimeoutMs = 20_000

export class Children {
  #stops = []
  #stopping = undefined
  #onDeath

  /** `onDeath(sentence)` is called when one ends that was not told to. */
  constructor(onDeath) {
    this.#onDeath = onDeath
  }

  /**
   * Starts `node script` and resolves with the JSON behind `readyWord`, or at once without one. Lines of the child are shown
   * with its name in front. Throws a Stop with its last lines when it ends first, or is not ready in `timeoutMs`.
   */
  start(name, script, { env, readyWord, timeoutMs }) {
    if (this.#stopping) throw new Stop('stopped')
    // A process group of its own: Ctrl-C reaches only us, and we stop the processes one after the other.
    const child = spawn(process.execPath, [script], {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    const last = []
    let ready = readyWord === undefined
    this.add(name, () => end(child))
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        if (!ready) reject(new Stop(`${name} was not ready in ${timeoutMs / 1000} s.${tail(last)}`))
      }, timeoutMs)
      if (ready) resolve({})
      const line = (text) => {
        if (readyWord && text.startsWith(`${readyWord} `)) {
          ready = true
          clearTimeout(timer)
          return resolve(JSON.parse(text.slice(readyWord.length + 1)))
        }
        last.push(text)
        if (last.length > 20) last.shift()
        if (ready) print(`${name} | ${text}`)
      }
      createInterface({ input: child.stdout }).on('line', line)
      createInterface({ input: child.stderr }).on('line', line)
      child.once('error', (error) => reject(new Stop(`${name} could not be started: ${error.message}`)))
      child.once('exit', (code, signal) => {
        clearTimeout(timer)
        const sentence = `${name} ended by itself (${signal ?? `exit code ${code}`}).`
        // Output may still be on its way when a process ends.
        setTimeout(() => {
          if (!ready) reject(new Stop(`${sentence}${tail(last)}`))
          else if (!this.#stopping) this.#onDeath(sentence)
        }, 100)
      })
    })
  }

  /** Something else to stop in its turn, such as a Kafka. */
  add(name, stop) {
    this.#stops.push({ name, stop })
  }

  get stopping() {
    return this.#stopping !== undefined
  }

  /** Stops all, last started first. Resolves when all have ended. */
  stop() {
    this.#stopping ??= (async () => {
      for (const { name, stop } of this.#stops.reverse()) {
        const how = await stop()
        if (how === 'killed') say(`${name} did not stop in ${stopTimeoutMs / 1000} s and was killed`)
      }
    })()
    return this.#stopping
  }
}

const tail = (lines) => (lines.length === 0 ? '' : `\n${lines.map((line) => `    ${line}`).join('\n')}`)

async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return undefined
  const exited = new Promise((resolve) => child.once('exit', resolve))
  let how
  child.kill('SIGTERM')
  const timer = setTimeout(() => {
    how = 'killed'
    child.kill('SIGKILL')
  }, stopTimeoutMs)
  await exited
  clearTimeout(timer)
  return how
}
