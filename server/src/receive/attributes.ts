// Writes a list of attributes (OTLP KeyValue) as keys and values of a map column. On the way notes what has a meaning, adds
// what is a business key, and leaves out what a rule drops. Wire bytes in, column bytes out, no object per attribute.
import { valueKinds } from './any-look.ts'
import type { AnyValues } from './any-value.ts'
import { isSame, type AttributeName, type AttributeNames, type Followers } from './attribute-names.ts'
import type { Facts } from './facts.ts'
import type { KeyList } from './key-list.ts'
import { keyValueBytesMax } from './limits.ts'
import { Bytes } from './native/bytes.ts'
import type { MapStreams } from './native/table.ts'
import type { PairList } from './pair-list.ts'
import type { Tally } from './tally.ts'
import type { WireReader } from './wire/reader.ts'

const keyTag = 10
const valueTag = 18

export class Attributes {
  private keyFrom = 0
  private keyTo = 0
  private valueFrom = 0
  private valueTo = 0
  private readonly element = new Bytes(keyValueBytesMax)
  /** Of the name before the pair at hand. */
  private followers: Followers

  constructor(
    private readonly wire: WireReader,
    private readonly names: AttributeNames,
    private readonly values: AnyValues,
    private readonly tally: Tally,
  ) {
    this.followers = names.first
  }

  /** Writes one map: the attributes that `pairs` points to. `facts` and `keys` get what they want of them. */
  writeMap(pairs: PairList, out: MapStreams, facts: Facts | undefined, keys: KeyList | undefined): void {
    let written = 0
    this.followers = this.names.first
    for (let i = 0; i < pairs.count; i += 1) {
      this.split(pairs.from(i), pairs.to(i))
      const name = this.nameHere()
      if (name.drop || name.policy === 'off' || name.cut) {
        if (!this.admit(name)) continue
      }
      out.keys.all(name.native)
      const before = out.values.length
      const { valueFrom, valueTo } = this
      this.values.writeNamed(out.values, name, valueFrom, valueTo)
      written += 1
      if (name.meaning !== 0) facts?.note(name.meaning, name.rank, valueFrom, valueTo)
      if (name.isKey && keys !== undefined) this.addKey(keys, name, out.values, before)
    }
    out.offsets.offset(written)
    if (pairs.dropped > 0) this.tally.change('attributes_dropped', pairs.dropped)
  }

  /** The name of the pair at hand. A library writes its attributes in one order, so what followed last time is tried first. */
  private nameHere(): AttributeName {
    const { keyFrom, keyTo, followers } = this
    const { bytes } = this.wire
    const { likely, other } = followers
    if (likely !== undefined && isSame(likely.bytes, bytes, keyFrom, keyTo)) {
      this.followers = likely.followers
      return likely
    }
    const isOther = other !== undefined && isSame(other.bytes, bytes, keyFrom, keyTo)
    const name = isOther ? other : this.names.find(bytes, keyFrom, keyTo)
    if (name.kept) {
      followers.other = likely
      followers.likely = name
    }
    this.followers = name.followers
    return name
  }

  /** False when a rule leaves the attribute out. */
  private admit(name: AttributeName): boolean {
    if (name.drop) this.tally.change('privacy_dropped')
    else if (name.policy === 'off') this.tally.change('key_off')
    else {
      this.tally.change('name_cut')
      return true
    }
    return false
  }

  /** Finds key and value of a KeyValue message, nearly always in this order. */
  private split(from: number, to: number): void {
    const wire = this.wire
    this.keyFrom = 0
    this.keyTo = 0
    this.valueFrom = 0
    this.valueTo = 0
    wire.pos = from
    while (wire.pos < to) {
      const tag = wire.tag(to)
      if (tag === keyTag) {
        this.keyTo = wire.block(to)
        this.keyFrom = wire.pos
        wire.pos = this.keyTo
      } else if (tag === valueTag) {
        this.valueTo = wire.block(to)
        this.valueFrom = wire.pos
        wire.pos = this.valueTo
      } else wire.skip(tag, to)
    }
  }

  private addKey(keys: KeyList, name: AttributeName, values: Bytes, before: number): void {
    const kind = this.values.seen.kind
    if (kind === valueKinds.array) this.addElements(keys, name)
    else if (kind !== valueKinds.map) keys.add(name.keyNative, values.buffer, before, values.length)
  }

  /** A list of ids, as a batch has, is so many keys. */
  private addElements(keys: KeyList, name: AttributeName): void {
    const { wire } = this
    const { from, to } = this.values.seen
    wire.pos = from
    while (wire.pos < to) {
      const tag = wire.tag(to)
      if (tag !== keyTag) {
        wire.skip(tag, to)
        continue
      }
      const end = wire.block(to)
      this.element.clear()
      this.values.writeNamed(this.element, name, wire.pos, end)
      const { kind } = this.values.seen
      if (kind !== valueKinds.array && kind !== valueKinds.map) {
        keys.add(name.keyNative, this.element.buffer, 0, this.element.length)
      }
      wire.pos = end
    }
  }
}
