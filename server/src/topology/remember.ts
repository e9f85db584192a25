// Answers that all viewers share for a moment. A question that is being asked is not asked again: who comes meanwhile waits
// for the same answer. A failed answer is not kept. The oldest entry makes room when there are too many.

/** Different questions remembered at once. */
const entriesMax = 100

export class Remembered<T> {
  readonly #entries = new Map<string, { atUs: number; answer: Promise<T> }>()
  readonly #forUs: number
  readonly #now: () => number

  /** `now` gives microseconds since the epoch. */
  constructor(forSeconds: number, now: () => number) {
    this.#forUs = forSeconds * 1e6
    this.#now = now
  }

  get(question: unknown, ask: () => Promise<T>): Promise<T> {
    const key = JSON.stringify(question)
    const known = this.#entries.get(key)
    if (known !== undefined && this.#now() - known.atUs < this.#forUs) return known.answer
    const answer = ask()
    this.#entries.delete(key)
    this.#entries.set(key, { atUs: this.#now(), answer })
    answer.catch(() => {
      if (this.#entries.get(key)?.answer === answer) this.#entries.delete(key)
    })
    if (this.#entries.size > entriesMax) {
      const oldest = this.#entries.keys().next()
      if (!oldest.done) this.#entries.delete(oldest.value)
    }
    return answer
  }
}
