// Values of attributes and bodies (OTLP AnyValue) as text. Wire bytes in; a String of a column, a JS text or an integer out.
// Strings are copied unread; whatever a rule wants masked or hashed is decoded, changed and counted.
import type { KeyRules } from '../keys/rules.ts'
import { AnyJson } from './any-json.ts'
import { AnyLook, scalarText, valueKinds } from './any-look.ts'
import type { AttributeName, AttributeNames } from './attribute-names.ts'
import { cutAt, textCut, textRepaired, textWhole, type Bytes } from './native/bytes.ts'
import type { Privacy } from './privacy.ts'
import type { Tally } from './tally.ts'
import type { WireReader } from './wire/reader.ts'

const integer = /^-?\d{1,19}$/

export class AnyValues {
  readonly seen: AnyLook

  constructor(
    private readonly wire: WireReader,
    private readonly names: AttributeNames,
    private readonly rules: KeyRules,
    private readonly privacy: Privacy,
    private readonly tally: Tally,
  ) {
    this.seen = new AnyLook(wire)
  }

  /** Writes the value as a String, at most `bytesMax` of it. */
  write(out: Bytes, from: number, to: number, bytesMax: number): void {
    const { seen, wire } = this
    const kind = seen.look(from, to)
    if (kind === valueKinds.string) {
      const outcome = out.text(wire.bytes, seen.from, seen.to, bytesMax)
      if (outcome !== textWhole) this.note(outcome)
      return
    }
    if (kind === valueKinds.none) {
      out.uint8(0)
      return
    }
    if (kind === valueKinds.int) {
      wire.pos = seen.from
      const value = wire.varint(seen.to)
      if (wire.high === 0 && value <= 0x7fffffff) {
        out.digits(value)
        return
      }
    }
    this.writeText(out, this.foundText(bytesMax), bytesMax)
  }

  /** Writes the value of an attribute as its name demands: masked, hashed or as it is. */
  writeNamed(out: Bytes, name: AttributeName, from: number, to: number): void {
    if (name.plain) {
      this.write(out, from, to, name.valueBytesMax)
      return
    }
    let text = this.textOf(from, to, name.valueBytesMax)
    if (name.policy === 'hash' && text !== '') {
      text = this.rules.hash(text)
      this.tally.change('key_hashed')
    } else if (name.mask) text = this.masked(text)
    this.writeText(out, text, name.valueBytesMax)
  }

  /** A text of ours as a String, cut to `bytesMax`. */
  writeText(out: Bytes, text: string, bytesMax: number): void {
    if (text.length * 3 <= bytesMax) {
      out.string(text)
      return
    }
    const bytes = Buffer.from(text)
    this.note(out.text(bytes, 0, bytes.length, bytesMax))
  }

  masked(text: string): string {
    const masked = this.privacy.mask(text)
    if (masked !== text) this.tally.change('privacy_masked')
    return masked
  }

  /** The value as text, at most about `bytesMax` of it. */
  textOf(from: number, to: number, bytesMax: number): string {
    return this.seen.look(from, to) === valueKinds.none ? '' : this.foundText(bytesMax)
  }

  /** The beginning of the value as text, for a look at it: what is left out is not lost and so not counted. */
  peek(from: number, to: number, bytesMax: number): string {
    if (this.seen.look(from, to) !== valueKinds.string) return this.textOf(from, to, bytesMax)
    return this.wire.textAt(this.seen.from, Math.min(this.seen.to, this.seen.from + bytesMax))
  }

  private foundText(bytesMax: number): string {
    const { wire } = this
    const { kind } = this.seen
    switch (kind) {
      case valueKinds.string: {
        const { from, to } = this.seen
        if (to - from <= bytesMax) return wire.textAt(from, to)
        this.tally.change('value_cut')
        return wire.textAt(from, cutAt(wire.bytes, from, from + bytesMax))
      }
      case valueKinds.array:
      case valueKinds.map: {
        const json = new AnyJson(wire, this.names, this.rules, this.tally, bytesMax)
        json.content(kind, this.seen.from, this.seen.to, 1)
        return json.text
      }
      default:
        return scalarText(wire, kind, this.seen.from, this.seen.to)
    }
  }

  /** Reads an integer, given as int or as decimal text, into `wire.low` and `wire.high`. False when it is none. */
  integer(from: number, to: number): boolean {
    const wire = this.wire
    const kind = this.seen.look(from, to)
    if (kind === valueKinds.int) {
      wire.pos = this.seen.from
      wire.varint(this.seen.to)
      return true
    }
    if (kind !== valueKinds.string || this.seen.to - this.seen.from > 20) return false
    const text = wire.bytes.toString('latin1', this.seen.from, this.seen.to)
    if (!integer.test(text)) return false
    const value = BigInt(text)
    if (BigInt.asIntN(64, value) !== value) return false
    wire.low = Number(BigInt.asUintN(32, value))
    wire.high = Number(BigInt.asUintN(32, value >> 32n))
    return true
  }

  note(outcome: number): void {
    if (outcome === textWhole) return
    if (outcome & textCut) this.tally.change('value_cut')
    if (outcome & textRepaired) this.tally.change('utf8_repaired')
  }
}
