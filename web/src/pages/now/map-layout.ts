// Where the nodes of the map stand: a shape in, columns and routes out, then stretched to the room there is. Ranks and
// order are dagre's, left to right in the direction of events; widths of the gaps are ours, so that text is never scaled.
// No clock, no DOM. dagre comes in with the first map, not with the page.
import type { Box, Shape } from './map-shape.ts'

export interface Point {
  x: number
  y: number
}

export interface Place extends Point {
  width: number
  height: number
  column: number
}

export interface Layout {
  /** Centres. */
  places: Map<string, Place>
  /** Points between the ends of a line that passes columns: left and right edge of each column passed. */
  bends: Map<string, Point[]>
  width: number
  height: number
  columns: number
}

interface Raw {
  boxes: Map<string, Box & Point>
  /** Centres of the columns, as dagre has them. */
  columnXs: number[]
  bends: Map<string, Point[]>
}

const stackGap = 42
const rowGap = 26
const gapMin = 56
const gapMax = 170
const padX = 22
const padTop = 20
/** Room for the legend. */
const padBottom = 56
const stretchMax = 2.1

/** Asks dagre; the slow half, to be done again only when the shape changed. */
export async function arrange(shape: Shape): Promise<Raw> {
  const { Graph, layout } = await import('@dagrejs/dagre')
  const graph = new Graph({ multigraph: true })
  graph.setGraph({ rankdir: 'LR', nodesep: rowGap, edgesep: 18, ranksep: 60, ranker: 'network-simplex' })
  const sizes = new Map(shape.boxes.map((box) => [box.id, box]))
  const stackOf = new Map(shape.stacks.flatMap((stack, index) => stack.map((id) => [id, `stack:${index}`] as const)))
  shape.stacks.forEach((stack, index) => graph.setNode(`stack:${index}`, stackSize(stack, sizes)))
  for (const box of shape.boxes)
    if (!stackOf.has(box.id)) graph.setNode(box.id, { width: box.width, height: box.height })
  for (const { id, from, to } of shape.lines) {
    const [a, b] = [stackOf.get(from) ?? from, stackOf.get(to) ?? to]
    if (a !== b) graph.setEdge(a, b, { weight: 1 }, id)
  }
  layout(graph)
  return read(graph as unknown as LaidOut, shape, sizes)
}

interface LaidOut {
  node: (id: string) => Point
  nodes: () => string[]
  edges: () => { name?: string }[]
  edge: (edge: unknown) => { points?: Point[] }
}

function stackSize(stack: readonly string[], sizes: ReadonlyMap<string, Box>): { width: number; height: number } {
  const boxes = stack.map((id) => sizes.get(id)!)
  return {
    width: Math.max(...boxes.map(({ width }) => width)),
    height: boxes.reduce((sum, { height }) => sum + height, stackGap * (boxes.length - 1)),
  }
}

function read(graph: LaidOut, shape: Shape, sizes: ReadonlyMap<string, Box>): Raw {
  const boxes = new Map<string, Box & Point>()
  shape.stacks.forEach((stack, index) => {
    const { x, y } = graph.node(`stack:${index}`)
    let top = y - stackSize(stack, sizes).height / 2
    for (const id of stack) {
      const box = sizes.get(id)!
      boxes.set(id, { ...box, x, y: top + box.height / 2 })
      top += box.height + stackGap
    }
  })
  for (const box of shape.boxes) if (!boxes.has(box.id)) boxes.set(box.id, { ...box, ...pick(graph.node(box.id)) })
  const columnXs = [...new Set([...boxes.values()].map(({ x }) => Math.round(x)))].sort((a, b) => a - b)
  const bends = new Map<string, Point[]>()
  for (const edge of graph.edges()) {
    const points = (graph.edge(edge).points ?? [])
      .slice(1, -1)
      .filter((point) => columnXs.includes(Math.round(point.x)))
    if (edge.name && points.length > 0) bends.set(edge.name, points.map(pick))
  }
  return { boxes, columnXs, bends }
}

const pick = ({ x, y }: Point): Point => ({ x, y })

/** Spreads an arrangement over a pane. Larger than the pane only where the text would not fit. */
export function fit(raw: Raw, pane: { width: number; height: number }): Layout {
  const columnOf = (x: number) => nearest(raw.columnXs, x)
  const widths = raw.columnXs.map(() => 0)
  for (const box of raw.boxes.values()) widths[columnOf(box.x)] = Math.max(widths[columnOf(box.x)]!, box.width)
  const content = widths.reduce((sum, width) => sum + width, 0)
  const gaps = Math.max(1, widths.length - 1)
  const gap = Math.max(gapMin, Math.min(gapMax, (pane.width - 2 * padX - content) / gaps))
  const used = content + gap * (widths.length - 1)
  const lefts: number[] = []
  widths.reduce(
    (left, width, index) => {
      lefts[index] = left
      return left + width + gap
    },
    Math.max(padX, (pane.width - used) / 2),
  )
  const { toY, height } = vertical([...raw.boxes.values()], [...raw.bends.values()].flat(), pane.height)

  const places = new Map<string, Place>()
  for (const box of raw.boxes.values()) {
    const column = columnOf(box.x)
    places.set(box.id, {
      x: lefts[column]! + widths[column]! / 2,
      y: toY(box.y),
      width: box.width,
      height: box.height,
      column,
    })
  }
  const bends = new Map<string, Point[]>()
  for (const [id, points] of raw.bends) {
    bends.set(
      id,
      points.flatMap(({ x, y }) => {
        const column = columnOf(x)
        return [
          { x: lefts[column]!, y: toY(y) },
          { x: lefts[column]! + widths[column]!, y: toY(y) },
        ]
      }),
    )
  }
  return { places, bends, width: Math.max(pane.width, used + 2 * padX), height, columns: widths.length }
}

function vertical(boxes: readonly (Box & Point)[], points: readonly Point[], paneHeight: number) {
  const tops = [...boxes.map(({ y, height }) => y - height / 2), ...points.map(({ y }) => y - 8)]
  const bottoms = [...boxes.map(({ y, height }) => y + height / 2), ...points.map(({ y }) => y + 8)]
  const top = Math.min(...tops)
  const extent = Math.max(...bottoms) - top
  const room = paneHeight - padTop - padBottom
  const stretch = Math.max(1, Math.min(stretchMax, room / extent))
  const height = Math.max(paneHeight, extent + padTop + padBottom)
  const middle = padTop + Math.max(room, extent) / 2
  return { toY: (y: number) => middle + (y - top - extent / 2) * stretch, height }
}

function nearest(values: readonly number[], value: number): number {
  let best = 0
  values.forEach((one, index) => {
    if (Math.abs(one - value) < Math.abs(values[best]! - value)) best = index
  })
  return best
}
