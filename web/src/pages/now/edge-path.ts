// The line of one edge of the map: two placed nodes in, an SVG path, its tip and the place of its label out. Pure.
import type { Layout, Place, Point } from './map-layout.ts'

export interface EdgePath {
  d: string
  tip: string
  label: Point
}

type Curve = [Point, Point, Point, Point]

const tipLength = 5
/** Nearer to the end than to the start: lines fan out, and so do their labels. */
const labelAt = 0.58

/** Undefined while one end is not placed. `spread` moves the ends apart where several lines share a side, -1 to 1. */
export function edgePath(
  layout: Layout,
  edge: { id: string; from: string; to: string },
  out = 0,
  into = 0,
): EdgePath | undefined {
  const from = layout.places.get(edge.from)
  const to = layout.places.get(edge.to)
  if (!from || !to) return undefined
  if (from.column === to.column) return within(layout, from, to)
  if (from.column > to.column) return back(from, to)
  const start = { x: from.x + from.width / 2, y: from.y + out * (from.height / 2 - 8) }
  const end = { x: to.x - to.width / 2 - tipLength, y: to.y + into * (to.height / 2 - 8) }
  const stops = [start, ...(layout.bends.get(edge.id) ?? []), end]
  const curves = stops.slice(1).map((stop, index) => sideways(stops[index]!, stop))
  return { d: print(curves), tip: right(end), label: along(curves.at(-1)!, labelAt) }
}

/** From one node of a column to another: straight down to the next one, around the left side to one further away. */
function within(layout: Layout, from: Place, to: Place): EdgePath {
  const between = [...layout.places.values()].some(
    (one) => one.column === from.column && one.y > from.y && one.y < to.y,
  )
  if (to.y > from.y && !between) {
    const start = { x: from.x, y: from.y + from.height / 2 }
    const end = { x: to.x, y: to.y - to.height / 2 - tipLength }
    const pull = (end.y - start.y) / 2
    const curve: Curve = [start, { x: start.x, y: start.y + pull }, { x: end.x, y: end.y - pull }, end]
    return { d: print([curve]), tip: downwards(end), label: along(curve, 0.5) }
  }
  const start = { x: from.x - from.width / 2, y: from.y }
  const end = { x: to.x - to.width / 2 - tipLength, y: to.y }
  const out = Math.min(start.x, end.x) - 18
  const curve: Curve = [start, { x: out, y: start.y }, { x: out, y: end.y }, end]
  return { d: print([curve]), tip: right(end), label: along(curve, 0.5) }
}

/** Against the direction of events: out of the bottom, under both, into the bottom. */
function back(from: Place, to: Place): EdgePath {
  const start = { x: from.x, y: from.y + from.height / 2 }
  const end = { x: to.x, y: to.y + to.height / 2 + tipLength }
  const low = Math.max(start.y, end.y) + 46
  const curve: Curve = [start, { x: start.x, y: low }, { x: end.x, y: low }, end]
  const { x, y } = end
  return { d: print([curve]), tip: `M${x - 3.5} ${y + 1}L${x} ${y - 5}L${x + 3.5} ${y + 1}Z`, label: along(curve, 0.5) }
}

function sideways(a: Point, b: Point): Curve {
  const pull = Math.max(a.y === b.y ? 0 : 20, (b.x - a.x) * 0.5)
  return [a, { x: a.x + pull, y: a.y }, { x: b.x - pull, y: b.y }, b]
}

/** The point of a curve at `t`, 0 to 1. */
function along([a, b, c, d]: Curve, t: number): Point {
  const [p, q, r, s] = [(1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t ** 2, t ** 3]
  return { x: p * a.x + q * b.x + r * c.x + s * d.x, y: p * a.y + q * b.y + r * c.y + s * d.y }
}

const at = ({ x, y }: Point) => `${Math.round(x * 10) / 10} ${Math.round(y * 10) / 10}`

const print = (curves: readonly Curve[]) =>
  curves.map(([a, b, c, d], index) => `${index === 0 ? `M${at(a)}` : ''}C${at(b)} ${at(c)} ${at(d)}`).join('')

const right = ({ x, y }: Point) =>
  `M${at({ x: x - 1, y: y - 3.5 })}L${at({ x: x + 5, y })}L${at({ x: x - 1, y: y + 3.5 })}Z`
const downwards = ({ x, y }: Point) =>
  `M${at({ x: x - 3.5, y: y - 1 })}L${at({ x, y: y + 5 })}L${at({ x: x + 3.5, y: y - 1 })}Z`

/** Where lines leave and enter a node, spread evenly by the height of their other end, so that they cross less. */
export function spreadPorts(
  layout: Layout,
  edges: readonly { id: string; from: string; to: string }[],
): Map<string, { out: number; into: number }> {
  const ports = new Map(edges.map((edge) => [edge.id, { out: 0, into: 0 }]))
  for (const [side, other, key] of [
    ['from', 'to', 'out'],
    ['to', 'from', 'into'],
  ] as const) {
    const groups = groupBy(edges, side)
    for (const group of groups.values()) {
      const forward = group.filter(
        (edge) => (layout.places.get(edge.from)?.column ?? 0) < (layout.places.get(edge.to)?.column ?? 0),
      )
      const sorted = forward.sort(
        (a, b) => (layout.places.get(a[other])?.y ?? 0) - (layout.places.get(b[other])?.y ?? 0),
      )
      const step = Math.min(0.5, 2 / Math.max(1, sorted.length))
      sorted.forEach((edge, index) => {
        ports.get(edge.id)![key] = (index - (sorted.length - 1) / 2) * step
      })
    }
  }
  return ports
}

function groupBy<T extends { from: string; to: string }>(edges: readonly T[], side: 'from' | 'to'): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const edge of edges) groups.set(edge[side], [...(groups.get(edge[side]) ?? []), edge])
  return groups
}
