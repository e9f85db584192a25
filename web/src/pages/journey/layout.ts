// Places the hops of a journey: columns in causal order, one lane for each branch, so one for each consumer group. Widths are not to scale here;
// the ruler says the true times. In: hops in causal order and the room there is. Out: pixels. Pure, and stable: the same hops lie at the same place.
import type { Hop } from '@hopscope/server/contract/journey'
import { isBroken } from './hop-words.ts'

export interface Card {
  hop: Hop
  x: number
  /** Centre of the card. */
  y: number
  width: number
  column: number
  /** The strip before the card in which the event waited, when it did. */
  wait?: { x: number; width: number; us: number }
  shape: 'card' | 'lane' | 'ghost'
}

export interface Line {
  id: string
  from: string
  to: string
  x1: number
  y1: number
  x2: number
  y2: number
  /** `broken` stops at an octagon and goes on as dots; `ghost` is what should come next. */
  kind: 'plain' | 'broken' | 'ghost'
}

export interface Mark {
  x: number
  /** Earliest and latest beginning of the hops of this column. */
  fromUs: number
  toUs: number
}

export interface Layout {
  cards: Card[]
  lines: Line[]
  marks: Mark[]
  width: number
  height: number
  /** Where "now" is; absent when nothing waits and nothing is expected. */
  nowX?: number
}

const pad = 16
/** Pixels of a lane: as many as there is room for, between a card with its partitions and a card with its tags. */
export const laneHeights = { min: 70, max: 74 }
/** What a lane in the last column has more than a card, for its words. */
const laneMore = 90
const cardMin = 112
const cardMax = 172
const ghostWidth = 168
const gap = 18
const brokenGap = 54
/** Waits shorter than this are not drawn: the line is enough. */
const waitFromUs = 10_000

interface Spot {
  hop: Hop
  column: number
  lane: number
  children: Spot[]
  causes: Spot[]
}

/** Columns by the longest way from a root; children under their latest cause, so that lanes do not cross. */
function findSpots(hops: readonly Hop[]): { spots: Spot[]; roots: Spot[] } {
  const byId = new Map<string, Spot>()
  const spots: Spot[] = []
  const roots: Spot[] = []
  for (const hop of hops) {
    // A cause that comes later in the list is no cause: hops are in causal order, and a cycle ends here.
    const causes = hop.after.map((id) => byId.get(id)).filter((spot) => spot !== undefined)
    const column = causes.reduce((most, cause) => Math.max(most, cause.column + 1), 0)
    const spot: Spot = { hop, column, lane: 0, children: [], causes }
    byId.set(hop.id, spot)
    spots.push(spot)
    const under = causes.toSorted((a, b) => b.column - a.column)[0]
    ;(under ? under.children : roots).push(spot)
  }
  return { spots, roots }
}

/**
 * Every spot takes the highest lane that is free in its column; what causes several lies in the middle of them, and where that is
 * taken all of them go down. What waits or is only expected keeps its lane free as far as `lastColumn`: it is drawn there.
 * Answers the number of lanes. No recursion: chains may be long.
 */
function takeLanes(roots: Spot[], lastColumn: number): number {
  const bottoms = Array.from({ length: lastColumn + 1 }, () => 0)
  const downs = new Map<Spot, number>()
  /** The last column that is taken by a spot or what is under it. */
  const reaches = new Map<Spot, number>()
  const stack = roots.toReversed().map((spot) => ({ spot, entered: false }))
  for (let step = stack.pop(); step; step = stack.pop()) {
    const { spot } = step
    if (spot.children.length > 0 && !step.entered) {
      stack.push({ spot, entered: true })
      for (const child of spot.children.toReversed()) stack.push({ spot: child, entered: false })
      continue
    }
    const column = Math.min(spot.column, lastColumn)
    const long = spot.hop.state === 'waiting' || spot.hop.state === 'expected'
    const free = Math.max(...bottoms.slice(column, long ? undefined : column + 1))
    const middle = spot.children.length > 0 ? (spot.children[0]!.lane + spot.children.at(-1)!.lane) / 2 : 0
    spot.lane = Math.max(free, middle)
    const down = spot.lane - middle
    const reach = Math.max(long ? lastColumn : column, ...spot.children.map((child) => reaches.get(child)!))
    if (spot.children.length > 0 && down > 0) {
      downs.set(spot, down)
      for (let at = column + 1; at <= reach; at++) bottoms[at]! += down
    }
    bottoms.fill(spot.lane + 1, column, long ? undefined : column + 1)
    reaches.set(spot, reach)
  }
  goDown(roots, downs)
  return Math.max(0, ...bottoms)
}

/** Moves what is under a spot as far down as the spot went. */
function goDown(roots: Spot[], downs: ReadonlyMap<Spot, number>): void {
  const stack = roots.map((spot) => ({ spot, by: 0 }))
  for (let step = stack.pop(); step; step = stack.pop()) {
    const { spot, by } = step
    spot.lane += by
    const below = by + (downs.get(spot) ?? 0)
    for (const child of spot.children) stack.push({ spot: child, by: below })
  }
}

const waited = (hop: Hop): number => (hop.state !== 'waiting' && (hop.waitedUs ?? 0) >= waitFromUs ? hop.waitedUs! : 0)

/** 40 to 84 pixels, by the order of magnitude: longer looks longer, and nothing is to scale. */
const waitWidth = (us: number): number => Math.round(Math.min(84, 40 + Math.max(0, Math.log10(us / waitFromUs)) * 11))

const roomBefore = (hop: Hop): number =>
  (isBroken(hop) && hop.after.length > 0 ? brokenGap : gap) + (waited(hop) ? waitWidth(waited(hop)) : 0)

interface Columns {
  x: number[]
  cardWidth: number
  right: number
}

function placeColumns(spots: Spot[], width: number, reserved: number): Columns {
  const rooms: number[] = []
  for (const { hop, column } of spots) rooms[column] = Math.max(rooms[column] ?? 0, roomBefore(hop))
  rooms[0] = Math.max(0, (rooms[0] ?? 0) - gap)
  const gaps = rooms.reduce((sum, room) => sum + room, 0)
  const free = (width - 2 * pad - gaps - reserved) / Math.max(1, rooms.length)
  const cardWidth = Math.round(Math.min(cardMax, Math.max(cardMin, free)))
  const x: number[] = []
  let right = pad
  for (const room of rooms) {
    x.push(right + room)
    right += room + cardWidth
  }
  return { x, cardWidth, right }
}

/** `room`: the height that is there, in pixels; a picture that needs more is higher. */
export function layOut(hops: readonly Hop[], width: number, room = Infinity): Layout {
  const { spots, roots } = findSpots(hops)
  const here = spots.filter(({ hop }) => hop.state !== 'expected')
  const next = spots.filter(({ hop }) => hop.state === 'expected')
  const waits = here.some(({ hop }) => hop.state === 'waiting')
  const lastColumn = here.reduce((most, spot) => Math.max(most, spot.column), 0)
  const lanes = Math.max(1, takeLanes(roots, lastColumn + 1))
  const laneHeight = Math.round(Math.min(laneHeights.max, Math.max(laneHeights.min, room / lanes)))
  const laneRoom = here.some(({ hop, column }) => hop.state === 'waiting' && column === lastColumn) ? laneMore : 0
  const ghostRoom = next.length > 0 ? ghostWidth + 30 : 0
  const columns = placeColumns(here, width, ghostRoom + laneRoom + gap)
  const open = waits || next.length > 0
  const nowX = open ? Math.max(columns.right + gap + laneRoom, width - pad - ghostRoom) : undefined
  const height = Math.ceil(lanes * laneHeight)
  const cards = new Map<string, Card>()
  for (const { hop, column, lane } of spots) {
    const y = (lane + 0.5) * laneHeight
    if (hop.state === 'expected') {
      cards.set(hop.id, { hop, x: nowX! + 24, y, width: ghostWidth, column, shape: 'ghost' })
      continue
    }
    const x = columns.x[column]!
    const us = waited(hop)
    const still = hop.state === 'waiting'
    const card: Card = {
      hop,
      x,
      y,
      width: still ? nowX! - x : columns.cardWidth,
      column,
      shape: still ? 'lane' : 'card',
    }
    if (us > 0) card.wait = { x: x - waitWidth(us), width: waitWidth(us), us }
    cards.set(hop.id, card)
  }
  const right = Math.max(columns.right, nowX ?? 0, next.length > 0 ? nowX! + 24 + ghostWidth : 0) + pad
  return {
    cards: [...cards.values()],
    lines: drawLines(spots, cards),
    marks: markColumns(here, columns),
    width: Math.max(width, right),
    height,
    ...(nowX === undefined ? {} : { nowX }),
  }
}

/** Causes that no other cause leads to: a line for each of the others would only repeat the way. */
function nearCauses({ causes }: Spot): Spot[] {
  if (causes.length < 2) return causes
  const behind = new Set<Spot>()
  const stack = causes.flatMap((cause) => cause.causes)
  for (let spot = stack.pop(); spot; spot = stack.pop()) {
    if (behind.has(spot)) continue
    behind.add(spot)
    stack.push(...spot.causes)
  }
  return causes.filter((cause) => !behind.has(cause))
}

function drawLines(spots: Spot[], cards: Map<string, Card>): Line[] {
  return spots.flatMap((spot) => {
    const { hop } = spot
    const to = cards.get(hop.id)!
    return nearCauses(spot).map((cause): Line => {
      const from = cards.get(cause.hop.id)!
      return {
        id: `${cause.hop.id}>${hop.id}`,
        from: cause.hop.id,
        to: hop.id,
        x1: from.x + from.width,
        y1: from.y,
        x2: to.wait ? to.wait.x : to.x,
        y2: to.y,
        kind: to.shape === 'ghost' ? 'ghost' : isBroken(hop) ? 'broken' : 'plain',
      }
    })
  })
}

function markColumns(spots: Spot[], columns: Columns): Mark[] {
  const marks: Mark[] = []
  for (const { hop, column } of spots) {
    if (hop.startUs === undefined) continue
    const mark = marks[column]
    if (!mark) marks[column] = { x: columns.x[column]!, fromUs: hop.startUs, toUs: hop.startUs }
    else {
      mark.fromUs = Math.min(mark.fromUs, hop.startUs)
      mark.toUs = Math.max(mark.toUs, hop.startUs)
    }
  }
  return marks.filter((mark) => mark !== undefined)
}

/** Cells of a topic with the one of this message: those up to it are known to exist, `more` says that there may be others. */
export function partitionCells(position: string | undefined): { cells: boolean[]; skipped: boolean } | undefined {
  const partition = Number(/\/(\d+)@/.exec(position ?? '')?.[1] ?? Number.NaN)
  if (!Number.isInteger(partition)) return undefined
  const shown = Math.min(partition, 5)
  return { cells: [...Array.from({ length: shown }, () => false), true], skipped: partition > shown }
}
