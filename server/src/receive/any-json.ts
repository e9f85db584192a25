// Arrays and maps inside values as JSON text, canonical in the sense that equal bytes give equal text. Wire bytes in, text out.
// Drop, off and hash rules apply to the keys of maps. Cut at a depth, counted; integers keep all their digits.
import type { KeyRules } from '../keys/rules.ts'
import { AnyLook, scalarText, valueKinds } from './any-look.ts'
import type { AttributeNames } from './attribute-names.ts'
import { valueDepthMax } from './limits.ts'
import type { Tally } from './tally.ts'
import type { WireReader } from './wire/reader.ts'

const entriesTag = 10
const keyTag = 10
const valueTag = 18

/** Builds the JSON of one array or map. Stops adding when it is long enough; integers keep all their digits. */
export class AnyJson {
  text = ''
  private readonly inner: AnyLook

  constructor(
    private readonly wire: WireReader,
    private readonly names: AttributeNames,
    private readonly rules: KeyRules,
    private readonly tally: Tally,
    private readonly bytesMax: number,
  ) {
    this.inner = new AnyLook(wire)
  }

  /** One value, whose content has been found at [from, to). */
  content(kind: number, from: number, to: number, depth: number): void {
    if (kind === valueKinds.array) this.list(from, to, depth)
    else if (kind === valueKinds.map) this.map(from, to, depth)
    else if (kind === valueKinds.none) this.text += 'null'
    else if (kind === valueKinds.string || kind === valueKinds.bytes) {
      this.text += JSON.stringify(
        kind === valueKinds.string ? this.wire.textAt(from, to) : scalarText(this.wire, kind, from, to),
      )
    } else {
      const scalar = scalarText(this.wire, kind, from, to)
      this.text += /^(NaN|-?Infinity)$/.test(scalar) ? `"${scalar}"` : scalar
    }
  }

  private list(from: number, to: number, depth: number): void {
    const { wire } = this
    this.text += '['
    let first = true
    wire.pos = from
    while (wire.pos < to && !this.isLong()) {
      const tag = wire.tag(to)
      if (tag !== entriesTag) {
        wire.skip(tag, to)
        continue
      }
      const end = wire.block(to)
      const start = wire.pos
      if (!first) this.text += ','
      first = false
      this.value(start, end, depth)
      wire.pos = end
    }
    this.text += ']'
  }

  private map(from: number, to: number, depth: number): void {
    const { wire } = this
    this.text += '{'
    let first = true
    wire.pos = from
    while (wire.pos < to && !this.isLong()) {
      const tag = wire.tag(to)
      if (tag !== entriesTag) {
        wire.skip(tag, to)
        continue
      }
      const end = wire.block(to)
      if (this.entry(wire.pos, end, depth, first)) first = false
      wire.pos = end
    }
    this.text += '}'
  }

  /** One key and value of a map; false when the rules leave it out. */
  private entry(from: number, to: number, depth: number, first: boolean): boolean {
    const { wire } = this
    let key = ''
    let start = 0
    let end = 0
    wire.pos = from
    while (wire.pos < to) {
      const tag = wire.tag(to)
      if (tag !== keyTag && tag !== valueTag) {
        wire.skip(tag, to)
        continue
      }
      const stop = wire.block(to)
      if (tag === keyTag) key = wire.textAt(wire.pos, stop)
      else {
        start = wire.pos
        end = stop
      }
      wire.pos = stop
    }
    const name = this.names.findText(key)
    if (name.drop || name.policy === 'off') {
      this.tally.change(name.drop ? 'privacy_dropped' : 'key_off')
      return false
    }
    this.text += `${first ? '' : ','}${JSON.stringify(key)}:`
    if (name.policy === 'hash') this.hashed(start, end)
    else this.value(start, end, depth)
    return true
  }

  private hashed(from: number, to: number): void {
    const outer = this.text
    this.text = ''
    this.value(from, to, valueDepthMax)
    const text = this.text.startsWith('"') ? String(JSON.parse(this.text)) : this.text
    this.text = outer + JSON.stringify(this.rules.hash(text))
    this.tally.change('key_hashed')
  }

  private value(from: number, to: number, depth: number): void {
    const kind = this.inner.look(from, to)
    if (depth >= valueDepthMax && (kind === valueKinds.array || kind === valueKinds.map)) {
      this.text += 'null'
      this.tally.change('value_too_deep')
      return
    }
    this.content(kind, this.inner.from, this.inner.to, depth + 1)
  }

  private isLong(): boolean {
    return this.text.length > this.bytesMax
  }
}
