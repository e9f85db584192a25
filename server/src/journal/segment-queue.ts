// Sealed segments in order, for each table, and who waits for one. It holds names, not bytes; the journal bounds the bytes.
import { intakeTables, type IntakeTable } from './block.ts'
import type { Segment } from './segment.ts'

type Taker = (segment: Segment | undefined) => void

export class SegmentQueue {
  readonly #sealed: Record<IntakeTable, Segment[]> = { spans_in: [], logs_in: [], points_in: [] }
  readonly #takers: Record<IntakeTable, Taker[]> = { spans_in: [], logs_in: [], points_in: [] }
  /** Sealed and not done, taken or not, in order. */
  readonly #open = new Map<string, Segment>()
  #watchers: { left: Set<string>; resolve: () => void }[] = []
  #closed = false

  get size(): number {
    return this.#open.size
  }

  get oldestUs(): number | undefined {
    return this.#open.values().next().value?.createdUs
  }

  add(segment: Segment): void {
    this.#open.set(segment.name, segment)
    const taker = this.#takers[segment.table].shift()
    if (taker) taker(segment)
    else this.#sealed[segment.table].push(segment)
  }

  /** The oldest that nobody has taken; undefined once the queue is closed and has none. */
  next(table: IntakeTable): Promise<Segment | undefined> {
    const segment = this.#sealed[table].shift()
    if (segment || this.#closed) return Promise.resolve(segment)
    return new Promise((resolve) => this.#takers[table].push(resolve))
  }

  done(segment: Segment): void {
    this.#open.delete(segment.name)
    for (const watcher of this.#watchers) {
      watcher.left.delete(segment.name)
      if (watcher.left.size === 0) watcher.resolve()
    }
    this.#watchers = this.#watchers.filter(({ left }) => left.size > 0)
  }

  /** Resolves when all that is in it now is done; what comes later is not waited for. */
  emptied(): Promise<void> {
    const left = new Set(this.#open.keys())
    if (left.size === 0) return Promise.resolve()
    return new Promise((resolve) => this.#watchers.push({ left, resolve }))
  }

  close(): void {
    this.#closed = true
    for (const table of intakeTables) for (const taker of this.#takers[table].splice(0)) taker(undefined)
  }
}
