// The business keys of one row, as the columns keys.name and keys.value. Values come as they were just written to the
// attributes, so a hashed attribute has a hashed key. A name and value stand there once a row.
import { keysMax, keyValueBytesMax } from './limits.ts'
import { Bytes } from './native/bytes.ts'
import type { Tally } from './tally.ts'

export class KeyList {
  readonly offsets = new Bytes()
  readonly names = new Bytes()
  readonly values = new Bytes()
  private count = 0
  private readonly made = new Bytes(keyValueBytesMax)
  private readonly nameStarts = new Int32Array(keysMax + 1)
  private readonly valueStarts = new Int32Array(keysMax + 1)

  constructor(private readonly tally: Tally) {}

  begin(): void {
    this.count = 0
  }

  /** `name` is a String with its length; so is the value in `source` from `from` to `to`. An empty value is no key. */
  add(name: Buffer, source: Buffer, from: number, to: number): void {
    if (to - from <= 1) return
    if (to - from > keyValueBytesMax) {
      this.tally.change('key_value_too_long')
      return
    }
    if (this.has(name, source, from, to)) return
    if (this.count >= keysMax) {
      this.tally.change('keys_dropped')
      return
    }
    this.nameStarts[this.count] = this.names.length
    this.valueStarts[this.count] = this.values.length
    this.names.raw(name, 0, name.length)
    this.values.raw(source, from, to)
    this.count += 1
    this.nameStarts[this.count] = this.names.length
    this.valueStarts[this.count] = this.values.length
  }

  addText(name: Buffer, text: string): void {
    if (text === '') return
    const { made } = this
    made.clear()
    made.string(text)
    this.add(name, made.buffer, 0, made.length)
  }

  private has(name: Buffer, source: Buffer, from: number, to: number): boolean {
    for (let i = 0; i < this.count; i += 1) {
      const nameStart = this.nameStarts[i]!
      const valueStart = this.valueStarts[i]!
      if (
        this.nameStarts[i + 1]! - nameStart === name.length &&
        this.valueStarts[i + 1]! - valueStart === to - from &&
        this.values.buffer.compare(source, from, to, valueStart, valueStart + to - from) === 0 &&
        this.names.buffer.compare(name, 0, name.length, nameStart, nameStart + name.length) === 0
      ) {
        return true
      }
    }
    return false
  }

  end(): void {
    this.offsets.offset(this.count)
  }
}
