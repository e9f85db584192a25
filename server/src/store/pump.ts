// Inserts sealed segments, in order for each table, each under its name as deduplication token. In: the journal. Out: rows
// in the store, and the time of the last insert. It waits out a store that is away, for as long as it takes; data that the
// store will never take is put aside. It decides nothing about what is in a segment.
import { EventEmitter } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { intakeTables, type IntakeTable } from '../journal/block.ts'
import type { Segment } from '../journal/segment.ts'
import type { Store } from './clickhouse.ts'
import { triesBeforeQuarantine } from './insert-errors.ts'

/** What the pump needs of the journal. */
export interface SegmentSource {
  next(table: IntakeTable): Promise<Segment | undefined>
  inserted(segment: Segment): Promise<void>
  quarantine(segment: Segment, reason: string): Promise<void>
}

export interface StoredEvent {
  table: IntakeTable
  segment: string
  rows: number
  atUs: number
  /** From the creation of the segment to its rows being readable. */
  delayUs: number
}

export interface PumpStatus {
  insertedRows: Record<IntakeTable, number>
  insertedSegments: number
  /** Tries that failed and were, or will be, made again. */
  retries: number
  lastInsertUs: Partial<Record<IntakeTable, number>>
  /** Why the insert under way cannot go on; absent when it can. */
  stalled?: { table: IntakeTable; error: string; sinceUs: number }
}

const RETRY_FIRST_MS = 100
const RETRY_LAST_MS = 30_000
/** How long a stop waits for what is sealed; the rest is found by the next start. */
const STOP_MS_MAX = 10_000

export class Pump extends EventEmitter<{ stored: [StoredEvent] }> {
  readonly #stopping = new AbortController()
  readonly #insertedRows: Record<IntakeTable, number> = { spans_in: 0, logs_in: 0, points_in: 0 }
  readonly #lastInsertUs: Partial<Record<IntakeTable, number>> = {}
  readonly #stalled = new Map<IntakeTable, { table: IntakeTable; error: string; sinceUs: number }>()
  #insertedSegments = 0
  #retries = 0
  #loops: Promise<void>[] = []

  constructor(
    private readonly source: SegmentSource,
    private readonly store: Pick<Store, 'insertSegment'>,
    private readonly log: (text: string) => void = () => {},
  ) {
    super()
  }

  start(): void {
    this.#loops = intakeTables.map((table) => this.#pump(table))
  }

  status(): PumpStatus {
    const [stalled] = this.#stalled.values()
    return {
      insertedRows: { ...this.#insertedRows },
      insertedSegments: this.#insertedSegments,
      retries: this.#retries,
      lastInsertUs: { ...this.#lastInsertUs },
      ...(stalled ? { stalled } : {}),
    }
  }

  /** Ends when the closed journal has no more segments, or after the time given with what is left on disk. */
  async stop(waitMs = STOP_MS_MAX): Promise<void> {
    const timer = setTimeout(() => this.#stopping.abort(), waitMs)
    await Promise.allSettled(this.#loops)
    clearTimeout(timer)
  }

  async #pump(table: IntakeTable): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const segment = await this.source.next(table)
      if (!segment || this.#stopping.signal.aborted) return
      await this.#insert(segment)
    }
  }

  async #insert(segment: Segment): Promise<void> {
    let waitMs = RETRY_FIRST_MS
    let isStored = false
    for (let tries = 1; !this.#stopping.signal.aborted; tries++) {
      try {
        if (!isStored) {
          await this.store.insertSegment(segment.table, segment.file, segment.name)
          isStored = true
          this.#stored(segment)
        }
        await this.source.inserted(segment)
        return
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error)
        if (!isStored && tries >= triesBeforeQuarantine(error)) {
          this.log(`segment ${segment.name} (${segment.rows} rows) is put aside after ${tries} tries: ${reason}`)
          await this.source.quarantine(segment, reason)
          this.#stalled.delete(segment.table)
          return
        }
        this.#stall(segment, reason, tries)
        await pause(waitMs, undefined, { signal: this.#stopping.signal }).catch(() => {})
        waitMs = Math.min(waitMs * 2, RETRY_LAST_MS)
      }
    }
  }

  #stored(segment: Segment): void {
    const atUs = Date.now() * 1000
    this.#stalled.delete(segment.table)
    this.#insertedRows[segment.table] += segment.rows
    this.#insertedSegments++
    this.#lastInsertUs[segment.table] = atUs
    const { table, name, rows, createdUs } = segment
    this.emit('stored', { table, segment: name, rows, atUs, delayUs: atUs - createdUs })
  }

  #stall({ table, name }: Segment, error: string, tries: number): void {
    this.#retries++
    const sinceUs = this.#stalled.get(table)?.sinceUs ?? Date.now() * 1000
    this.#stalled.set(table, { table, error, sinceUs })
    if (tries === 1 || tries % 10 === 0) this.log(`segment ${name} cannot be inserted (try ${tries}): ${error}`)
  }
}
