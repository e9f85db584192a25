// Events and links of a span as array columns. Positions in the body in, column bytes out. What a batch's link says about its
// message (position, key, id, business keys) joins the keys of the span, so that each message of the batch finds it.
import { meanings } from './conventions.ts'
import { Facts } from './facts.ts'
import type { KeyList } from './key-list.ts'
import { attributesMax } from './limits.ts'
import type { MessageFacts } from './message-facts.ts'
import { Bytes } from './native/bytes.ts'
import { mapStreams, type Column } from './native/table.ts'
import { PairList } from './pair-list.ts'
import type { Reading } from './reading.ts'
import { tagOf } from './wire/reader.ts'

const eventField = { time: tagOf(1, 1), name: tagOf(2, 2), attributes: tagOf(3, 2) }
const linkField = { traceId: tagOf(1, 2), spanId: tagOf(2, 2), attributes: tagOf(4, 2) }

export class SpanParts {
  private readonly eventOffsets = new Bytes()
  private readonly eventTs = new Bytes()
  private readonly eventNames = new Bytes()
  private readonly eventAttrs = mapStreams()
  private readonly linkOffsets = new Bytes()
  private readonly linkTraceIds = new Bytes()
  private readonly linkSpanIds = new Bytes()
  private readonly linkAttrs = mapStreams()
  private readonly pairs = new PairList(attributesMax)
  private readonly linkFacts = new Facts()

  constructor(
    private readonly reading: Reading,
    private readonly keys: KeyList,
    private readonly messages: MessageFacts,
  ) {}

  columns(): Column[] {
    const maps = 'Array(Map(String, String))'
    const { eventOffsets, eventAttrs, linkOffsets, linkAttrs } = this
    return [
      { name: 'events.ts', type: "Array(DateTime64(9, 'UTC'))", streams: [eventOffsets, this.eventTs] },
      { name: 'events.name', type: 'Array(String)', streams: [eventOffsets, this.eventNames] },
      {
        name: 'events.attrs',
        type: maps,
        streams: [eventOffsets, eventAttrs.offsets, eventAttrs.keys, eventAttrs.values],
      },
      { name: 'links.trace_id', type: 'Array(FixedString(16))', streams: [linkOffsets, this.linkTraceIds] },
      { name: 'links.span_id', type: 'Array(FixedString(8))', streams: [linkOffsets, this.linkSpanIds] },
      { name: 'links.attrs', type: maps, streams: [linkOffsets, linkAttrs.offsets, linkAttrs.keys, linkAttrs.values] },
    ]
  }

  writeEvents(events: PairList): void {
    for (let i = 0; i < events.count; i += 1) this.writeEvent(events.from(i), events.to(i))
    this.eventOffsets.offset(events.count)
    if (events.dropped > 0) this.reading.tally.change('events_dropped', events.dropped)
  }

  private writeEvent(from: number, to: number): void {
    const { reading, pairs } = this
    const { wire } = reading
    let time = -1
    let nameFrom = 0
    let nameTo = 0
    pairs.clear()
    wire.pos = from
    while (wire.pos < to) {
      const tag = wire.tag(to)
      if (tag === eventField.time) time = wire.fixed(8, to)
      else if (tag === eventField.name) {
        nameTo = wire.block(to)
        nameFrom = wire.pos
        wire.pos = nameTo
      } else if (tag === eventField.attributes) this.addPair(to)
      else wire.skip(tag, to)
    }
    reading.writeTime(this.eventTs, time)
    reading.writeName(this.eventNames, nameFrom, nameTo)
    reading.attributes.writeMap(pairs, this.eventAttrs, undefined, this.keys)
  }

  writeLinks(links: PairList): void {
    let written = 0
    for (let i = 0; i < links.count; i += 1) if (this.writeLink(links.from(i), links.to(i))) written += 1
    this.linkOffsets.offset(written)
    if (links.dropped > 0) this.reading.tally.change('links_dropped', links.dropped)
  }

  /** False when the link points nowhere. */
  private writeLink(from: number, to: number): boolean {
    const { reading, pairs } = this
    const { wire } = reading
    let traceId = -1
    let spanId = -1
    pairs.clear()
    wire.pos = from
    while (wire.pos < to) {
      const tag = wire.tag(to)
      if (tag === linkField.traceId || tag === linkField.spanId) {
        const end = wire.block(to)
        const size = end - wire.pos
        if (tag === linkField.traceId) traceId = size === 16 ? wire.pos : -1
        else spanId = size === 8 ? wire.pos : -1
        wire.pos = end
      } else if (tag === linkField.attributes) this.addPair(to)
      else wire.skip(tag, to)
    }
    if (traceId < 0 || spanId < 0 || wire.bytes.readBigUInt64BE(spanId) === 0n) {
      reading.tally.change('bad_link_id')
      return false
    }
    this.linkTraceIds.raw(wire.bytes, traceId, traceId + 16)
    this.linkSpanIds.raw(wire.bytes, spanId, spanId + 8)
    this.linkFacts.clear()
    reading.attributes.writeMap(pairs, this.linkAttrs, this.linkFacts, this.keys)
    this.messages.addKeys(this.linkFacts, this.linkFacts.has(meanings.offset))
    return true
  }

  private addPair(to: number): void {
    const { wire } = this.reading
    const end = wire.block(to)
    this.pairs.add(wire.pos, end)
    wire.pos = end
  }
}
