// An HTTP answer asked for again and again while a component lives. A failed question keeps the answer before it.
import { asProblem, type Problem } from './problem.ts'

export class Poll<T> {
  data = $state.raw<T>()
  problem = $state.raw<Problem>()
  sinceMs = $state(Date.now())
  readonly #ask: (signal: AbortSignal) => Promise<T>
  readonly #what: string
  #stop: AbortController | undefined

  constructor(what: string, ask: (signal: AbortSignal) => Promise<T>) {
    this.#what = what
    this.#ask = ask
  }

  async once(): Promise<void> {
    this.#stop?.abort()
    const stop = (this.#stop = new AbortController())
    try {
      const data = await this.#ask(stop.signal)
      if (stop.signal.aborted) return
      this.data = data
      this.problem = undefined
    } catch (error) {
      if (!stop.signal.aborted) this.problem = asProblem(error, this.#what)
    }
  }

  /** Asks now and every `everyMs` after the answer; the answered function ends it. A hidden page asks nothing. */
  start(everyMs: number): () => void {
    let timer: ReturnType<typeof setTimeout> | undefined
    let ended = false
    const turn = async () => {
      if (!document.hidden) await this.once()
      if (!ended) timer = setTimeout(turn, everyMs)
    }
    void turn()
    return () => {
      ended = true
      clearTimeout(timer)
      this.#stop?.abort()
    }
  }
}
