// The one ticking clock of the page. `nowUs` moves once a second and is the server's time as far as it is known, so that
// ages are right also where the clock of the browser is wrong.

class Clock {
  /** The server's time, microseconds; moves once a second. */
  nowUs = $state(Date.now() * 1000)
  /** The browser's own, milliseconds; for how long this page has been waiting. */
  nowMs = $state(Date.now())
  #aheadUs: number | undefined

  /** Call with the server's `asOfUs` when an answer arrives. The least delayed answer is the best guess. */
  learn(asOfUs: number): void {
    const aheadUs = asOfUs - Date.now() * 1000
    this.#aheadUs = this.#aheadUs === undefined ? aheadUs : Math.max(this.#aheadUs, aheadUs)
    // A server that was restarted with a corrected clock is believed after a minute.
    if (this.#aheadUs - aheadUs > 60_000_000) this.#aheadUs = aheadUs
    this.tick()
  }

  tick(): void {
    this.nowMs = Date.now()
    this.nowUs = Date.now() * 1000 + (this.#aheadUs ?? 0)
  }
}

export const clock = new Clock()

if (typeof window !== 'undefined') setInterval(() => clock.tick(), 1000)
