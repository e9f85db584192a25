// One question that somebody watches: a timer that asks once for all its viewers, the last answer, and the number of the last
// patch. It asks again after a second while things move and after five when they rest, and never spends more than a fifth
// of the time on asking. A question that fails is asked again; the viewers see the age of what they have.
import type { Patch, Snapshot, View, ViewArgs } from '../contract/live.ts'
import { diff, isEmpty } from './diff.ts'
import { ignored, type Seen } from './views.ts'

const movingMs = 1000
const restingMs = 5000
/** Also for a slow question: a page calls ten seconds of silence late. */
const slowestMs = 8000
/** A question that took long is asked again after so many times as long. */
const restPerAsk = 4
/** An answer that changed keeps its room awake for so many askings. */
const awakeTicks = 10

export interface RoomOptions<V extends View> {
  view: V
  args: ViewArgs[V]
  ask: () => Promise<Seen<V>>
  send: (patch: Patch<V>) => void
  failed: (error: unknown) => void
}

export class Room<V extends View> {
  readonly viewers = new Set<string>()
  readonly #options: RoomOptions<V>
  #seen: Seen<V> | undefined
  #first: Promise<void> | undefined
  #seq = 0
  #awake = awakeTicks
  #timer: NodeJS.Timeout | undefined
  #closed = false

  constructor(options: RoomOptions<V>) {
    this.#options = options
  }

  /** Resolves when there is an answer to show. Rejects with the error of the first asking. */
  ready(): Promise<void> {
    this.#first ??= this.#ask().catch((error: unknown) => {
      this.#first = undefined
      throw error
    })
    return this.#first
  }

  /** The last answer, and the number that the next patch follows. Only after `ready`. */
  snapshot(): Snapshot<V> {
    if (this.#seen === undefined) throw new Error('the room has no answer yet')
    return { args: this.#options.args, seq: this.#seq, ...this.#seen.answer } as unknown as Snapshot<V>
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
  }

  async #ask(): Promise<void> {
    const startedMs = performance.now()
    const seen = await this.#options.ask()
    if (this.#seen !== undefined) this.#patch(this.#seen, seen)
    this.#seen = seen
    this.#again(performance.now() - startedMs)
  }

  #patch(before: Seen<V>, after: Seen<V>): void {
    const { view, args, send } = this.#options
    const change = diff(before.picture, after.picture, ignored[view])
    this.#awake = isEmpty(change) ? Math.max(0, this.#awake - 1) : awakeTicks
    this.#seq++
    // Sent also when nothing changed: it says that what the viewer has is still so.
    send({ args, seq: this.#seq, asOfUs: after.answer.asOfUs, ...change })
  }

  #again(tookMs: number): void {
    if (this.#closed) return
    const restMs = this.#seen?.moving === true || this.#awake > 0 ? movingMs : restingMs
    const waitMs = Math.min(slowestMs, Math.max(restMs, tookMs * restPerAsk))
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#tick(), waitMs)
  }

  async #tick(): Promise<void> {
    try {
      await this.#ask()
    } catch (error) {
      this.#options.failed(error)
      this.#again(slowestMs)
    }
  }
}
