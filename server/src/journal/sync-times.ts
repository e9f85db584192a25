// How long the last syncs took. Bounded; answers the 95th percentile.

const SYNC_TIMES_MAX = 256

export class SyncTimes {
  readonly #timesUs: number[] = []
  #at = 0

  add(durationUs: number): void {
    this.#timesUs[this.#at] = durationUs
    this.#at = (this.#at + 1) % SYNC_TIMES_MAX
  }

  /** Microseconds; undefined before the first sync. */
  p95Us(): number | undefined {
    const sorted = [...this.#timesUs].sort((a, b) => a - b)
    return sorted[Math.ceil(sorted.length * 0.95) - 1]
  }
}
