// The index file of a segment, as bytes: one record for each block, with its own checksum. Pure; reads and writes no file.
// A record: length u32, body, crc32 of the body u32. Body: offset u64, length u32, crc32 of the block u32, rows u32,
// time taken f64 (ms), request hash (UTF-8, the rest).
import { crc32 } from 'node:zlib'

export interface IndexRecord {
  offset: number
  length: number
  crc: number
  rows: number
  takenMs: number
  hash: string
}

export const INDEX_HEADER = Buffer.from('hopscope-index 1\n')
/** Longest request hash, bytes of UTF-8. */
export const HASH_BYTES_MAX = 256
const FIXED_BYTES = 28

export function encodeRecord(record: IndexRecord): Buffer {
  const hashBytes = Buffer.byteLength(record.hash)
  if (hashBytes === 0 || hashBytes > HASH_BYTES_MAX) {
    throw new Error(`request hash of ${hashBytes} bytes: 1 to ${HASH_BYTES_MAX} are allowed`)
  }
  const body = Buffer.alloc(FIXED_BYTES + hashBytes)
  body.writeBigUInt64LE(BigInt(record.offset), 0)
  body.writeUInt32LE(record.length, 8)
  body.writeUInt32LE(record.crc, 12)
  body.writeUInt32LE(record.rows, 16)
  body.writeDoubleLE(record.takenMs, 20)
  body.write(record.hash, FIXED_BYTES)
  const framed = Buffer.alloc(body.length + 8)
  framed.writeUInt32LE(body.length, 0)
  body.copy(framed, 4)
  framed.writeUInt32LE(crc32(body), body.length + 4)
  return framed
}

/** A record and where it ends in the file; `record` is undefined when its checksum is wrong. */
export interface ReadRecord {
  record: IndexRecord | undefined
  endOffset: number
}

/** Reads records as far as their lengths make sense. An unknown header yields none: such a file proves nothing. */
export function decodeRecords(bytes: Buffer): ReadRecord[] {
  const found: ReadRecord[] = []
  if (!bytes.subarray(0, INDEX_HEADER.length).equals(INDEX_HEADER)) return found
  let at = INDEX_HEADER.length
  while (at + 4 <= bytes.length) {
    const length = bytes.readUInt32LE(at)
    const endOffset = at + 8 + length
    if (length <= FIXED_BYTES || length > FIXED_BYTES + HASH_BYTES_MAX || endOffset > bytes.length) break
    const body = bytes.subarray(at + 4, at + 4 + length)
    const intact = crc32(body) === bytes.readUInt32LE(at + 4 + length)
    found.push({ record: intact ? decodeBody(body) : undefined, endOffset })
    at = endOffset
  }
  return found
}

function decodeBody(body: Buffer): IndexRecord {
  return {
    offset: Number(body.readBigUInt64LE(0)),
    length: body.readUInt32LE(8),
    crc: body.readUInt32LE(12),
    rows: body.readUInt32LE(16),
    takenMs: body.readDoubleLE(20),
    hash: body.toString('utf8', FIXED_BYTES),
  }
}
