// Which rows of a long list are on screen, when rows have several fixed heights. Heights are summed once for each new list;
// scrolling is then a binary search, also with 50,000 rows.

/** Tops of the rows in pixels, and at the end the height of all. */
export function sumHeights<T>(rows: readonly T[], heightOf: (row: T) => number): Float64Array {
  const tops = new Float64Array(rows.length + 1)
  for (let at = 0; at < rows.length; at++) tops[at + 1] = tops[at]! + heightOf(rows[at]!)
  return tops
}

/** The row that covers a height in pixels. */
export function rowAt(tops: Float64Array, px: number): number {
  let low = 0
  let high = Math.max(0, tops.length - 2)
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (tops[middle]! <= px) low = middle
    else high = middle - 1
  }
  return low
}

/** First row and the one after the last that lie within the view, with `spare` more on both sides. */
export function rowWindow(
  tops: Float64Array,
  scrollPx: number,
  viewPx: number,
  spare = 12,
): { first: number; end: number } {
  const length = tops.length - 1
  if (length <= 0) return { first: 0, end: 0 }
  const first = Math.max(0, rowAt(tops, scrollPx) - spare)
  const end = Math.min(length, rowAt(tops, scrollPx + viewPx) + 1 + spare)
  return { first, end }
}

/** Where to scroll so that a row is wholly seen; the present position when it is. `headPx` of the view are covered on top. */
export function scrollToRow(tops: Float64Array, row: number, scrollPx: number, viewPx: number, headPx = 0): number {
  const top = tops[row] ?? 0
  const bottom = tops[row + 1] ?? top
  if (top < scrollPx) return top
  return bottom > scrollPx + viewPx - headPx ? bottom - viewPx + headPx : scrollPx
}
