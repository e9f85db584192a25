// The keyed hash of values that must not be readable in storage. A text and a secret in, `hash:` and 32 hex digits out
// (HMAC-SHA256, first 128 bits). Remembers a bounded number of results; keeps nothing on disk.
import { createHmac } from 'node:crypto'
import { remember } from './remember.ts'

export const hashCacheEntriesMax = 20_000
/** A longer text is hashed and not remembered, so that the cache stays small in bytes too. */
const cachedTextCharsMax = 256
const hashed = /^hash:[0-9a-f]{32}$/

/** The hash does not depend on the name of the key: one person is found under `user.id` and `customer.id` alike. */
export function makeHash(secret: string): (text: string) => string {
  const hash = (text: string): string =>
    hashed.test(text) ? text : `hash:${createHmac('sha256', secret).update(text).digest('hex').slice(0, 32)}`
  return remember(hash, { entriesMax: hashCacheEntriesMax, charsMax: cachedTextCharsMax })
}
