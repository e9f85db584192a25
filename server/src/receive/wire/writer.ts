// Writes protobuf fields: for the answers of the two servers and for JSON requests, which become protobuf before they are
// decoded. Values in, one Buffer out. Small and plain, since none of it is on the fast path.

export class WireWriter {
  private readonly parts: Buffer[] = []

  varint(field: number, value: bigint): this {
    this.parts.push(varint(BigInt(field) << 3n), varint(BigInt.asUintN(64, value)))
    return this
  }

  fixed64(field: number, value: bigint): this {
    const bytes = Buffer.alloc(8)
    bytes.writeBigUInt64LE(BigInt.asUintN(64, value))
    this.parts.push(varint((BigInt(field) << 3n) | 1n), bytes)
    return this
  }

  fixed32(field: number, value: bigint): this {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32LE(Number(BigInt.asUintN(32, value)))
    this.parts.push(varint((BigInt(field) << 3n) | 5n), bytes)
    return this
  }

  double(field: number, value: number): this {
    const bytes = Buffer.alloc(8)
    bytes.writeDoubleLE(value)
    this.parts.push(varint((BigInt(field) << 3n) | 1n), bytes)
    return this
  }

  /** A string, bytes, or a message that is encoded already. */
  block(field: number, value: Buffer | string): this {
    const bytes = typeof value === 'string' ? Buffer.from(value) : value
    this.parts.push(varint((BigInt(field) << 3n) | 2n), varint(BigInt(bytes.length)), bytes)
    return this
  }

  finish(): Buffer {
    return Buffer.concat(this.parts)
  }
}

function varint(value: bigint): Buffer {
  const bytes: number[] = []
  let rest = value
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128)
    rest >>= 7n
  }
  bytes.push(Number(rest))
  return Buffer.from(bytes)
}
