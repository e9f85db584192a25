// The keyed hash of values that must not be readable in storage. A text and a secret in, `hash:` and 32 hex digits out
// (HMAC-SHA256, first 128 bits). Remembers a bounded number of results; keeps nothing on disk.
import { createHmac } from 'node:crypto'

export const hashCacheEntriesMax = 20_000
/** A longer text is hashed and not remembered, so that the cache stays small in bytes too. */
const cachedTextCharsMax = 256
const hashed = /^hash:[0-9a-f]{32}$/

/** The hash does not depend on the name of the key: one person is found under `user.id` and `customer.id` alike. */
export function makeHash(secret: string): (text: string) => string {
  let fresh = new Map<string, string>()
  let old = new Map<string, string>()
  return (text) => {
    if (hashed.test(text)) return text
    const known = fresh.get(text) ?? old.get(text)
    if (known !== undefined) return known
    const result = `hash:${createHmac('sha256', secret).update(text).digest('hex').slice(0, 32)}`
    if (text.length > cachedTextCharsMax) return result
    if (fresh.size >= hashCacheEntriesMax / 2) {
      old = fresh
      fresh = new Map()
    }
    fresh.set(text, result)
    return result
  }
}
