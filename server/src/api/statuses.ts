// Collects what the rooms know about themselves into one answer. Asks the store for sizes rarely, since they change slowly.
import type { Status } from '../contract/status.ts'
import type { Journal } from '../journal/journal.ts'
import type { Meters } from '../receive/meters.ts'
import type { Store, StoreStats } from '../store/clickhouse.ts'
import type { Pump } from '../store/pump.ts'
import type { Calls } from '../topology/calls.ts'
import type { Overviews } from '../topology/overviews.ts'
import { Remembered } from '../topology/remember.ts'

export interface StatusParts {
  store: Store
  journal: Journal
  pump: Pump
  meters: Meters
  overviews: Overviews
  /** Absent on replicas that do not evaluate. */
  calls: Calls | undefined
  live: () => { clients: number; rooms: number; dropped: number }
  /** Filled when the ports are open. */
  listening: Status['listening']
  version: string
  startedUs: number
  now: () => number
}

/** A check that takes longer counts as failed. */
const checkMs = 3000

export class Statuses {
  readonly version: string
  readonly parts: StatusParts
  readonly #stats: Remembered<StoreStats>

  constructor(parts: StatusParts) {
    this.parts = parts
    this.version = parts.version
    this.#stats = new Remembered(5, parts.now)
  }

  async status(): Promise<Status> {
    const { now, store, meters, journal, overviews, live, listening, startedUs } = this.parts
    const [stats, places, sources] = await Promise.all([
      this.#stats.get('', () => store.stats()),
      overviews.places(),
      overviews.fresh(),
    ])
    const { clients, dropped } = live()
    return {
      asOfUs: now(),
      startedUs,
      version: this.version,
      env: places.envs,
      clusters: places.clusters,
      listening,
      ...meters.snapshot(now()),
      journal: journal.status(),
      storage: stats,
      live: { clients, dropped },
      sources: sources.map(({ source, ...fresh }) => ({ name: source, ...fresh })),
    }
  }

  /** Each check by name: `ok`, or what is wrong. The store is migrated before anything listens. */
  async checks(): Promise<Record<string, string>> {
    const { store, journal, pump } = this.parts
    const { stalled } = pump.status()
    return {
      store: (await within(checkMs, store.ping())) ? 'ok' : 'does not answer',
      inserts: stalled === undefined ? 'ok' : `stopped since ${new Date(stalled.sinceUs / 1000).toISOString()}`,
      journal: journal.refusing() ? 'full: requests are refused until segments are inserted' : 'ok',
    }
  }
}

function within(ms: number, answer: Promise<boolean>): Promise<boolean> {
  const late = new Promise<boolean>((resolve) => setTimeout(resolve, ms, false).unref())
  return Promise.race([answer.catch(() => false), late])
}
