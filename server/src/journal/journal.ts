// The journal: blocks in, fsynced segments out, each exactly once to whoever inserts them. It acknowledges what is on disk,
// refuses when it is full, and drops what was sent again. It never looks into a block and never deletes what was not inserted.
import { randomBytes } from 'node:crypto'
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { intakeTables, JournalFull, type Block, type Intake, type IntakeTable } from './block.ts'
import { lockFolder } from './folder-lock.ts'
import { HASH_BYTES_MAX } from './index-records.ts'
import { recoverSegments, type Recovered } from './recover-segments.ts'
import { ResendWindow } from './resend-window.ts'
import { SegmentQueue } from './segment-queue.ts'
import { dataFile, indexFile, segmentNames, type Segment } from './segment.ts'
import { syncFolder } from './sync-folder.ts'
import { SyncTimes } from './sync-times.ts'
import { TableWriter } from './table-writer.ts'

export interface JournalOptions {
  dir: string
  /** Bytes of segments that wait for their insert, at which blocks are refused. */
  bytesMax: number
  sealRows: number
  sealMs: number
  resendSeconds: number
}

export interface JournalStatus {
  bytes: number
  bytesMax: number
  segments: number
  oldestSegmentUs?: number
  quarantined: number
  fsyncP95Us?: number
}

/** Most bytes that wait in memory for the disk. */
export const QUEUE_BYTES_MAX = 64 * 1024 * 1024
/** Most index files kept for their hashes after the insert; the oldest go first, and with them a part of the window. */
export const INDEX_FILES_MAX = 10_000
const FULL_RETRY_SECONDS = 5
const DISK_FULL_RETRY_SECONDS = 10
const QUEUE_RETRY_SECONDS = 1

export class Journal implements Intake {
  readonly #writers: Record<IntakeTable, TableWriter>
  readonly #inFlight = new Map<string, Promise<void>>()
  readonly #window: ResendWindow
  readonly #queue = new SegmentQueue()
  readonly #syncTimes = new SyncTimes()
  readonly #kept: { name: string; untilMs: number }[] = []
  #bytes = 0
  #queuedBytes = 0
  #refusing = false
  #quarantined = 0
  #diskFullUntilMs = 0
  #closed = false

  private constructor(
    private readonly options: JournalOptions,
    private readonly unlock: () => Promise<void>,
    /** What the start found. */
    readonly recovered: Recovered,
    quarantined: number,
  ) {
    const nameOf = segmentNames(Date.now(), randomBytes(4).toString('hex'))
    const writer = (table: IntakeTable) =>
      new TableWriter({
        ...options,
        table,
        nameOf,
        onSync: (durationUs) => this.#syncTimes.add(durationUs),
        onSealed: (segment) => this.#sealed(segment),
      })
    this.#writers = { spans_in: writer('spans_in'), logs_in: writer('logs_in'), points_in: writer('points_in') }
    this.#window = new ResendWindow(options.resendSeconds)
    this.#quarantined = quarantined
    for (const { segment, hash, takenMs } of recovered.remembered) {
      this.#window.add(`${segment.slice(0, segment.indexOf('-'))}:${hash}`, takenMs, Date.now())
    }
    for (const { name, newestMs } of recovered.kept) this.#keep(name, newestMs)
    for (const segment of recovered.segments) {
      this.#bytes += segment.bytes
      this.#queue.add(segment)
    }
  }

  /** Opens the folder, recovers what a crash left, and queues it. Rejects when another process has the folder. */
  static async open(options: JournalOptions): Promise<Journal> {
    const quarantineDir = join(options.dir, 'quarantine')
    await mkdir(quarantineDir, { recursive: true })
    const unlock = await lockFolder(options.dir)
    try {
      const recovered = await recoverSegments(options.dir, quarantineDir)
      const quarantined = (await readdir(quarantineDir)).filter((file) => /\.data(\.damaged)?$/.test(file)).length
      await syncFolder(options.dir)
      const journal = new Journal(options, unlock, recovered, quarantined)
      await journal.#prune()
      return journal
    } catch (error) {
      await unlock()
      throw error
    }
  }

  async append(hash: string, block: Block): Promise<'stored' | 'resent'> {
    const key = `${block.table}:${hash}`
    const inFlight = this.#inFlight.get(key)
    if (inFlight) {
      await inFlight
      return 'resent'
    }
    if (this.#window.has(key, Date.now())) return 'resent'
    this.#check(hash, block)
    const stored = this.#store(hash, block)
    this.#inFlight.set(key, stored)
    try {
      await stored
    } finally {
      this.#inFlight.delete(key)
    }
    return 'stored'
  }

  full(): boolean {
    return this.#refusal(0) !== undefined
  }

  /** True from a refusal until room is made or a block is taken: the last bytes may be free, and too few for any request. */
  refusing(): boolean {
    return this.#refusing || this.full()
  }

  /** The oldest sealed segment of the table that nobody has taken. Waits for one; undefined when the journal has closed. */
  next(table: IntakeTable): Promise<Segment | undefined> {
    return this.#queue.next(table)
  }

  /** The segment is in the store: its bytes are removed, its hashes stay for the window. */
  async inserted(segment: Segment): Promise<void> {
    await rm(segment.file, { force: true })
    this.#keep(segment.name, segment.newestMs)
    this.#release(segment)
    await this.#prune()
  }

  /** The store will never take the segment: it is put aside with the reason, counted, and deleted by nobody. */
  async quarantine(segment: Segment, reason: string): Promise<void> {
    const aside = join(this.options.dir, 'quarantine')
    const note = `${reason}\n\nTo try again: stop the server, move the .data and .index files of this name up one folder, start.\n`
    await writeFile(join(aside, `${segment.name}.reason.txt`), note)
    // A data file that is gone already cannot be moved; the index is what is left of it.
    for (const path of [dataFile, indexFile]) {
      await rename(path(this.options.dir, segment.name), path(aside, segment.name)).catch(ignoreMissing)
    }
    await syncFolder(aside)
    await syncFolder(this.options.dir)
    this.#quarantined++
    this.#release(segment)
  }

  /** Resolves when all that was acknowledged before the call is inserted or put aside. */
  async drained(): Promise<void> {
    await this.#sealAll()
    await this.#queue.emptied()
  }

  status(): JournalStatus {
    const oldestUs = Math.min(
      ...intakeTables.map((table) => this.#writers[table].openSinceUs ?? Infinity),
      this.#queue.oldestUs ?? Infinity,
    )
    const fsyncP95Us = this.#syncTimes.p95Us()
    return {
      bytes: this.#bytes,
      bytesMax: this.options.bytesMax,
      segments: this.#queue.size + intakeTables.filter((table) => this.#writers[table].openSinceUs).length,
      ...(Number.isFinite(oldestUs) ? { oldestSegmentUs: oldestUs } : {}),
      quarantined: this.#quarantined,
      ...(fsyncP95Us === undefined ? {} : { fsyncP95Us }),
    }
  }

  /** Takes nothing more, seals what is open, and lets `next` run dry. What was not inserted is found by the next start. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#sealAll()
    this.#queue.close()
    await syncFolder(this.options.dir)
    await this.unlock()
  }

  #check(hash: string, block: Block): void {
    if (this.#closed) throw new Error('the journal is closed: the server is stopping')
    const hashBytes = Buffer.byteLength(hash)
    if (hashBytes === 0 || hashBytes > HASH_BYTES_MAX) throw new Error(`request hash of ${hashBytes} bytes`)
    const size = block.bytes.length
    if (block.rows < 1 || size === 0) throw new Error(`a block of ${block.rows} rows and ${size} bytes holds nothing`)
    if (size > this.options.bytesMax) {
      throw new Error(`a block of ${size} bytes can never fit: raise JOURNAL_BYTES_MAX (${this.options.bytesMax})`)
    }
    const retrySeconds = this.#refusal(size)
    this.#refusing = retrySeconds !== undefined
    if (retrySeconds !== undefined) throw new JournalFull(retrySeconds)
  }

  /** Seconds after which to try again when so many bytes cannot be taken now; undefined when they can. */
  #refusal(bytes: number): number | undefined {
    if (this.#bytes + bytes > this.options.bytesMax || this.#bytes >= this.options.bytesMax) return FULL_RETRY_SECONDS
    const leftMs = this.#diskFullUntilMs - Date.now()
    if (leftMs > 0) return Math.ceil(leftMs / 1000)
    return this.#queuedBytes > 0 && this.#queuedBytes + bytes > QUEUE_BYTES_MAX ? QUEUE_RETRY_SECONDS : undefined
  }

  async #store(hash: string, block: Block): Promise<void> {
    const takenMs = Date.now()
    this.#bytes += block.bytes.length
    this.#queuedBytes += block.bytes.length
    try {
      await this.#writers[block.table].push({ hash, takenMs, block })
      this.#window.add(`${block.table}:${hash}`, takenMs, takenMs)
    } catch (error) {
      this.#bytes -= block.bytes.length
      if (!isDiskFull(error)) throw error
      this.#diskFullUntilMs = Date.now() + DISK_FULL_RETRY_SECONDS * 1000
      throw new JournalFull(DISK_FULL_RETRY_SECONDS)
    } finally {
      this.#queuedBytes -= block.bytes.length
    }
  }

  #sealed(segment: Segment): void {
    if (segment.rows > 0) this.#queue.add(segment)
    else void this.#discard(segment)
  }

  /** A segment whose first batch failed holds nothing. */
  async #discard(segment: Segment): Promise<void> {
    for (const path of [dataFile, indexFile]) await rm(path(this.options.dir, segment.name)).catch(() => {})
  }

  async #sealAll(): Promise<void> {
    await Promise.all(intakeTables.map((table) => this.#writers[table].seal()))
  }

  #release(segment: Segment): void {
    this.#bytes -= segment.bytes
    this.#refusing = false
    this.#queue.done(segment)
  }

  #keep(name: string, newestMs: number): void {
    this.#kept.push({ name, untilMs: newestMs + this.options.resendSeconds * 1000 })
  }

  async #prune(): Promise<void> {
    const nowMs = Date.now()
    for (;;) {
      const oldest = this.#kept[0]
      if (!oldest || (oldest.untilMs > nowMs && this.#kept.length <= INDEX_FILES_MAX)) return
      this.#kept.shift()
      await rm(indexFile(this.options.dir, oldest.name), { force: true })
    }
  }
}

function isDiskFull(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'ENOSPC' || code === 'EDQUOT'
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error
}
