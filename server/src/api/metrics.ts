// The server's own figures as Prometheus text: counts since the start, sizes now. The same numbers as /api/v1/status.
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client'
import { signals } from './signals.ts'
import type { Statuses } from './statuses.ts'

type Labels = Record<string, string>
type Sample = [value: number, labels?: Labels]

export class Metrics {
  readonly #registry = new Registry()

  constructor(statuses: Statuses) {
    collectDefaultMetrics({ register: this.#registry })
    this.#intake(statuses)
    this.#journal(statuses)
    this.#live(statuses)
  }

  text(): Promise<string> {
    return this.#registry.metrics()
  }

  #intake({ parts: { meters, now } }: Statuses): void {
    const snapshot = () => meters.snapshot(now())
    const each = (of: (signal: (typeof signals)[number]) => Sample[]) => () => signals.flatMap(of)
    const reasons = (kind: 'rejected' | 'deferred') =>
      each((signal) =>
        Object.entries(snapshot().signals[signal][kind]).map(([reason, count]): Sample => [count, { signal, reason }]),
      )
    const accepted = each((signal) => [[snapshot().signals[signal].accepted, { signal }]])
    const resent = each((signal) => [[snapshot().signals[signal].resent, { signal }]])
    this.#count('hopscope_accepted_total', 'Items stored in the journal.', ['signal'], accepted)
    this.#count('hopscope_resent_total', 'Requests dropped because they were stored before.', ['signal'], resent)
    this.#count('hopscope_rejected_total', 'Items refused for good.', ['signal', 'reason'], reasons('rejected'))
    this.#count('hopscope_deferred_total', 'Requests told to come again.', ['signal', 'reason'], reasons('deferred'))
    this.#count('hopscope_changed_total', 'Values stored otherwise than sent.', ['reason'], () =>
      Object.entries(snapshot().changed).map(([reason, count]): Sample => [count, { reason }]),
    )
    this.#count('hopscope_not_understood_total', 'Requests that nobody could read.', [], () => [
      [snapshot().notUnderstoodTotal],
    ])
  }

  #journal({ parts: { journal, pump, now } }: Statuses): void {
    const status = () => journal.status()
    this.#size('hopscope_journal_bytes', 'Bytes that wait for their insert.', () => [[status().bytes]])
    this.#size('hopscope_journal_bytes_max', 'Bytes at which requests are refused.', () => [[status().bytesMax]])
    this.#size('hopscope_journal_segments', 'Segments that wait for their insert.', () => [[status().segments]])
    this.#size('hopscope_journal_quarantined_segments', 'Segments put aside.', () => [[status().quarantined]])
    this.#size('hopscope_journal_oldest_segment_seconds', 'Age of the oldest segment that waits.', () => {
      const { oldestSegmentUs } = status()
      return [[oldestSegmentUs === undefined ? 0 : Math.max(0, now() - oldestSegmentUs) / 1e6]]
    })
    this.#size('hopscope_journal_fsync_p95_seconds', 'How long the disk takes, 95 of 100.', () => {
      const { fsyncP95Us } = status()
      return fsyncP95Us === undefined ? [] : [[fsyncP95Us / 1e6]]
    })
    this.#count('hopscope_inserted_rows_total', 'Rows inserted into the store.', ['table'], () =>
      Object.entries(pump.status().insertedRows).map(([table, rows]): Sample => [rows, { table }]),
    )
    this.#count('hopscope_insert_retries_total', 'Inserts that failed and were tried again.', [], () => [
      [pump.status().retries],
    ])
  }

  #live({ parts: { live, calls } }: Statuses): void {
    this.#size('hopscope_live_clients', 'Pages that are connected.', () => [[live().clients]])
    this.#size('hopscope_live_rooms', 'Different questions that are watched.', () => [[live().rooms]])
    this.#count('hopscope_live_dropped_total', 'Patches not sent to a page that does not keep up.', [], () => [
      [live().dropped],
    ])
    if (calls === undefined) return
    const outcomes = () => Object.entries(calls.counters).map(([outcome, count]): Sample => [count, { outcome }])
    this.#count(
      'hopscope_call_pairing_total',
      'Windows paired, and runs that failed or were skipped.',
      ['outcome'],
      outcomes,
    )
  }

  #size(name: string, help: string, collect: () => Sample[]): void {
    const gauge: Gauge = new Gauge({
      name,
      help,
      registers: [this.#registry],
      collect: () => {
        gauge.reset()
        for (const [value] of collect()) gauge.set(value)
      },
    })
  }

  #count(name: string, help: string, labelNames: string[], collect: () => Sample[]): void {
    const counter: Counter = new Counter({
      name,
      help,
      labelNames,
      registers: [this.#registry],
      collect: () => {
        counter.reset()
        for (const [value, labels = {}] of collect()) counter.inc(labels, value)
      },
    })
  }
}
