// Traces: ExportTraceServiceRequest bytes in, one block of spans_in out, in a single pass over the body and without an object
// per span. An item that cannot be kept is rejected and counted; a body that is no such message throws and leaves nothing.
// Columns are those of store/schema/0001-spans-in.sql, in its order.
import type { Block } from '../journal/block.ts'
import { KeyList } from './key-list.ts'
import { eventsMax, linksMax, valueBytesMax } from './limits.ts'
import { MessageFacts } from './message-facts.ts'
import { Bytes } from './native/bytes.ts'
import { mapStreams, Table } from './native/table.ts'
import { PairList } from './pair-list.ts'
import type { Reading, Window } from './reading.ts'
import { SpanParts } from './span-parts.ts'
import { tagOf } from './wire/reader.ts'

const field = {
  traceId: tagOf(1, 2),
  spanId: tagOf(2, 2),
  traceState: tagOf(3, 2),
  parentSpanId: tagOf(4, 2),
  name: tagOf(5, 2),
  kind: tagOf(6, 0),
  start: tagOf(7, 1),
  end: tagOf(8, 1),
  attributes: tagOf(9, 2),
  events: tagOf(11, 2),
  links: tagOf(13, 2),
  status: tagOf(15, 2),
  flags: tagOf(16, 5),
}
const statusField = { message: tagOf(2, 2), code: tagOf(3, 0) }
const two32 = 4_294_967_296

/** The streams of all columns; the facts of messages, events and links have classes of their own. */
function spanStreams() {
  return {
    env: new Bytes(),
    cluster: new Bytes(),
    service: new Bytes(),
    ts: new Bytes(),
    duration: new Bytes(),
    traceId: new Bytes(),
    spanId: new Bytes(),
    parentSpanId: new Bytes(),
    traceState: new Bytes(),
    flags: new Bytes(),
    name: new Bytes(),
    kind: new Bytes(),
    status: new Bytes(),
    statusMessage: new Bytes(),
    scope: new Bytes(),
    resource: mapStreams(),
    attrs: mapStreams(),
  }
}

export class SpanBlocks {
  private readonly out = spanStreams()
  private readonly keys: KeyList
  private readonly facts: MessageFacts
  private readonly parts: SpanParts
  private readonly table: Table
  private readonly events = new PairList(eventsMax)
  private readonly links = new PairList(linksMax)

  // Where the fields of the span at hand stand; -1 when absent.
  private traceId = -1
  private spanId = -1
  private parentId = -1
  private start = -1
  private end = -1
  private flags = -1
  private kind = 0
  private status = 0
  private stateFrom = 0
  private stateTo = 0
  private nameFrom = 0
  private nameTo = 0
  private messageFrom = 0
  private messageTo = 0

  constructor(
    private readonly reading: Reading,
    blockBytesMax: number,
  ) {
    this.keys = new KeyList(reading.tally)
    this.facts = new MessageFacts(reading, this.keys)
    this.parts = new SpanParts(reading, this.keys, this.facts)
    this.table = new Table(this.columns(), blockBytesMax)
  }

  private columns() {
    const { out, parts, facts, keys } = this
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
      { name: 'duration_ns', type: 'UInt64', streams: [out.duration] },
      { name: 'trace_id', type: 'FixedString(16)', streams: [out.traceId] },
      { name: 'span_id', type: 'FixedString(8)', streams: [out.spanId] },
      { name: 'parent_span_id', type: 'FixedString(8)', streams: [out.parentSpanId] },
      text('trace_state', out.traceState),
      { name: 'flags', type: 'UInt32', streams: [out.flags] },
      text('name', out.name),
      { name: 'kind', type: 'UInt8', streams: [out.kind] },
      { name: 'status', type: 'UInt8', streams: [out.status] },
      text('status_message', out.statusMessage),
      text('scope', out.scope),
      map('resource_attrs', out.resource),
      map('attrs', out.attrs),
      ...parts.columns(),
      ...facts.columns(),
      { name: 'keys.name', type: 'Array(String)', streams: [keys.offsets, keys.names] },
      { name: 'keys.value', type: 'Array(String)', streams: [keys.offsets, keys.values] },
    ]
  }

  /** Undefined when no span could be kept; why is in the reading's tally. Throws MalformedBody. */
  read(body: Buffer, window: Window): Block | undefined {
    this.table.clear()
    this.reading.open(body, window)
    this.reading.eachItem((from, to) => this.span(from, to))
    const { rows } = this.table
    return rows === 0 ? undefined : { table: 'spans_in', rows, bytes: this.table.finish() }
  }

  private span(from: number, to: number): void {
    this.scan(from, to)
    const { reading } = this
    const { wire } = reading
    if (this.traceId < 0 || isZero(wire.bytes, this.traceId, 16)) reading.tally.reject('bad_trace_id')
    else if (this.spanId < 0 || isZero(wire.bytes, this.spanId, 8)) reading.tally.reject('bad_span_id')
    else {
      const refused = reading.refuseTime(this.start)
      if (refused === undefined) this.write()
      else reading.tally.reject(refused)
    }
  }

  /** Notes where everything stands. Fields may come in any order, and nothing is written before all have been seen. */
  private scan(from: number, to: number): void {
    const { wire, pairs } = this.reading
    this.reset()
    wire.pos = from
    while (wire.pos < to) {
      const tag = wire.tag(to)
      switch (tag) {
        case field.traceId:
          this.traceId = this.id(16, to)
          break
        case field.spanId:
          this.spanId = this.id(8, to)
          break
        case field.parentSpanId:
          this.parentId = this.parent(to)
          break
        case field.traceState:
          this.stateTo = wire.block(to)
          this.stateFrom = wire.pos
          wire.pos = this.stateTo
          break
        case field.name:
          this.nameTo = wire.block(to)
          this.nameFrom = wire.pos
          wire.pos = this.nameTo
          break
        case field.kind:
          this.kind = wire.varint(to)
          break
        case field.start:
          this.start = wire.fixed(8, to)
          break
        case field.end:
          this.end = wire.fixed(8, to)
          break
        case field.attributes:
          this.part(pairs, to)
          break
        case field.events:
          this.part(this.events, to)
          break
        case field.links:
          this.part(this.links, to)
          break
        case field.status:
          this.readStatus(wire.block(to))
          break
        case field.flags:
          this.flags = wire.fixed(4, to)
          break
        default:
          wire.skip(tag, to)
      }
    }
  }

  private reset(): void {
    this.traceId = this.spanId = this.parentId = this.start = this.end = this.flags = -1
    this.kind = this.status = 0
    this.stateFrom = this.stateTo = this.nameFrom = this.nameTo = this.messageFrom = this.messageTo = 0
    this.reading.pairs.clear()
    this.events.clear()
    this.links.clear()
  }

  private part(list: PairList, to: number): void {
    const { wire } = this.reading
    const end = wire.block(to)
    list.add(wire.pos, end)
    wire.pos = end
  }

  /** Where an id of `size` bytes stands; -1 when it has another size. */
  private id(size: number, to: number): number {
    const { wire } = this.reading
    const end = wire.block(to)
    const start = wire.pos
    wire.pos = end
    return end - start === size ? start : -1
  }

  private parent(to: number): number {
    const { wire, tally } = this.reading
    const end = wire.block(to)
    const start = wire.pos
    wire.pos = end
    if (end - start === 8) return start
    if (end > start) tally.change('bad_parent_id')
    return -1
  }

  private readStatus(end: number): void {
    const { wire } = this.reading
    while (wire.pos < end) {
      const tag = wire.tag(end)
      if (tag === statusField.code) this.status = wire.varint(end)
      else if (tag === statusField.message) {
        this.messageTo = wire.block(end)
        this.messageFrom = wire.pos
        wire.pos = this.messageTo
      } else wire.skip(tag, end)
    }
  }

  private write(): void {
    const { out, reading, facts, keys } = this
    const { wire } = reading
    const kind = this.kind <= 5 ? this.kind : 0
    out.ts.raw(wire.bytes, this.start, this.start + 8)
    this.writeDuration()
    out.traceId.raw(wire.bytes, this.traceId, this.traceId + 16)
    out.spanId.raw(wire.bytes, this.spanId, this.spanId + 8)
    if (this.parentId < 0) out.parentSpanId.zeros(8)
    else out.parentSpanId.raw(wire.bytes, this.parentId, this.parentId + 8)
    reading.writeName(out.traceState, this.stateFrom, this.stateTo)
    out.flags.uint32(this.flags < 0 ? 0 : wire.uint32At(this.flags))
    reading.writeName(out.name, this.nameFrom, this.nameTo)
    out.kind.uint8(kind)
    out.status.uint8(this.status <= 2 ? this.status : 0)
    reading.writeMasked(out.statusMessage, this.messageFrom, this.messageTo, valueBytesMax)
    keys.begin()
    reading.facts.clear()
    reading.attributes.writeMap(reading.pairs, out.attrs, reading.facts, keys)
    reading.writeResource(out)
    facts.write(kind, this.nameFrom, this.nameTo)
    this.parts.writeEvents(this.events)
    this.parts.writeLinks(this.links)
    keys.end()
    this.table.endRow()
  }

  /** Never negative, and never beyond the time that is allowed: the end of a span decides a partition of the trace index. */
  private writeDuration(): void {
    const { wire, tally, window } = this.reading
    const { duration } = this.out
    if (this.end < 0) {
      duration.uint64(0, 0)
      return
    }
    if (wire.roughUint64At(this.end) > window.toNs) {
      tally.change('end_in_future')
      const ns = Math.max(0, window.toNs - wire.roughUint64At(this.start))
      duration.uint64(ns % two32, Math.floor(ns / two32))
      return
    }
    let low = wire.uint32At(this.end) - wire.uint32At(this.start)
    let high = wire.uint32At(this.end + 4) - wire.uint32At(this.start + 4)
    if (low < 0) {
      low += two32
      high -= 1
    }
    if (high < 0) {
      tally.change('duration_negative')
      duration.uint64(0, 0)
    } else duration.uint64(low, high)
  }
}

/** All bytes of an id are zero: OpenTelemetry's "no id". */
export function isZero(bytes: Buffer, from: number, size: number): boolean {
  for (let i = from; i < from + size; i += 1) if (bytes[i] !== 0) return false
  return true
}
