// The segment that takes blocks now. In: batches of blocks. Out: bytes on disk, or nothing at all: a batch that fails is
// cut off again, so that no half-written block is ever visible. One batch at a time; the caller sees to that.
import { open, type FileHandle } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import type { Block, IntakeTable } from './block.ts'
import { encodeRecord, INDEX_HEADER } from './index-records.ts'
import { dataFile, indexFile, type Segment } from './segment.ts'
import { syncFolder } from './sync-folder.ts'

export interface TakenBlock {
  hash: string
  takenMs: number
  block: Block
}

export class OpenSegment {
  #dataBytes = 0
  #indexBytes = INDEX_HEADER.length
  #rows = 0
  #newestMs = 0
  #damaged = false

  private constructor(
    readonly dir: string,
    readonly name: string,
    readonly table: IntakeTable,
    readonly createdMs: number,
    private readonly data: FileHandle,
    private readonly index: FileHandle,
  ) {}

  /** Creates both files and makes their names durable. */
  static async create(dir: string, name: string, table: IntakeTable, nowMs: number): Promise<OpenSegment> {
    const data = await open(dataFile(dir, name), 'wx')
    try {
      const index = await open(indexFile(dir, name), 'wx')
      try {
        await writeAll(index, [INDEX_HEADER], 0)
        await syncFolder(dir)
        return new OpenSegment(dir, name, table, nowMs, data, index)
      } catch (error) {
        await index.close()
        throw error
      }
    } catch (error) {
      // Whatever was created holds no record, so the next start removes it.
      await data.close()
      throw error
    }
  }

  get rows(): number {
    return this.#rows
  }

  get bytes(): number {
    return this.#dataBytes
  }

  /** True after a failed sync or cut: what is on disk is only trusted up to `bytes`, and nothing may follow it. */
  get damaged(): boolean {
    return this.#damaged
  }

  /** Writes and syncs the batch. Returns how long the sync took, in microseconds. Rejects with the disk's error. */
  async append(batch: readonly TakenBlock[]): Promise<number> {
    let offset = this.#dataBytes
    const records = batch.map(({ hash, takenMs, block }) => {
      const record = { offset, length: block.bytes.length, crc: crc32(block.bytes), rows: block.rows, takenMs, hash }
      offset += block.bytes.length
      return encodeRecord(record)
    })
    const blocks = batch.map(({ block }) => block.bytes)
    let syncing = false
    try {
      await writeAll(this.data, blocks, this.#dataBytes)
      await writeAll(this.index, records, this.#indexBytes)
      syncing = true
      const startedMs = performance.now()
      await Promise.all([this.data.datasync(), this.index.datasync()])
      this.#dataBytes = offset
      this.#indexBytes += records.reduce((sum, record) => sum + record.length, 0)
      this.#rows += batch.reduce((sum, { block }) => sum + block.rows, 0)
      this.#newestMs = Math.max(this.#newestMs, ...batch.map(({ takenMs }) => takenMs))
      return Math.round((performance.now() - startedMs) * 1000)
    } catch (error) {
      // After a failed sync the kernel may call lost pages clean, so this file takes nothing more.
      this.#damaged ||= syncing
      await this.#cutBack()
      throw error
    }
  }

  /** Closes the files. A close that fails loses nothing: every byte up to `bytes` was synced before. */
  async seal(): Promise<Segment> {
    await Promise.allSettled([this.data.close(), this.index.close()])
    return {
      name: this.name,
      table: this.table,
      file: dataFile(this.dir, this.name),
      rows: this.#rows,
      bytes: this.#dataBytes,
      createdUs: this.createdMs * 1000,
      newestMs: this.#newestMs,
    }
  }

  async #cutBack(): Promise<void> {
    try {
      // The index first: without a record a block does not exist.
      await this.index.truncate(this.#indexBytes)
      await this.data.truncate(this.#dataBytes)
    } catch {
      this.#damaged = true
    }
  }

  /** Cuts off what a failed batch may have left. Rejects while the disk refuses even that. */
  async repair(): Promise<void> {
    if (!this.#damaged) return
    await this.index.truncate(this.#indexBytes)
    await this.data.truncate(this.#dataBytes)
    await Promise.all([this.data.sync(), this.index.sync()])
  }
}

/** Writes every byte at the position; a disk that takes only a part is asked again until it takes all or says why not. */
async function writeAll(file: FileHandle, buffers: readonly Buffer[], position: number): Promise<void> {
  let rest = buffers.filter((buffer) => buffer.length > 0)
  let at = position
  while (rest.length > 0) {
    const { bytesWritten } = await file.writev(rest, at)
    if (bytesWritten === 0) throw Object.assign(new Error('the disk takes no more bytes'), { code: 'ENOSPC' })
    at += bytesWritten
    rest = dropBytes(rest, bytesWritten)
  }
}

function dropBytes(buffers: readonly Buffer[], count: number): Buffer[] {
  let left = count
  const rest: Buffer[] = []
  for (const buffer of buffers) {
    if (left >= buffer.length) {
      left -= buffer.length
    } else {
      rest.push(left > 0 ? buffer.subarray(left) : buffer)
      left = 0
    }
  }
  return rest
}
