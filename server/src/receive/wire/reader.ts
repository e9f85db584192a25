// Reads protobuf wire bytes in place: a cursor over a body, numbers out, no object per field. Every read is given the end
// it must not pass, so a corrupt length can neither reach a neighbour nor ask for memory. Throws MalformedBody, nothing else.
// Rules: protobuf encoding guide. 64-bit values are left in `low` and `high`, since a JS number would lose nanoseconds.

/** The body is not the message it claims to be. The sender must not send it again as it is. */
export class MalformedBody extends Error {}

const two32 = 4_294_967_296

/** Field number and wire type as they stand in the body. */
export const tagOf = (field: number, wireType: 0 | 1 | 2 | 5): number => field * 8 + wireType

export class WireReader {
  bytes: Buffer = Buffer.alloc(0)
  pos = 0
  /** Halves of the last varint or fixed64, unsigned. */
  low = 0
  high = 0

  open(bytes: Buffer): void {
    this.bytes = bytes
    this.pos = 0
  }

  /** The next varint as a number; exact up to 2^53, and in `low`/`high` up to 2^64. */
  varint(end: number): number {
    if (this.pos < end) {
      const byte = this.bytes[this.pos]!
      if (byte < 128) {
        this.pos += 1
        this.low = byte
        this.high = 0
        return byte
      }
    }
    return this.longVarint(end)
  }

  private longVarint(end: number): number {
    let low = 0
    let high = 0
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.pos >= end) throw new MalformedBody(`a number is cut off at byte ${this.pos}`)
      const byte = this.bytes[this.pos++]!
      const bits = byte & 127
      if (shift < 28) low |= bits << shift
      else if (shift === 28) {
        low |= bits << 28
        high = bits >>> 4
      } else high |= bits << (shift - 32)
      if (byte < 128) {
        this.low = low >>> 0
        this.high = high >>> 0
        return this.high * two32 + this.low
      }
    }
    throw new MalformedBody(`a number is longer than 10 bytes at byte ${this.pos}`)
  }

  /** The next field's tag. */
  tag(end: number): number {
    const tag = this.varint(end)
    if (tag < 8 || tag >= two32) throw new MalformedBody(`there is no field ${tag >>> 3} at byte ${this.pos}`)
    return tag
  }

  /** Reads a length and gives where that much ends; the cursor stands at the start of it. */
  block(end: number): number {
    const length = this.varint(end)
    if (length > end - this.pos) {
      throw new MalformedBody(`${length} bytes are announced at byte ${this.pos}, ${end - this.pos} are there`)
    }
    return this.pos + length
  }

  /** Moves past `size` bytes and gives where they began. */
  fixed(size: number, end: number): number {
    const start = this.pos
    if (size > end - start) throw new MalformedBody(`a fixed number is cut off at byte ${start}`)
    this.pos = start + size
    return start
  }

  /** Moves past a field that is not wanted. */
  skip(tag: number, end: number): void {
    switch (tag & 7) {
      case 0:
        this.varint(end)
        return
      case 1:
        this.fixed(8, end)
        return
      case 2:
        this.pos = this.block(end)
        return
      case 5:
        this.fixed(4, end)
        return
      default:
        throw new MalformedBody(`wire type ${tag & 7} is not of protobuf 3 at byte ${this.pos}`)
    }
  }

  /** Four bytes, little endian, unsigned. The caller has checked the bounds. */
  uint32At(at: number): number {
    const bytes = this.bytes
    return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0
  }

  /** Eight bytes as a number: exact enough to compare times with a window (256 ns), not to store them. */
  roughUint64At(at: number): number {
    return this.uint32At(at + 4) * two32 + this.uint32At(at)
  }

  doubleAt(at: number): number {
    return this.bytes.readDoubleLE(at)
  }

  /** Text in [from, to), invalid UTF-8 replaced. */
  textAt(from: number, to: number): string {
    return this.bytes.toString('utf8', from, to)
  }
}

/** The signed 64-bit value of two halves. */
export function signed64(low: number, high: number): bigint {
  return BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low))
}
