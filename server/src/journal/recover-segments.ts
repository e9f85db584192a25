// What a start finds in the journal's folder. In: the folder. Out: segments to insert, hashes still remembered, index files
// kept for them. A tail that no valid record proves was never acknowledged and is cut off; damage before valid blocks is
// not a torn tail, so the files are copied to the quarantine first. Nothing acknowledged is deleted here.
import { copyFile, open, readFile, readdir, rm, truncate } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { crc32 } from 'node:zlib'
import { decodeRecords, INDEX_HEADER, type IndexRecord } from './index-records.ts'
import { dataFile, indexFile, parseSegmentName, type Segment } from './segment.ts'

export interface RememberedRequest {
  segment: string
  hash: string
  takenMs: number
}

export interface Recovered {
  /** In the order in which they were begun. */
  segments: Segment[]
  remembered: RememberedRequest[]
  /** Index files of inserted segments, oldest first. */
  kept: { name: string; newestMs: number }[]
  /** Bytes that no valid record proved, cut off. */
  cutBytes: number
  /** Names of segments that had damage before valid blocks; a copy is in the quarantine. */
  damaged: string[]
}

export async function recoverSegments(dir: string, quarantineDir: string): Promise<Recovered> {
  const found: Recovered = { segments: [], remembered: [], kept: [], cutBytes: 0, damaged: [] }
  const files = new Set(await readdir(dir))
  const names = new Set([...files].map((file) => file.replace(/\.(data|index)$/, '')))
  const ordered = [...names].flatMap((name) => {
    const parsed = parseSegmentName(name)
    return parsed ? [{ name, ...parsed }] : []
  })
  ordered.sort((a, b) => (a.order < b.order ? -1 : 1))
  for (const { name, table } of ordered) {
    const index = indexFile(dir, name)
    const records = files.has(basename(index)) ? decodeRecords(await readFile(index)) : []
    if (!files.has(basename(dataFile(dir, name)))) {
      const whole = records.flatMap(({ record }) => (record ? [record] : []))
      remember(found, name, whole)
      found.kept.push({ name, newestMs: newest(whole) })
      continue
    }
    const proved = await provedPrefix(dataFile(dir, name), records)
    if (proved.damaged) {
      found.damaged.push(name)
      await copyToQuarantine(dir, quarantineDir, name)
    }
    found.cutBytes += proved.cutBytes
    if (proved.records.length === 0) {
      await rm(dataFile(dir, name), { force: true })
      await rm(index, { force: true })
      continue
    }
    if (proved.cutBytes > 0) await truncate(dataFile(dir, name), proved.bytes)
    await truncate(index, proved.indexBytes)
    remember(found, name, proved.records)
    found.segments.push({
      name,
      table,
      file: dataFile(dir, name),
      rows: proved.records.reduce((sum, record) => sum + record.rows, 0),
      bytes: proved.bytes,
      createdUs: Math.round((proved.records[0]?.takenMs ?? 0) * 1000),
      newestMs: newest(proved.records),
    })
  }
  return found
}

interface Proved {
  records: IndexRecord[]
  bytes: number
  indexBytes: number
  cutBytes: number
  damaged: boolean
}

/** The blocks from the start of the file that their records prove, and whether a valid block stands behind an invalid one. */
async function provedPrefix(file: string, read: ReturnType<typeof decodeRecords>): Promise<Proved> {
  const proved: Proved = { records: [], bytes: 0, indexBytes: INDEX_HEADER.length, cutBytes: 0, damaged: false }
  const handle = await open(file, 'r')
  try {
    const { size } = await handle.stat()
    let intact = true
    for (const { record, endOffset } of read) {
      const valid =
        record !== undefined &&
        record.offset + record.length <= size &&
        crc32(await readAt(handle, record)) === record.crc
      if (valid && intact && record.offset === proved.bytes) {
        proved.records.push(record)
        proved.bytes += record.length
        proved.indexBytes = endOffset
      } else {
        intact = false
        proved.damaged ||= valid
      }
    }
    proved.cutBytes = size - proved.bytes
    return proved
  } finally {
    await handle.close()
  }
}

async function readAt(
  handle: Awaited<ReturnType<typeof open>>,
  { offset, length }: Pick<IndexRecord, 'offset' | 'length'>,
): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length)
  const { bytesRead } = await handle.read(buffer, 0, length, offset)
  return buffer.subarray(0, bytesRead)
}

function remember(found: Recovered, segment: string, records: readonly IndexRecord[]): void {
  for (const { hash, takenMs } of records) found.remembered.push({ segment, hash, takenMs })
}

const newest = (records: readonly IndexRecord[]) => records.reduce((max, { takenMs }) => Math.max(max, takenMs), 0)

async function copyToQuarantine(dir: string, quarantineDir: string, name: string): Promise<void> {
  for (const path of [dataFile(dir, name), indexFile(dir, name)]) {
    await copyFile(path, join(quarantineDir, `${basename(path)}.damaged`))
  }
}
