// A buffer that grows: one stream of a ClickHouse column. Values in, bytes in ClickHouse's Native encoding out (little endian;
// a String is its length as a varint and its bytes, which is also how protobuf has it, so texts are copied, never decoded).
import { isUtf8 } from 'node:buffer'

/** Above this a native copy is faster than a loop. */
const loopBytesMax = 48
/** A stream that grew beyond this for one large request gives the memory back afterwards. */
export const keptBytesMax = 4 * 1024 * 1024

export const textWhole = 0
export const textCut = 1
export const textRepaired = 2

export class Bytes {
  buffer: Buffer
  length = 0
  /** For streams of array offsets: how many elements were announced so far. */
  total = 0

  constructor(private readonly startBytes = 16 * 1024) {
    this.buffer = Buffer.allocUnsafeSlow(startBytes)
  }

  clear(): void {
    this.length = 0
    this.total = 0
    if (this.buffer.length > keptBytesMax) this.buffer = Buffer.allocUnsafeSlow(this.startBytes)
  }

  reserve(count: number): void {
    const need = this.length + count
    if (need <= this.buffer.length) return
    const grown = Buffer.allocUnsafeSlow(Math.max(this.buffer.length * 2, need))
    this.buffer.copy(grown, 0, 0, this.length)
    this.buffer = grown
  }

  uint8(value: number): void {
    this.reserve(1)
    this.buffer[this.length++] = value
  }

  uint32(value: number): void {
    this.reserve(4)
    this.halfAt(value)
  }

  uint64(low: number, high: number): void {
    this.reserve(8)
    this.halfAt(low)
    this.halfAt(high)
  }

  private halfAt(value: number): void {
    const buffer = this.buffer
    const at = this.length
    buffer[at] = value
    buffer[at + 1] = value >>> 8
    buffer[at + 2] = value >>> 16
    buffer[at + 3] = value >>> 24
    this.length = at + 4
  }

  int64(value: bigint): void {
    this.reserve(8)
    this.buffer.writeBigInt64LE(value, this.length)
    this.length += 8
  }

  double(value: number): void {
    this.reserve(8)
    this.buffer.writeDoubleLE(value, this.length)
    this.length += 8
  }

  /** The end of an array or map that has `count` elements. */
  offset(count: number): void {
    this.total += count
    this.uint64(this.total, 0)
  }

  varint(value: number): void {
    this.reserve(5)
    let rest = value
    while (rest > 127) {
      this.buffer[this.length++] = (rest & 127) | 128
      rest >>>= 7
    }
    this.buffer[this.length++] = rest
  }

  zeros(count: number): void {
    this.reserve(count)
    this.buffer.fill(0, this.length, this.length + count)
    this.length += count
  }

  /** Bytes as they are, without a length. */
  raw(source: Buffer, from: number, to: number): void {
    const count = to - from
    this.reserve(count)
    if (count > loopBytesMax) {
      source.copy(this.buffer, this.length, from, to)
      this.length += count
      return
    }
    const buffer = this.buffer
    let at = this.length
    for (let i = from; i < to; i += 1) buffer[at++] = source[i]!
    this.length = at
  }

  /** All of another buffer. */
  all(source: Buffer): void {
    const count = source.length
    this.reserve(count)
    const at = this.length
    this.length = at + count
    const buffer = this.buffer
    if (count > loopBytesMax) buffer.set(source, at)
    else for (let i = 0; i < count; i += 1) buffer[at + i] = source[i]!
  }

  /** A whole number below 2^31 as decimal text with its length. */
  digits(value: number): void {
    let count = 1
    for (let rest = value; rest > 9; rest = (rest / 10) | 0) count += 1
    this.reserve(count + 1)
    const buffer = this.buffer
    buffer[this.length] = count
    let rest = value
    for (let at = this.length + count; at > this.length; at -= 1) {
      buffer[at] = 48 + (rest % 10)
      rest = (rest / 10) | 0
    }
    this.length += count + 1
  }

  /** A text from a body, at most `bytesMax` of it. Says whether it had to be cut or its UTF-8 repaired. */
  text(source: Buffer, from: number, to: number, bytesMax: number): number {
    if (to - from > bytesMax) return this.text(source, from, cutAt(source, from, from + bytesMax), bytesMax) | textCut
    const count = to - from
    const before = this.length
    this.varint(count)
    if (count > loopBytesMax) {
      if (!isUtf8(source.subarray(from, to))) return this.repaired(before, source.toString('utf8', from, to))
      this.raw(source, from, to)
      return textWhole
    }
    this.reserve(count)
    const buffer = this.buffer
    let at = this.length
    let seen = 0
    for (let i = from; i < to; i += 1) {
      const byte = source[i]!
      seen |= byte
      buffer[at++] = byte
    }
    this.length = at
    if (seen < 128 || isUtf8(source.subarray(from, to))) return textWhole
    return this.repaired(before, source.toString('utf8', from, to))
  }

  private repaired(before: number, text: string): number {
    this.length = before
    this.string(text)
    return textRepaired
  }

  /** A text of ours, whole. */
  string(text: string): void {
    if (text.length <= loopBytesMax && this.ascii(text)) return
    const count = Buffer.byteLength(text)
    this.varint(count)
    this.reserve(count)
    this.length += this.buffer.write(text, this.length, count, 'utf8')
  }

  /** Writes a short text if it is ASCII, where one character is one byte; otherwise nothing. */
  private ascii(text: string): boolean {
    const count = text.length
    this.reserve(count + 1)
    const { buffer, length } = this
    for (let i = 0; i < count; i += 1) {
      const code = text.charCodeAt(i)
      if (code > 127) return false
      buffer[length + 1 + i] = code
    }
    buffer[length] = count
    this.length = length + 1 + count
    return true
  }

  /** A copy of what was written, to be written again for other rows. */
  copy(): Buffer {
    return Buffer.from(this.buffer.subarray(0, this.length))
  }
}

/** The last place at or before `at` where a UTF-8 text may be cut. */
export function cutAt(source: Buffer, from: number, at: number): number {
  let cut = at
  while (cut > from && at - cut < 4 && (source[cut]! & 0xc0) === 0x80) cut -= 1
  return (source[cut]! & 0xc0) === 0x80 ? at : cut
}

/** A text with its length in front, ready to be copied. */
export function nativeString(text: string): Buffer {
  const bytes = new Bytes(text.length + 8)
  bytes.string(text)
  return bytes.copy()
}
