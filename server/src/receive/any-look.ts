// Finds what an OTLP AnyValue holds, without decoding it. Wire bytes in; the kind of value and the place of its content out.
import { signed64, type WireReader } from './wire/reader.ts'

/** Fields of AnyValue: the kinds of value there are. */
export const valueKinds = { none: 0, string: 1, bool: 2, int: 3, double: 4, array: 5, map: 6, bytes: 7 } as const

const stringTag = 10
const boolTag = 16
const intTag = 24
const doubleTag = 33
const arrayTag = 42
const mapTag = 50
const bytesTag = 58

export class AnyLook {
  kind = 0
  from = 0
  to = 0

  constructor(private readonly wire: WireReader) {}

  /** Finds what is in the AnyValue [from, to): the last of its fields, as protobuf has it for a oneof. */
  look(from: number, to: number): number {
    const wire = this.wire
    // Nearly every value is one short string: a tag, a length of one byte, and the text to the end.
    if (wire.bytes[from] === stringTag && to - from < 130 && wire.bytes[from + 1] === to - from - 2) {
      this.found(valueKinds.string, from + 2, to)
      return valueKinds.string
    }
    this.kind = valueKinds.none
    wire.pos = from
    while (wire.pos < to) {
      const tag = wire.tag(to)
      const start = wire.pos
      switch (tag) {
        case stringTag:
        case arrayTag:
        case mapTag:
        case bytesTag: {
          const end = wire.block(to)
          this.found(tag >>> 3, wire.pos, end)
          wire.pos = end
          break
        }
        case boolTag:
        case intTag:
          wire.varint(to)
          this.found(tag >>> 3, start, wire.pos)
          break
        case doubleTag:
          wire.fixed(8, to)
          this.found(tag >>> 3, start, wire.pos)
          break
        default:
          wire.skip(tag, to)
      }
    }
    return this.kind
  }

  private found(kind: number, from: number, to: number): void {
    this.kind = kind
    this.from = from
    this.to = to
  }
}

/** Bool, int, double or bytes as text. Bytes are base64, as OTLP/JSON has them. */
export function scalarText(wire: WireReader, kind: number, from: number, to: number): string {
  wire.pos = from
  switch (kind) {
    case valueKinds.bool:
      return wire.varint(to) === 0 ? 'false' : 'true'
    case valueKinds.int:
      wire.varint(to)
      return wire.high === 0 ? String(wire.low) : String(signed64(wire.low, wire.high))
    case valueKinds.double:
      return String(wire.doubleAt(from))
    default:
      return wire.bytes.toString('base64', from, to)
  }
}
