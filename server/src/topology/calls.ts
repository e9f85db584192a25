// The scheduled pairing of calls: every 10 s the last closed window, and again the windows of 30 and 60 s before, since
// exporters and collectors send late. What comes later than that is in the traces and not in the map's calls. Runs on the
// one replica that evaluates; a run never overlaps the next, and after a stop it catches up a bounded way back.
import type { Store } from '../store/clickhouse.ts'
import { readNewestWindow, readPairs, readWritten, windowSeconds, writeCalls } from '../store/queries/calls.ts'
import { resolveCalls } from './resolve-calls.ts'

/** Ages at which a window is paired, seconds after it closed. */
const paired = [10, 30, 60]
/** Windows that a restart catches up, newest kept: ten minutes. */
const catchUpMax = 60
/** Windows caught up by one run, so that live windows do not wait. */
const catchUpPerRun = 6

export interface CallsOptions {
  store: Store
  /** Microseconds since the epoch. */
  now: () => number
  /** Told of each failed run. */
  failed: (error: unknown) => void
  /** Wraps a run; self-tracing does. */
  traced?: (name: string, run: () => Promise<void>) => Promise<void>
}

export class Calls {
  /** Windows paired, runs that failed, and runs left out because the one before was still busy; since the start. */
  readonly counters = { windows: 0, failedRuns: 0, skippedRuns: 0 }
  readonly #options: CallsOptions
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined
  #behind: number[] | undefined

  constructor(options: CallsOptions) {
    this.#options = options
  }

  start(): void {
    this.#tick()
    this.#timer = setInterval(() => this.#tick(), windowSeconds * 1000)
  }

  /** Waits for a run that is under way. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#running
  }

  #tick(): void {
    if (this.#running !== undefined) {
      this.counters.skippedRuns++
      return
    }
    const traced = this.#options.traced ?? ((_name, run) => run())
    this.#running = traced('pair calls', () => this.#run())
      .catch((error: unknown) => {
        this.counters.failedRuns++
        this.#options.failed(error)
      })
      .finally(() => {
        this.#running = undefined
      })
  }

  async #run(): Promise<void> {
    const nowS = Math.floor(this.#options.now() / 1e6)
    const closed = nowS - (nowS % windowSeconds) - windowSeconds
    this.#behind ??= await this.#missed(closed)
    const windows = [...paired.map((age) => closed - age), ...this.#behind.splice(0, catchUpPerRun)]
    for (const t of windows) await this.#pair(t)
  }

  async #missed(closed: number): Promise<number[]> {
    const newest = await readNewestWindow(this.#options.store)
    const from = Math.max(newest ?? 0, closed - catchUpMax * windowSeconds)
    const count = Math.max(0, Math.floor((closed - from) / windowSeconds))
    return Array.from({ length: count }, (_, at) => closed - (at + 1) * windowSeconds)
  }

  async #pair(t: number): Promise<void> {
    const { store, now } = this.#options
    const [pairs, written] = await Promise.all([readPairs(store, t), readWritten(store, t)])
    await writeCalls(store, t, Math.floor(now() / 1000), resolveCalls(pairs, written))
    this.counters.windows++
  }
}
