// Which rows of a long list are drawn: those in sight and a few beyond, so that scrolling shows no gap.

const beyond = 6

export function visibleRows(
  total: number,
  rowHeight: number,
  top: number,
  height: number,
): { first: number; end: number } {
  const first = Math.max(0, Math.floor(top / rowHeight) - beyond)
  const end = Math.min(total, Math.ceil((top + height) / rowHeight) + beyond)
  return { first: Math.min(first, Math.max(0, total - 1)), end }
}
