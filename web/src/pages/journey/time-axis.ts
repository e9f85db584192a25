// The second axis of a journey: hops to scale, waits over two seconds folded. In: hops, now, opened folds. Out: rows of bars as shares of the width.
import type { Hop } from '@hopscope/server/contract/journey'
import { foldAxis, place, type Scale } from '../trace/fold.ts'

export interface TimeRow {
  hop: Hop
  /** Absent for a hop of which no time is known. */
  bar?: { left: number; right: number }
  /** The wait before it; up to now for what still waits. */
  wait?: { left: number; right: number; us: number }
}

/** Pixels that a character of a label takes, on average. */
const characterPx = 6.2

/** Where the words of a row go so that they cover nothing: after its bar, before all of it, or, where neither has room, on it. */
export function labelPlace(row: TimeRow, label: string, widthPx: number): 'after' | 'before' | 'in' {
  const labelPx = label.length * characterPx + 16
  if (!row.bar) return 'in'
  if ((1 - row.bar.right) * widthPx > labelPx) return 'after'
  return (row.wait?.left ?? row.bar.left) * widthPx > labelPx ? 'before' : 'in'
}

export interface TimeAxis {
  scale: Scale
  rows: TimeRow[]
}

/** A hop that waits does so since its cause ended. */
function waitOf(hop: Hop, byId: ReadonlyMap<string, Hop>, nowUs: number): { fromUs: number; toUs: number } | undefined {
  if (hop.state === 'waiting') {
    const ends = hop.after
      .map((id) => byId.get(id))
      .map((one) => one && one.startUs !== undefined && one.startUs + (one.durationUs ?? 0))
    const sinceUs = ends.filter((end) => typeof end === 'number').sort((a, b) => b - a)[0]
    return sinceUs === undefined ? undefined : { fromUs: sinceUs, toUs: nowUs }
  }
  if (hop.startUs === undefined || !hop.waitedUs || hop.waitedUs < 0) return undefined
  return { fromUs: hop.startUs - hop.waitedUs, toUs: hop.startUs }
}

export function placeInTime(hops: readonly Hop[], nowUs: number, unfolded: ReadonlySet<number> = new Set()): TimeAxis {
  const byId = new Map(hops.map((hop) => [hop.id, hop]))
  const timed = hops.filter((hop) => hop.startUs !== undefined)
  const open = hops.some((hop) => hop.state === 'waiting')
  const busy = timed.map((hop) => ({ fromUs: hop.startUs!, toUs: hop.startUs! + (hop.durationUs ?? 0) }))
  const fromUs = busy.reduce((least, one) => Math.min(least, one.fromUs), open ? nowUs : Infinity)
  const toUs = busy.reduce((most, one) => Math.max(most, one.toUs), open ? nowUs : -Infinity)
  const whole = Number.isFinite(fromUs) ? { fromUs, toUs } : { fromUs: nowUs, toUs: nowUs }
  const scale = foldAxis(busy, whole, unfolded)
  const rows = hops.map((hop): TimeRow => {
    const row: TimeRow = { hop }
    if (hop.startUs !== undefined) {
      row.bar = { left: place(scale, hop.startUs), right: place(scale, hop.startUs + (hop.durationUs ?? 0)) }
    }
    const wait = waitOf(hop, byId, nowUs)
    if (wait)
      row.wait = { left: place(scale, wait.fromUs), right: place(scale, wait.toUs), us: wait.toUs - wait.fromUs }
    return row
  })
  return { scale, rows }
}
