// Lag of one partition in messages. Pure; offsets are decimal strings because they are 64-bit.

/**
 * Messages that wait behind a committed offset, or undefined where that is not known: the end was not read, or the commit is
 * past the end, which means that the topic was made anew and the two do not belong together. What retention removed is not
 * waiting any more, so a commit before the start counts from the start.
 */
export function lagMessages(committed: string, start: string | undefined, end: string | undefined): number | undefined {
  if (end === undefined) return undefined
  const last = BigInt(end)
  const first = BigInt(start ?? 0)
  const next = BigInt(committed)
  if (next > last) return undefined
  return Number(last - (next < first ? first : next))
}
