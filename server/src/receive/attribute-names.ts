// What is to be done with an attribute, decided once for each name. The bytes of a name in, its AttributeName out; found again
// by hash and comparison, so that a name is not decoded for every span. Bounded: a full table starts over.
import { messageIdName, messageKeyName, type KeyPolicy, type KeyRules } from '../keys/rules.ts'
import { meaningOf, meanings } from './conventions.ts'
import { attributeNameBytesMax, longValueBytesMax, valueBytesMax } from './limits.ts'
import { cutAt, nativeString } from './native/bytes.ts'
import type { Privacy } from './privacy.ts'

export interface AttributeName {
  /** As it came, for comparison. */
  bytes: Buffer
  text: string
  /** As it is written: valid UTF-8, cut, with its length. */
  native: Buffer
  cut: boolean
  /** See conventions.ts; 0 when it has none. */
  meaning: number
  rank: number
  isKey: boolean
  /** Canonical name of the key, as it is written. */
  keyNative: Buffer
  policy: KeyPolicy
  drop: boolean
  mask: boolean
  valueBytesMax: number
  /** Neither dropped, masked nor hashed: its bytes are copied unread. */
  plain: boolean
  followers: Followers
  /** In the table, which bounds what may be held on to. */
  kept: boolean
}

/** The names that came after this one lately, so that the next can be recognised without a search. */
export interface Followers {
  likely: AttributeName | undefined
  other: AttributeName | undefined
}

export const namesMax = 8192
const slots = 32_768
const probesMax = 16

export class AttributeNames {
  private table: (AttributeName | undefined)[] = Array.from({ length: slots })
  private size = 0
  /** What maps began with lately. Names are reached from here only, so a table that starts over forgets them all. */
  first: Followers = { likely: undefined, other: undefined }

  constructor(
    private readonly rules: KeyRules,
    private readonly privacy: Privacy,
  ) {}

  /** The name that stands in `source` from `from` to `to`. */
  find(source: Buffer, from: number, to: number): AttributeName {
    let hash = 0x811c9dc5 ^ (to - from)
    for (let i = from; i < to; i += 1) hash = Math.imul(hash ^ source[i]!, 0x01000193)
    hash ^= hash >>> 15
    const table = this.table
    for (let probe = 0; probe < probesMax; probe += 1) {
      const slot = (hash + probe) & (slots - 1)
      const known = table[slot]
      if (known === undefined) return this.learn(slot, source, from, to)
      if (isSame(known.bytes, source, from, to)) return known
    }
    return this.describe(Buffer.from(source.subarray(from, to)))
  }

  /** The same for a name that is text already, as in maps inside values. */
  findText(text: string): AttributeName {
    const bytes = Buffer.from(text)
    return this.find(bytes, 0, bytes.length)
  }

  private learn(slot: number, source: Buffer, from: number, to: number): AttributeName {
    const name = this.describe(Buffer.from(source.subarray(from, to)))
    // A name that is cut anyway is no name people use; it may not push others out.
    if (name.cut) return name
    if (this.size >= namesMax) {
      this.table = Array.from({ length: slots })
      this.size = 0
      this.first = { likely: undefined, other: undefined }
    }
    name.kept = true
    this.table[slot] = name
    this.size += 1
    return name
  }

  private describe(bytes: Buffer): AttributeName {
    const cut = bytes.length > attributeNameBytesMax
    const text = bytes.toString('utf8', 0, cut ? cutAt(bytes, 0, attributeNameBytesMax) : bytes.length)
    const known = meaningOf(text)
    const isKey = this.rules.isKeyName(text)
    const keyName = technicalKey(known?.meaning) ?? (isKey ? this.rules.canonicalName(text) : undefined)
    const policy = keyName === undefined ? 'text' : this.rules.policyOf(keyName)
    const drop = this.privacy.drops(text)
    const mask = this.privacy.masks(text)
    return {
      bytes,
      text,
      native: nativeString(text),
      cut,
      meaning: known?.meaning ?? 0,
      rank: known?.rank ?? 0,
      isKey,
      keyNative: nativeString(keyName ?? ''),
      policy,
      drop,
      mask,
      valueBytesMax: text === 'exception.stacktrace' ? longValueBytesMax : valueBytesMax,
      plain: !drop && !mask && policy === 'text' && !cut,
      followers: { likely: undefined, other: undefined },
      kept: false,
    }
  }
}

/** Message keys and ids are indexed under names of their own; their policy is that of those names. */
function technicalKey(meaning: number | undefined): string | undefined {
  if (meaning === meanings.messageKey) return messageKeyName
  if (meaning === meanings.messageId) return messageIdName
  return undefined
}

/** The bytes [from, to) of `source` are these. */
export function isSame(known: Buffer, source: Buffer, from: number, to: number): boolean {
  if (known.length !== to - from) return false
  for (let i = 0; i < known.length; i += 1) {
    if (known[i] !== source[from + i]) return false
  }
  return true
}
