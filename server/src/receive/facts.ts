// Where the attributes with a meaning (conventions.ts) stand in the body, for one item or one resource. The best name wins,
// whatever the order of arrival.
import { meaningsCount } from './conventions.ts'

const none = 255

export class Facts {
  private readonly starts = new Int32Array(meaningsCount)
  private readonly ends = new Int32Array(meaningsCount)
  private readonly ranks = new Uint8Array(meaningsCount).fill(none)

  clear(): void {
    this.ranks.fill(none)
  }

  note(meaning: number, rank: number, from: number, to: number): void {
    if (rank >= this.ranks[meaning]!) return
    this.ranks[meaning] = rank
    this.starts[meaning] = from
    this.ends[meaning] = to
  }

  has(meaning: number): boolean {
    return this.ranks[meaning] !== none
  }

  from(meaning: number): number {
    return this.starts[meaning]!
  }

  to(meaning: number): number {
    return this.ends[meaning]!
  }
}
