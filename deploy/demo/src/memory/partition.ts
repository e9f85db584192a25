// One partition of the in-memory log: appended at the end, read anywhere, cut at the start when it is full. Offsets only grow
// and are never used twice, also after the start was cut. Offsets are numbers here; 2^53 messages do not fit into memory anyway.
import type { Message, Received } from '../log.ts'

export class Partition {
  private records: Received[] = []
  private startOffset = 0
  private readonly arrivals = new Set<() => void>()

  /** `recordsMax`: retention, in records. One over, and the oldest goes. */
  constructor(
    readonly topic: string,
    readonly partition: number,
    private readonly recordsMax: number,
  ) {}

  /** The oldest offset that is still there. */
  get start(): number {
    return this.startOffset
  }

  /** The offset that the next record gets. */
  get end(): number {
    return this.startOffset + this.records.length
  }

  /** Resolves the offset that the record got. */
  append(message: Message, timestampMs: number): number {
    const offset = this.end
    this.records.push({ ...message, topic: this.topic, partition: this.partition, offset: String(offset), timestampMs })
    if (this.records.length > this.recordsMax) {
      this.records.shift()
      this.startOffset += 1
    }
    for (const arrived of this.arrivals) arrived()
    return offset
  }

  /** At most `max` records from `offset` on. An offset outside of the log is answered with nothing. */
  read(offset: number, max: number): Received[] {
    const from = offset - this.startOffset
    return from < 0 ? [] : this.records.slice(from, from + max)
  }

  /** Resolves when there are `count` records from `offset` on, after `waitMs`, or when the signal comes. */
  async arrival(offset: number, count: number, waitMs: number, signal: AbortSignal): Promise<void> {
    if (this.end - offset >= count || signal.aborted) return
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer)
        this.arrivals.delete(check)
        signal.removeEventListener('abort', done)
        resolve()
      }
      const check = () => {
        if (this.end - offset >= count) done()
      }
      const timer = setTimeout(done, waitMs)
      this.arrivals.add(check)
      signal.addEventListener('abort', done)
    })
  }
}
