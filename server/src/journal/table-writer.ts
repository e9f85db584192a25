// Group commit for one table. In: blocks, at any rate. Out: one write and one sync for all that waited meanwhile, then
// sealed segments. It bounds nothing and remembers nothing: the journal does.
import type { IntakeTable } from './block.ts'
import { OpenSegment, type TakenBlock } from './open-segment.ts'
import type { Segment } from './segment.ts'

/** Most bytes written and synced as one batch, so that the first of many waiting requests is not held by the last. */
const BATCH_BYTES_MAX = 32 * 1024 * 1024
/** Bytes at which a segment is sealed whatever its rows: an insert's memory follows them. */
const SEGMENT_BYTES_MAX = 64 * 1024 * 1024

export interface WriterOptions {
  dir: string
  table: IntakeTable
  sealRows: number
  sealMs: number
  nameOf: (table: IntakeTable) => string
  onSync: (durationUs: number) => void
  onSealed: (segment: Segment) => void
}

interface Waiting extends TakenBlock {
  resolve: () => void
  reject: (error: unknown) => void
}

export class TableWriter {
  #waiting: Waiting[] = []
  #sealWaiting: { resolve: () => void; reject: (error: unknown) => void }[] = []
  #sealDue = false
  #segment: OpenSegment | undefined
  #timer: NodeJS.Timeout | undefined
  #running = false

  constructor(private readonly options: WriterOptions) {}

  /** When the open segment was created, microseconds; undefined when none is open. */
  get openSinceUs(): number | undefined {
    return this.#segment && this.#segment.createdMs * 1000
  }

  /** Resolves when the block is synced. */
  push(taken: TakenBlock): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ...taken, resolve, reject })
      void this.#run()
    })
  }

  /** Seals what is open after all that waits now is written. Rejects when the disk refuses to cut off a failed batch. */
  seal(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#sealWaiting.push({ resolve, reject })
      this.#sealDue = true
      void this.#run()
    })
  }

  async #run(): Promise<void> {
    if (this.#running) return
    this.#running = true
    while (this.#waiting.length > 0 || this.#sealDue) {
      if (this.#waiting.length > 0) await this.#commit(this.#takeBatch())
      if (this.#isRipe() || (this.#sealDue && this.#waiting.length === 0)) await this.#sealOpen()
    }
    this.#running = false
  }

  #takeBatch(): Waiting[] {
    let bytes = 0
    let count = 0
    for (const { block } of this.#waiting) {
      if (count > 0 && bytes + block.bytes.length > BATCH_BYTES_MAX) break
      bytes += block.bytes.length
      count++
    }
    return this.#waiting.splice(0, count)
  }

  async #commit(batch: Waiting[]): Promise<void> {
    try {
      const segment = await this.#openSegment()
      this.options.onSync(await segment.append(batch))
      for (const { resolve } of batch) resolve()
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }

  async #openSegment(): Promise<OpenSegment> {
    if (this.#segment?.damaged) await this.#finish(this.#segment)
    if (!this.#segment) {
      const { dir, table, nameOf } = this.options
      this.#segment = await OpenSegment.create(dir, nameOf(table), table, Date.now())
      this.#armTimer()
    }
    return this.#segment
  }

  #armTimer(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#sealDue = true
      void this.#run()
    }, this.options.sealMs)
  }

  #isRipe(): boolean {
    const segment = this.#segment
    if (!segment || segment.damaged) return false
    return segment.rows >= this.options.sealRows || segment.bytes >= SEGMENT_BYTES_MAX
  }

  async #sealOpen(): Promise<void> {
    this.#sealDue = false
    const waiting = this.#sealWaiting.splice(0)
    try {
      if (this.#segment) await this.#finish(this.#segment)
      for (const { resolve } of waiting) resolve()
    } catch (error) {
      // The disk refuses even to cut off a failed batch: the segment stays open and is tried again.
      this.#armTimer()
      for (const { reject } of waiting) reject(error)
    }
  }

  async #finish(segment: OpenSegment): Promise<void> {
    await segment.repair()
    clearTimeout(this.#timer)
    const sealed = await segment.seal()
    this.#segment = undefined
    this.options.onSealed(sealed)
  }
}
