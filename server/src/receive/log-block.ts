// Log records: ExportLogsServiceRequest bytes in, one block of logs_in out. As span-block.ts: items are rejected and counted one
// by one, a body that is no such message throws and leaves nothing. Columns are those of store/schema/0015-logs-in.sql.
import type { Block } from '../journal/block.ts'
import { valueKinds } from './any-look.ts'
import { KeyList } from './key-list.ts'
import { longValueBytesMax } from './limits.ts'
import { Bytes } from './native/bytes.ts'
import { mapStreams, Table } from './native/table.ts'
import type { Reading, Window } from './reading.ts'
import { isZero } from './span-block.ts'
import { tagOf } from './wire/reader.ts'

const field = {
  time: tagOf(1, 1),
  severity: tagOf(2, 0),
  severityText: tagOf(3, 2),
  body: tagOf(5, 2),
  attributes: tagOf(6, 2),
  flags: tagOf(8, 5),
  traceId: tagOf(9, 2),
  spanId: tagOf(10, 2),
  observed: tagOf(11, 1),
  eventName: tagOf(12, 2),
}
const severityMax = 24

function logStreams() {
  return {
    env: new Bytes(),
    cluster: new Bytes(),
    service: new Bytes(),
    ts: new Bytes(),
    observed: new Bytes(),
    traceId: new Bytes(),
    spanId: new Bytes(),
    flags: new Bytes(),
    severity: new Bytes(),
    severityText: new Bytes(),
    eventName: new Bytes(),
    body: new Bytes(),
    scope: new Bytes(),
    resource: mapStreams(),
    attrs: mapStreams(),
  }
}

export class LogBlocks {
  private readonly out = logStreams()
  private readonly keys: KeyList
  private readonly table: Table

  private time = -1
  private observed = -1
  private traceId = -1
  private spanId = -1
  private flags = -1
  private severity = 0
  private bodyFrom = 0
  private bodyTo = 0
  private textFrom = 0
  private textTo = 0
  private nameFrom = 0
  private nameTo = 0

  constructor(
    private readonly reading: Reading,
    blockBytesMax: number,
  ) {
    this.keys = new KeyList(reading.tally)
    this.table = new Table(this.columns(), blockBytesMax)
  }

  private columns() {
    const { out, keys } = this
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
      { name: 'ts', type: "DateTime64(9, 'UTC')", streams: [out.ts] },
      { name: 'observed_ts', type: "DateTime64(9, 'UTC')", streams: [out.observed] },
      { name: 'trace_id', type: 'FixedString(16)', streams: [out.traceId] },
      { name: 'span_id', type: 'FixedString(8)', streams: [out.spanId] },
      { name: 'flags', type: 'UInt32', streams: [out.flags] },
      { name: 'severity', type: 'UInt8', streams: [out.severity] },
      text('severity_text', out.severityText),
      text('event_name', out.eventName),
      text('body', out.body),
      text('scope', out.scope),
      map('resource_attrs', out.resource),
      map('attrs', out.attrs),
      { name: 'keys.name', type: 'Array(String)', streams: [keys.offsets, keys.names] },
      { name: 'keys.value', type: 'Array(String)', streams: [keys.offsets, keys.values] },
    ]
  }

  /** Undefined when no record could be kept; why is in the reading's tally. Throws MalformedBody. */
  read(body: Buffer, window: Window): Block | undefined {
    this.table.clear()
    this.reading.open(body, window)
    this.reading.eachItem((from, to) => this.record(from, to))
    const { rows } = this.table
    return rows === 0 ? undefined : { table: 'logs_in', rows, bytes: this.table.finish() }
  }

  private record(from: number, to: number): void {
    this.scan(from, to)
    const { reading } = this
    const time = this.timeOfRecord()
    const refused = time < 0 ? undefined : reading.refuseTime(time)
    if (refused === undefined) this.write(time)
    else reading.tally.reject(refused)
  }

  /** When it happened, else when it was observed; -1 when neither is said, and then it is now. */
  private timeOfRecord(): number {
    const { wire } = this.reading
    if (this.time >= 0 && !isZero(wire.bytes, this.time, 8)) return this.time
    return this.observed >= 0 && !isZero(wire.bytes, this.observed, 8) ? this.observed : -1
  }

  private scan(from: number, to: number): void {
    const { wire, pairs } = this.reading
    this.reset()
    wire.pos = from
    while (wire.pos < to) {
      const tag = wire.tag(to)
      switch (tag) {
        case field.time:
          this.time = wire.fixed(8, to)
          break
        case field.observed:
          this.observed = wire.fixed(8, to)
          break
        case field.severity:
          this.severity = wire.varint(to)
          break
        case field.flags:
          this.flags = wire.fixed(4, to)
          break
        case field.severityText:
        case field.body:
        case field.attributes:
        case field.traceId:
        case field.spanId:
        case field.eventName: {
          const end = wire.block(to)
          if (tag === field.attributes) pairs.add(wire.pos, end)
          else this.place(tag, wire.pos, end)
          wire.pos = end
          break
        }
        default:
          wire.skip(tag, to)
      }
    }
  }

  private reset(): void {
    this.time = this.observed = this.traceId = this.spanId = this.flags = -1
    this.severity = 0
    this.bodyFrom = this.bodyTo = this.textFrom = this.textTo = this.nameFrom = this.nameTo = 0
    this.reading.pairs.clear()
  }

  private place(tag: number, from: number, to: number): void {
    if (tag === field.body) {
      this.bodyFrom = from
      this.bodyTo = to
    } else if (tag === field.severityText) {
      this.textFrom = from
      this.textTo = to
    } else if (tag === field.eventName) {
      this.nameFrom = from
      this.nameTo = to
    } else if (tag === field.traceId) this.traceId = this.id(from, to, 16)
    else this.spanId = this.id(from, to, 8)
  }

  /** A record without a trace is as good as any; one with half an id is kept without it. */
  private id(from: number, to: number, size: number): number {
    if (to - from === size) return from
    if (to > from) this.reading.tally.change('bad_log_trace_id')
    return -1
  }

  private write(time: number): void {
    const { out, reading, keys } = this
    const { wire } = reading
    if (time < 0) {
      reading.writeNow(out.ts)
      reading.tally.change('time_missing')
      reading.tally.timesMade += 1
    } else out.ts.raw(wire.bytes, time, time + 8)
    if (this.observed < 0) reading.writeNow(out.observed)
    else reading.writeTime(out.observed, this.observed)
    this.writeId(out.traceId, this.traceId, 16)
    this.writeId(out.spanId, this.spanId, 8)
    out.flags.uint32(this.flags < 0 ? 0 : wire.uint32At(this.flags))
    out.severity.uint8(this.severity <= severityMax ? this.severity : 0)
    reading.writeName(out.severityText, this.textFrom, this.textTo)
    reading.writeName(out.eventName, this.nameFrom, this.nameTo)
    this.writeBody()
    keys.begin()
    reading.facts.clear()
    reading.attributes.writeMap(reading.pairs, out.attrs, reading.facts, keys)
    keys.end()
    reading.writeResource(out)
    this.table.endRow()
  }

  private writeId(out: Bytes, at: number, size: number): void {
    if (at < 0) out.zeros(size)
    else out.raw(this.reading.wire.bytes, at, at + size)
  }

  private writeBody(): void {
    const { values } = this.reading
    const { body } = this.out
    const text = values.textOf(this.bodyFrom, this.bodyTo, longValueBytesMax)
    const isText = values.seen.kind !== valueKinds.none && text !== ''
    if (isText) values.writeText(body, values.masked(text), longValueBytesMax)
    else body.uint8(0)
  }
}
