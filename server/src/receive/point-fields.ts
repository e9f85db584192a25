// The values of one data point, whose field numbers differ by kind. Wire bytes in; value, count, sum, buckets and quantiles as
// column bytes out. What a kind does not have is 0 or empty; a minimum or maximum that was not sent is NaN, not 0.
import { bucketsMax, quantilesMax, type RejectReason } from './limits.ts'
import { Bytes } from './native/bytes.ts'
import type { Column } from './native/table.ts'
import { pointShapes, startTag, timeTag, type PointShape } from './point-shapes.ts'
import type { Reading } from './reading.ts'
import { MalformedBody, signed64, tagOf } from './wire/reader.ts'

const bucketsField = { offset: tagOf(1, 0), count: tagOf(2, 0), countsPacked: tagOf(2, 2) }
const quantileField = { quantile: tagOf(1, 1), value: tagOf(2, 1) }

/** A sint32 is zigzag-coded: 0, -1, 1, -2. */
const zigzag = (value: number): number => (value >>> 1) ^ -(value & 1)

/** An array column, and the elements of the point at hand until it is known that the point is kept. */
class ArrayStreams {
  readonly offsets = new Bytes()
  readonly items = new Bytes()
  readonly staged = new Bytes(1024)

  write(): void {
    this.offsets.offset(this.staged.length / 8)
    this.items.raw(this.staged.buffer, 0, this.staged.length)
  }

  column(name: string, type: string): Column {
    return { name, type: `Array(${type})`, streams: [this.offsets, this.items] }
  }
}

export class PointFields {
  /** Where the time stands in the body; -1 when absent. */
  time = -1
  start = -1
  flags = 0
  private double = -1
  private int = -1
  private scale = 0
  private zeroCount = -1
  private firstPositive = 0
  private firstNegative = 0
  private readonly places = { count: -1, sum: -1, min: -1, max: -1 }
  private readonly value = new Bytes()
  private readonly one = { count: new Bytes(), sum: new Bytes(), min: new Bytes(), max: new Bytes() }
  private readonly scaleOut = new Bytes()
  private readonly zeroOut = new Bytes()
  private readonly firstPositiveOut = new Bytes()
  private readonly firstNegativeOut = new Bytes()
  private readonly bounds = new ArrayStreams()
  private readonly counts = new ArrayStreams()
  private readonly negatives = new ArrayStreams()
  private readonly quantiles = new ArrayStreams()
  private readonly quantileValues = new ArrayStreams()

  constructor(private readonly reading: Reading) {}

  columns(): Column[] {
    const { one } = this
    const plain = (name: string, type: string, stream: Bytes): Column => ({ name, type, streams: [stream] })
    return [
      plain('value', 'Float64', this.value),
      plain('count', 'UInt64', one.count),
      plain('sum', 'Float64', one.sum),
      plain('min', 'Float64', one.min),
      plain('max', 'Float64', one.max),
      this.bounds.column('bounds', 'Float64'),
      this.counts.column('counts', 'UInt64'),
      plain('scale', 'Int32', this.scaleOut),
      plain('zero_count', 'UInt64', this.zeroOut),
      plain('positive_offset', 'Int32', this.firstPositiveOut),
      plain('negative_offset', 'Int32', this.firstNegativeOut),
      this.negatives.column('negative_counts', 'UInt64'),
      this.quantiles.column('quantiles', 'Float64'),
      this.quantileValues.column('quantile_values', 'Float64'),
    ]
  }

  /** Reads a point of this type; gives why it is refused, or undefined. The reading's pairs get its attributes. */
  scan(type: number, from: number, to: number): RejectReason | undefined {
    const { wire } = this.reading
    const shape = pointShapes[type]!
    this.reset()
    wire.pos = from
    while (wire.pos < to) {
      const tag = wire.tag(to)
      if (tag === timeTag) this.time = wire.fixed(8, to)
      else if (tag === startTag) this.start = wire.fixed(8, to)
      else if (!this.fixedField(shape, tag, to) && !this.otherField(shape, tag, to)) wire.skip(tag, to)
    }
    if (Math.max(this.counts.staged.length, this.bounds.staged.length, this.negatives.staged.length) / 8 > bucketsMax) {
      return 'too_many_buckets'
    }
    if (this.quantiles.staged.length / 8 > quantilesMax) return 'too_many_buckets'
    return this.reading.refuseTime(this.time)
  }

  private reset(): void {
    const { places } = this
    this.time = this.start = this.double = this.int = this.zeroCount = -1
    places.count = places.sum = places.min = places.max = -1
    this.flags = this.scale = this.firstPositive = this.firstNegative = 0
    for (const list of [this.bounds, this.counts, this.negatives, this.quantiles, this.quantileValues]) {
      list.staged.clear()
    }
    this.reading.pairs.clear()
  }

  /** Fields of eight bytes. False when the tag is none of them. */
  private fixedField(shape: PointShape, tag: number, to: number): boolean {
    if ((tag & 7) !== 1) return false
    const { wire } = this.reading
    const { places } = this
    const at = wire.fixed(8, to)
    if (tag === shape.double) {
      this.double = at
      this.int = -1
    } else if (tag === shape.int) {
      this.int = at
      this.double = -1
    } else if (tag === shape.count) places.count = at
    else if (tag === shape.sum) places.sum = at
    else if (tag === shape.min) places.min = at
    else if (tag === shape.max) places.max = at
    else if (tag === shape.zeroCount) this.zeroCount = at
    else if (tag === shape.counts) this.counts.staged.raw(wire.bytes, at, at + 8)
    else if (tag === shape.bounds) this.bounds.staged.raw(wire.bytes, at, at + 8)
    return true
  }

  private otherField(shape: PointShape, tag: number, to: number): boolean {
    const { wire, pairs } = this.reading
    if (tag === shape.flags) this.flags = wire.varint(to)
    else if (tag === shape.scale) this.scale = zigzag(wire.varint(to))
    else if ((tag & 7) !== 2) return false
    else {
      const end = wire.block(to)
      if (tag === shape.attributes) pairs.add(wire.pos, end)
      else if (tag === shape.countsPacked) this.counts.staged.raw(wire.bytes, wire.pos, wholeNumbers(wire.pos, end))
      else if (tag === shape.boundsPacked) this.bounds.staged.raw(wire.bytes, wire.pos, wholeNumbers(wire.pos, end))
      else if (tag === shape.positive) this.firstPositive = this.readBuckets(this.counts.staged, end)
      else if (tag === shape.negative) this.firstNegative = this.readBuckets(this.negatives.staged, end)
      else if (tag === shape.quantiles) this.readQuantile(end)
      wire.pos = end
    }
    return true
  }

  /** Reads the buckets of one sign; gives the index of the first. */
  private readBuckets(staged: Bytes, to: number): number {
    const { wire } = this.reading
    let first = 0
    while (wire.pos < to) {
      const tag = wire.tag(to)
      if (tag === bucketsField.offset) first = zigzag(wire.varint(to))
      else if (tag === bucketsField.count) {
        wire.varint(to)
        staged.uint64(wire.low, wire.high)
      } else if (tag === bucketsField.countsPacked) {
        const end = wire.block(to)
        while (wire.pos < end) {
          wire.varint(end)
          staged.uint64(wire.low, wire.high)
        }
      } else wire.skip(tag, to)
    }
    return first
  }

  private readQuantile(to: number): void {
    const { wire } = this.reading
    let quantile = 0
    let value = 0
    while (wire.pos < to) {
      const tag = wire.tag(to)
      if (tag === quantileField.quantile) quantile = wire.doubleAt(wire.fixed(8, to))
      else if (tag === quantileField.value) value = wire.doubleAt(wire.fixed(8, to))
      else wire.skip(tag, to)
    }
    this.quantiles.staged.double(quantile)
    this.quantileValues.staged.double(value)
  }

  /** Writes the row of the point that was scanned last. */
  write(type: number): void {
    const { places, one } = this
    this.writeValue()
    this.copy(one.count, places.count)
    this.copy(one.sum, places.sum)
    // A plain number has no minimum; a histogram whose sender kept none has one that is not known.
    const unknown = type <= 2 ? 0 : Number.NaN
    if (places.min < 0) one.min.double(unknown)
    else this.copy(one.min, places.min)
    if (places.max < 0) one.max.double(unknown)
    else this.copy(one.max, places.max)
    this.scaleOut.uint32(this.scale)
    this.copy(this.zeroOut, this.zeroCount)
    this.firstPositiveOut.uint32(this.firstPositive)
    this.firstNegativeOut.uint32(this.firstNegative)
    for (const list of [this.bounds, this.counts, this.negatives, this.quantiles, this.quantileValues]) list.write()
  }

  private writeValue(): void {
    const { wire } = this.reading
    if (this.int < 0) this.copy(this.value, this.double)
    else this.value.double(Number(signed64(wire.uint32At(this.int), wire.uint32At(this.int + 4))))
  }

  /** Eight bytes of the body as they are; zeros when absent. */
  private copy(out: Bytes, at: number): void {
    if (at < 0) out.zeros(8)
    else out.raw(this.reading.wire.bytes, at, at + 8)
  }
}

/** A packed list of fixed numbers ends where its last whole number does. */
function wholeNumbers(from: number, to: number): number {
  if ((to - from) % 8 !== 0) throw new MalformedBody(`a list of 8-byte numbers has ${to - from} bytes at byte ${from}`)
  return to
}
