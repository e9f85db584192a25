// A function of texts that remembers its last results, for values that come again and again: ids, statements, addresses.
// Bounded in entries and in length; never wrong, since it is for pure functions only.

/** `entriesMax` results are kept, of texts of at most `charsMax`. The older half goes when they are full. */
export function remember(
  work: (text: string) => string,
  bounds: { entriesMax: number; charsMax: number },
): (text: string) => string {
  let fresh = new Map<string, string>()
  let old = new Map<string, string>()
  return (text) => {
    const known = fresh.get(text) ?? old.get(text)
    if (known !== undefined) return known
    const result = work(text)
    if (text.length > bounds.charsMax) return result
    if (fresh.size >= bounds.entriesMax / 2) {
      old = fresh
      fresh = new Map()
    }
    fresh.set(text, result)
    return result
  }
}
