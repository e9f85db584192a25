// Metrics: ExportMetricsServiceRequest bytes in, one block of points_in out; a row a data point, whatever its kind. As
// span-block.ts: items are rejected and counted one by one, a body that is no such message throws and leaves nothing.
// Columns are those of store/schema/0018-points-in.sql.
import type { Block } from '../journal/block.ts'
import { PointFields } from './point-fields.ts'
import { Bytes } from './native/bytes.ts'
import { mapStreams, Table } from './native/table.ts'
import type { Reading, Window } from './reading.ts'
import { tagOf } from './wire/reader.ts'

const field = {
  name: tagOf(1, 2),
  description: tagOf(2, 2),
  unit: tagOf(3, 2),
  gauge: tagOf(5, 2),
  sum: tagOf(7, 2),
  histogram: tagOf(9, 2),
  exponential: tagOf(10, 2),
  summary: tagOf(11, 2),
}
const dataField = { points: tagOf(1, 2), temporality: tagOf(2, 0), monotonic: tagOf(3, 0) }

/** Column `type`. */
export const pointTypes = { gauge: 1, sum: 2, histogram: 3, exponential: 4, summary: 5 } as const
const typeOfField = new Map<number, number>([
  [field.gauge, pointTypes.gauge],
  [field.sum, pointTypes.sum],
  [field.histogram, pointTypes.histogram],
  [field.exponential, pointTypes.exponential],
  [field.summary, pointTypes.summary],
])

function pointStreams() {
  return {
    env: new Bytes(),
    cluster: new Bytes(),
    service: new Bytes(),
    metric: new Bytes(),
    type: new Bytes(),
    temporality: new Bytes(),
    monotonic: new Bytes(),
    unit: new Bytes(),
    description: new Bytes(),
    scope: new Bytes(),
    resource: mapStreams(),
    attrs: mapStreams(),
    ts: new Bytes(),
    startTs: new Bytes(),
    flags: new Bytes(),
  }
}

export class PointBlocks {
  private readonly out = pointStreams()
  private readonly fields: PointFields
  private readonly table: Table

  // The metric at hand.
  private nameFrom = 0
  private nameTo = 0
  private descriptionFrom = 0
  private descriptionTo = 0
  private unitFrom = 0
  private unitTo = 0
  private type = 0
  private dataFrom = 0
  private dataTo = 0
  private temporality = 0
  private monotonic = 0

  constructor(
    private readonly reading: Reading,
    blockBytesMax: number,
  ) {
    this.fields = new PointFields(reading)
    this.table = new Table(this.columns(), blockBytesMax)
  }

  private columns() {
    const { out, fields } = this
    const text = (name: string, stream: Bytes) => ({ name, type: 'String', streams: [stream] })
    const map = (name: string, streams: ReturnType<typeof mapStreams>) => ({
      name,
      type: 'Map(String, String)',
      streams: [streams.offsets, streams.keys, streams.values],
    })
    return [
      text('env', out.env),
      text('cluster', out.cluster),
      text('service', out.service),
      text('metric', out.metric),
      { name: 'type', type: 'UInt8', streams: [out.type] },
      { name: 'temporality', type: 'UInt8', streams: [out.temporality] },
      { name: 'monotonic', type: 'UInt8', streams: [out.monotonic] },
      text('unit', out.unit),
      text('description', out.description),
      text('scope', out.scope),
      map('resource_attrs', out.resource),
      map('attrs', out.attrs),
      { name: 'ts', type: "DateTime64(9, 'UTC')", streams: [out.ts] },
      { name: 'start_ts', type: "DateTime64(9, 'UTC')", streams: [out.startTs] },
      { name: 'flags', type: 'UInt32', streams: [out.flags] },
      ...fields.columns(),
    ]
  }

  /** Undefined when no point could be kept; why is in the reading's tally. Throws MalformedBody. */
  read(body: Buffer, window: Window): Block | undefined {
    this.table.clear()
    this.reading.open(body, window)
    this.reading.eachItem((from, to) => this.metric(from, to))
    const { rows } = this.table
    return rows === 0 ? undefined : { table: 'points_in', rows, bytes: this.table.finish() }
  }

  private metric(from: number, to: number): void {
    const { wire } = this.reading
    this.reset()
    wire.pos = from
    while (wire.pos < to) {
      const tag = wire.tag(to)
      if ((tag & 7) !== 2) {
        wire.skip(tag, to)
        continue
      }
      const end = wire.block(to)
      this.place(tag, wire.pos, end)
      wire.pos = end
    }
    if (this.type !== 0) this.data()
  }

  private reset(): void {
    this.nameFrom = this.nameTo = this.descriptionFrom = this.descriptionTo = this.unitFrom = this.unitTo = 0
    this.type = this.dataFrom = this.dataTo = this.temporality = this.monotonic = 0
  }

  private place(tag: number, from: number, to: number): void {
    if (tag === field.name) {
      this.nameFrom = from
      this.nameTo = to
    } else if (tag === field.description) {
      this.descriptionFrom = from
      this.descriptionTo = to
    } else if (tag === field.unit) {
      this.unitFrom = from
      this.unitTo = to
    } else {
      const type = typeOfField.get(tag)
      if (type === undefined) return
      this.type = type
      this.dataFrom = from
      this.dataTo = to
    }
  }

  /** Temporality and monotony first, since they may come after the points they are about. */
  private data(): void {
    const { reading, dataFrom, dataTo } = this
    const { wire } = reading
    wire.pos = dataFrom
    while (wire.pos < dataTo) {
      const tag = wire.tag(dataTo)
      if (tag === dataField.temporality) this.temporality = wire.varint(dataTo)
      else if (tag === dataField.monotonic) this.monotonic = wire.varint(dataTo)
      else wire.skip(tag, dataTo)
    }
    reading.eachBlock(dataFrom, dataTo, dataField.points, (from, to) => this.point(from, to))
  }

  private point(from: number, to: number): void {
    const { reading, fields } = this
    const refused = fields.scan(this.type, from, to)
    if (this.nameTo === this.nameFrom) reading.tally.reject('no_name')
    else if (refused !== undefined) reading.tally.reject(refused)
    else this.write()
  }

  private write(): void {
    const { out, reading, fields } = this
    reading.writeName(out.metric, this.nameFrom, this.nameTo)
    out.type.uint8(this.type)
    out.temporality.uint8(this.temporality <= 2 ? this.temporality : 0)
    out.monotonic.uint8(this.type === pointTypes.sum && this.monotonic !== 0 ? 1 : 0)
    reading.writeName(out.unit, this.unitFrom, this.unitTo)
    reading.writeName(out.description, this.descriptionFrom, this.descriptionTo)
    reading.facts.clear()
    reading.attributes.writeMap(reading.pairs, out.attrs, reading.facts, undefined)
    reading.writeResource(out)
    out.ts.raw(reading.wire.bytes, fields.time, fields.time + 8)
    reading.writeTime(out.startTs, fields.start)
    out.flags.uint32(fields.flags)
    fields.write(this.type)
    this.table.endRow()
  }
}
