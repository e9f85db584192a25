// Which requests were stored of late, so that a client's resend is dropped. Bounded in time and in count; what falls out
// of it is forgotten, and its resend would be stored again.

/** Most requests remembered; at 200 bytes each about 40 MB. */
export const RESEND_HASHES_MAX = 200_000

export class ResendWindow {
  /** Hash to the time it is forgotten, milliseconds. In the order of storing, oldest first. */
  readonly #untilMs = new Map<string, number>()

  constructor(
    private readonly seconds: number,
    private readonly countMax: number = RESEND_HASHES_MAX,
  ) {}

  get size(): number {
    return this.#untilMs.size
  }

  add(key: string, takenMs: number, nowMs: number): void {
    const untilMs = takenMs + this.seconds * 1000
    if (untilMs <= nowMs) return
    this.#untilMs.delete(key)
    this.#untilMs.set(key, untilMs)
    this.#forget(nowMs)
  }

  has(key: string, nowMs: number): boolean {
    const untilMs = this.#untilMs.get(key)
    return untilMs !== undefined && untilMs > nowMs
  }

  #forget(nowMs: number): void {
    for (const [key, untilMs] of this.#untilMs) {
      if (untilMs > nowMs && this.#untilMs.size <= this.countMax) return
      this.#untilMs.delete(key)
    }
  }
}
