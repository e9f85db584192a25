// A time axis on which milliseconds stay readable although the work is minutes apart: stretches longer than two seconds in which
// nothing worked are folded to a narrow strip. In: busy intervals. Out: a scale from time to a share of the width and back.
// Order and times are never changed: within a segment the axis is to scale, and a fold says how long it is.

export interface Interval {
  fromUs: number
  toUs: number
}

/** A stretch of the axis; `left` and `right` are shares of the width, 0 to 1. */
export interface Segment extends Interval {
  left: number
  right: number
  folded: boolean
}

export interface Scale extends Interval {
  segments: Segment[]
}

export interface Tick {
  atUs: number
  left: number
  label: string
}

const foldFromUs = 2_000_000
const foldShare = 0.025
const foldsShareMax = 0.3
const segmentShareMin = 0.04

/** The union of intervals, in order. Intervals outside of `whole` are left out, others are cut to it. */
export function unite(intervals: Interval[], whole: Interval): Interval[] {
  const inside = intervals
    .filter((one) => one.toUs >= whole.fromUs && one.fromUs <= whole.toUs)
    .map((one) => ({ fromUs: Math.max(one.fromUs, whole.fromUs), toUs: Math.min(one.toUs, whole.toUs) }))
    .sort((a, b) => a.fromUs - b.fromUs)
  const united: Interval[] = []
  for (const one of inside) {
    const last = united.at(-1)
    if (last && one.fromUs <= last.toUs) last.toUs = Math.max(last.toUs, one.toUs)
    else united.push({ ...one })
  }
  return united
}

/** Stretches of `whole` in which nothing worked for two seconds or more, less a margin on both sides so that bars keep air. */
function findFolds(busy: Interval[], whole: Interval, unfolded: ReadonlySet<number>): Interval[] {
  const worked = busy.reduce((sum, one) => sum + one.toUs - one.fromUs, 0)
  const folds: Interval[] = []
  let quietFromUs = whole.fromUs
  for (const one of [...busy, { fromUs: whole.toUs, toUs: whole.toUs }]) {
    const gapUs = one.fromUs - quietFromUs
    if (gapUs >= foldFromUs) {
      const marginUs = Math.min(Math.max(worked * 0.06, 1000), gapUs / 4)
      const fold = { fromUs: quietFromUs + marginUs, toUs: one.fromUs - marginUs }
      if (!unfolded.has(fold.fromUs)) folds.push(fold)
    }
    quietFromUs = Math.max(quietFromUs, one.toUs)
  }
  return folds
}

/** Widths of the unfolded segments: to one scale, but none under its minimum, so that a lone millisecond stays visible. */
function shareOut(lengthsUs: number[], room: number): number[] {
  const minimum = Math.min(segmentShareMin, room / lengthsUs.length)
  const spare = room - minimum * lengthsUs.length
  const total = lengthsUs.reduce((sum, length) => sum + length, 0)
  return lengthsUs.map((length) => minimum + (total > 0 ? (spare * length) / total : spare / lengthsUs.length))
}

/** `unfolded` holds the `fromUs` of folds that the reader has opened. */
export function foldAxis(busy: Interval[], whole: Interval, unfolded: ReadonlySet<number> = new Set()): Scale {
  const toUs = Math.max(whole.toUs, whole.fromUs + 1)
  const span = { fromUs: whole.fromUs, toUs }
  const folds = findFolds(unite(busy, span), span, unfolded)
  const parts: (Interval & { folded: boolean })[] = []
  let atUs = span.fromUs
  for (const fold of folds) {
    if (fold.fromUs > atUs) parts.push({ fromUs: atUs, toUs: fold.fromUs, folded: false })
    parts.push({ ...fold, folded: true })
    atUs = fold.toUs
  }
  if (toUs > atUs) parts.push({ fromUs: atUs, toUs, folded: false })
  const foldWidth = folds.length === 0 ? 0 : Math.min(foldShare, foldsShareMax / folds.length)
  const open = parts.filter((part) => !part.folded)
  const widths = shareOut(
    open.map((part) => part.toUs - part.fromUs),
    1 - foldWidth * folds.length,
  )
  let left = 0
  const segments = parts.map((part) => {
    const right = part.folded ? left + foldWidth : left + (widths.shift() ?? 0)
    const segment = { ...part, left, right }
    left = right
    return segment
  })
  return { ...span, segments }
}

/** Where a time lies on the axis, 0 to 1; times outside of the axis lie on its ends. */
export function place(scale: Scale, us: number): number {
  const { segments } = scale
  if (us <= scale.fromUs) return 0
  if (us >= scale.toUs) return 1
  let low = 0
  let high = segments.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (segments[middle]!.toUs < us) low = middle + 1
    else high = middle
  }
  const { fromUs, toUs, left, right } = segments[low]!
  return left + ((us - fromUs) / (toUs - fromUs)) * (right - left)
}

/** The time at a share of the width: the inverse of `place`. */
export function timeAt(scale: Scale, share: number): number {
  const wanted = Math.min(1, Math.max(0, share))
  const segment = scale.segments.find((one) => wanted <= one.right) ?? scale.segments.at(-1)!
  const width = segment.right - segment.left
  return width <= 0
    ? segment.fromUs
    : segment.fromUs + ((wanted - segment.left) / width) * (segment.toUs - segment.fromUs)
}

const secondsSteps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 43_200, 86_400]

/** The smallest step for the eye (1, 2, 5; above a second those of the clock) that is at least `leastUs`. */
function niceStep(leastUs: number): number {
  if (leastUs > 500_000) {
    const seconds = secondsSteps.find((step) => step * 1_000_000 >= leastUs)
    return (seconds ?? Math.ceil(leastUs / 86_400_000_000) * 86_400) * 1_000_000
  }
  const power = 10 ** Math.floor(Math.log10(Math.max(1, leastUs)))
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= leastUs) ?? power * 10
}

/** A tick's label with just the digits that its step needs: `400 ms`, `29.35 s`, `3 min 12 s`. */
export function tickLabel(offsetUs: number, stepUs: number): string {
  if (offsetUs === 0) return '0'
  if (offsetUs < 0) return `-${tickLabel(-offsetUs, stepUs)}`
  if (offsetUs < 1000) return `${offsetUs} µs`
  if (offsetUs < 1_000_000) return `${trim(offsetUs / 1000, digits(stepUs / 1000))} ms`
  const seconds = offsetUs / 1_000_000
  if (seconds < 60) return `${trim(seconds, digits(stepUs / 1_000_000))} s`
  if (seconds < 3600) {
    const rest = trim(seconds % 60, digits(stepUs / 1_000_000))
    return `${Math.floor(seconds / 60)} min${rest === '0' ? '' : ` ${rest} s`}`
  }
  const minutes = Math.round((seconds % 3600) / 60)
  return `${Math.floor(seconds / 3600)} h${minutes === 0 ? '' : ` ${minutes} min`}`
}

const digits = (step: number): number => Math.min(6, Math.max(0, Math.ceil(-Math.log10(step) - 1e-9)))
const trim = (value: number, places: number): string => String(Number(value.toFixed(places)))

/** Ticks at round offsets from `originUs`, none inside a fold, labels at least `apartPx` from each other. */
export function ticks(scale: Scale, widthPx: number, originUs = scale.fromUs, apartPx = 76): Tick[] {
  const found: Tick[] = []
  let freeFromPx = 0
  for (const segment of scale.segments) {
    const px = (segment.right - segment.left) * widthPx
    if (segment.folded || px < apartPx / 2) continue
    const stepUs = niceStep(((segment.toUs - segment.fromUs) / px) * apartPx)
    const first = Math.ceil((segment.fromUs - originUs) / stepUs - 1e-9) * stepUs + originUs
    for (let atUs = first; atUs <= segment.toUs; atUs += stepUs) {
      const left = place(scale, atUs)
      const beforeFold = segment.right < 1 && (segment.right - left) * widthPx < apartPx * 0.7
      if (left * widthPx < freeFromPx || beforeFold || left * widthPx > widthPx - apartPx / 2) continue
      found.push({ atUs, left, label: tickLabel(Math.round(atUs - originUs), stepUs) })
      freeFromPx = left * widthPx + apartPx
    }
  }
  return found
}
