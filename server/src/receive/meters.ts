// Counts what came in: accepted, refused by reason, sent again, changed on the way, and requests nobody could read.
// Pure of clock and I/O: time is an argument, microseconds since the epoch. Never forgets a count; never grows without bound.
import type { NotUnderstood, Signal, SignalStatus } from '../contract/status.ts'

/** Different kinds of trouble that are remembered; the oldest makes room. */
export const notUnderstoodMax = 50
/** Reasons are our own words; the bound guards against a mistake, not against senders. */
export const reasonsMax = 200
const rateSeconds = 10
const textCharsMax = 400

type Counts = Map<string, number>

/** One signal's counters and a ring of the last seconds. */
class SignalMeter {
  accepted = 0
  resent = 0
  lastUs: number | undefined
  readonly rejected: Counts = new Map()
  readonly deferred: Counts = new Map()
  private readonly items = new Float64Array(rateSeconds + 1)
  private readonly seconds = new Float64Array(rateSeconds + 1).fill(-1)

  accept(count: number, nowUs: number): void {
    const second = Math.floor(nowUs / 1e6)
    const slot = second % this.items.length
    if (this.seconds[slot] !== second) {
      this.seconds[slot] = second
      this.items[slot] = 0
    }
    this.items[slot]! += count
    this.accepted += count
    this.lastUs = nowUs
  }

  /** Over the last ten whole seconds; the one that is running would make every rate look too small. */
  rate(nowUs: number): number {
    const second = Math.floor(nowUs / 1e6)
    let sum = 0
    for (const [slot, at] of this.seconds.entries()) {
      if (at < second && at >= second - rateSeconds) sum += this.items[slot]!
    }
    return sum / rateSeconds
  }

  snapshot(nowUs: number): SignalStatus {
    return {
      accepted: this.accepted,
      rate: this.rate(nowUs),
      rejected: Object.fromEntries(this.rejected),
      deferred: Object.fromEntries(this.deferred),
      resent: this.resent,
      ...(this.lastUs === undefined ? {} : { lastUs: this.lastUs }),
    }
  }
}

function add(counts: Counts, reason: string, count: number): void {
  const known = counts.has(reason) || counts.size < reasonsMax
  const name = known ? reason : 'other'
  counts.set(name, (counts.get(name) ?? 0) + count)
}

export class Meters {
  private readonly signals: Record<Signal, SignalMeter> = {
    spans: new SignalMeter(),
    logs: new SignalMeter(),
    points: new SignalMeter(),
  }
  private readonly changed: Counts = new Map()
  private readonly trouble = new Map<string, NotUnderstood>()
  private troubleCount = 0

  /** Items that are on disk now. */
  accept(signal: Signal, count: number, nowUs: number): void {
    this.signals[signal].accept(count, nowUs)
  }

  /** Items that were refused for good; the sender was told the reason. */
  reject(signal: Signal, reason: string, count: number): void {
    add(this.signals[signal].rejected, reason, count)
  }

  /** A request that was stored before. Its items are not counted again. */
  resend(signal: Signal): void {
    this.signals[signal].resent += 1
  }

  /** A request that was asked to come again later: nothing of it was taken. */
  defer(signal: Signal, reason: string): void {
    add(this.signals[signal].deferred, reason, 1)
  }

  /** Values that were stored otherwise than sent: clamped, cut, masked, hashed. */
  change(reason: string, count: number): void {
    add(this.changed, reason, count)
  }

  /** A request that is no OTLP of ours: who sent it, what it was, what to do. The same trouble from one sender counts up. */
  misunderstand(request: { from: string; what: string; hint: string }, nowUs: number): void {
    const key = `${request.from}\n${request.what}`.slice(0, textCharsMax)
    const count = (this.trouble.get(key)?.count ?? 0) + 1
    this.troubleCount += 1
    this.trouble.delete(key)
    this.trouble.set(key, {
      atUs: nowUs,
      from: request.from,
      what: request.what.slice(0, textCharsMax),
      hint: request.hint.slice(0, textCharsMax),
      count,
    })
    if (this.trouble.size <= notUnderstoodMax) return
    const oldest = this.trouble.keys().next()
    if (!oldest.done) this.trouble.delete(oldest.value)
  }

  /** Everything, as /api/v1/status says it. `notUnderstood` has the newest first; `notUnderstoodTotal` counts them all. */
  snapshot(nowUs: number): {
    signals: Record<Signal, SignalStatus>
    changed: Record<string, number>
    notUnderstood: NotUnderstood[]
    notUnderstoodTotal: number
  } {
    return {
      signals: {
        spans: this.signals.spans.snapshot(nowUs),
        logs: this.signals.logs.snapshot(nowUs),
        points: this.signals.points.snapshot(nowUs),
      },
      changed: Object.fromEntries(this.changed),
      notUnderstood: [...this.trouble.values()].reverse(),
      notUnderstoodTotal: this.troubleCount,
    }
  }
}
