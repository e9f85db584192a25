// What happened to one request's items: kept apart until the request is on disk, so that a refused or repeated request
// counts nothing. Counts in, counts and the sentence for the sender out.
import type { Signal } from '../contract/status.ts'
import { rejectReasons, type ChangeReason, type RejectReason } from './limits.ts'

const nouns: Record<Signal, string> = { spans: 'spans', logs: 'log records', points: 'data points' }

export class Tally {
  readonly rejected = new Map<RejectReason, number>()
  readonly changed = new Map<ChangeReason, number>()
  /** Items that had no time and got ours: two such requests may be equal and yet not be a resend. */
  timesMade = 0
  /** Ids in base64 were read as meant; the sender is told. */
  base64Ids = 0

  reject(reason: RejectReason, count = 1): void {
    this.rejected.set(reason, (this.rejected.get(reason) ?? 0) + count)
  }

  change(reason: ChangeReason, count = 1): void {
    this.changed.set(reason, (this.changed.get(reason) ?? 0) + count)
  }

  /** Adds what another part of the work has counted. */
  add(other: Tally): void {
    for (const [reason, count] of other.rejected) this.reject(reason, count)
    for (const [reason, count] of other.changed) this.change(reason, count)
    this.timesMade += other.timesMade
    this.base64Ids += other.base64Ids
  }

  rejectedTotal(): number {
    let total = 0
    for (const count of this.rejected.values()) total += count
    return total
  }

  /** For partial_success: why items were refused, or a warning; empty when there is nothing to say. */
  message(signal: Signal): string {
    const noun = nouns[signal]
    const reasons = [...this.rejected].map(([reason, count]) => `${count} ${noun}: ${rejectReasons[reason]}`)
    if (this.base64Ids > 0) {
      reasons.push(`${this.base64Ids} ids came in base64 and were read as such; OTLP/JSON wants hex`)
    }
    return reasons.join('; ')
  }

  clear(): void {
    this.rejected.clear()
    this.changed.clear()
    this.timesMade = 0
    this.base64Ids = 0
  }
}
