// Requests on their way to an OTLP endpoint, in order, one at a time. The gRPC exporter does not retry by itself, so this does.
// Bounded by points: when the endpoint is away for long, the oldest go first, and each loss is counted with its reason.
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics'
import { countPoints } from './points.ts'

export interface Exporter {
  /** `code` 0 is success; an error of gRPC carries its status as `code`. */
  export(request: ResourceMetrics, done: (result: { code: number; error?: Error & { code?: unknown } }) => void): void
  shutdown(): Promise<void>
}

export interface OutboxLimits {
  /** Points that may wait. */
  pointsMax: number
  retryMs: number
}

// Statuses after which OTLP allows the same request to be sent again; all others mean that it will never be taken.
const retryable = new Set([1, 4, 8, 10, 11, 14, 15])

export class Outbox {
  readonly dropped = new Map<string, number>()
  sent = 0
  private readonly waiting: ResourceMetrics[] = []
  private points = 0
  private busy = false
  private closed = false
  private retry: NodeJS.Timeout | undefined
  private said = ''

  constructor(
    private readonly exporter: Exporter,
    private readonly limits: OutboxLimits,
    private readonly log: (line: string) => void,
  ) {}

  /** Takes requests and sends them soon; never waits and never throws. */
  push(requests: readonly ResourceMetrics[]): void {
    for (const request of requests) {
      this.waiting.push(request)
      this.points += countPoints(request)
    }
    // The head may be on the wire just now, so the oldest that may go is the one behind it.
    while (this.points > this.limits.pointsMax && this.waiting.length > 1) this.drop(this.busy ? 1 : 0, 'endpoint-away')
    void this.drain()
  }

  /** Sends what waits, once, for at most `timeoutMs`, and closes the exporter. */
  async close(timeoutMs: number): Promise<void> {
    clearTimeout(this.retry)
    this.retry = undefined
    const deadline = Date.now() + timeoutMs
    void this.drain()
    while (this.busy && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20))
    this.closed = true
    clearTimeout(this.retry)
    await this.exporter.shutdown()
  }

  private drop(index: number, reason: string): void {
    const [request] = this.waiting.splice(index, 1)
    if (!request) return
    const points = countPoints(request)
    this.points -= points
    this.dropped.set(reason, (this.dropped.get(reason) ?? 0) + points)
  }

  private async drain(): Promise<void> {
    if (this.busy || this.retry || this.closed) return
    this.busy = true
    for (let head = this.waiting[0]; head && !this.closed; head = this.waiting[0]) {
      const error = await this.sendOnce(head)
      if (error && retryable.has(Number(error.code))) {
        this.say(`The OTLP endpoint does not take metrics (${error.message}); ${this.points} points wait.`)
        this.retry = setTimeout(() => {
          this.retry = undefined
          void this.drain()
        }, this.limits.retryMs)
        break
      }
      if (error) {
        this.say(`The OTLP endpoint refused metrics for good: ${error.message}`)
        this.drop(0, 'refused')
      } else {
        this.say('')
        this.sent += countPoints(head)
        this.points -= countPoints(head)
        this.waiting.shift()
      }
    }
    this.busy = false
  }

  private sendOnce(request: ResourceMetrics): Promise<(Error & { code?: unknown }) | undefined> {
    return new Promise((resolve) => {
      this.exporter.export(request, ({ code, error }) =>
        resolve(code === 0 ? undefined : (error ?? new Error('unknown'))),
      )
    })
  }

  // One line when the trouble begins or changes, one when it ends; not one each five seconds.
  private say(line: string): void {
    const kind = line.split(';')[0] ?? ''
    if (kind === this.said) return
    if (line) this.log(line)
    else if (this.said) this.log('The OTLP endpoint takes metrics again.')
    this.said = kind
  }
}
