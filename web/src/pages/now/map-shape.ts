// The map as it is drawn: topology in, boxes with sizes and lines out. Pure. Sizes come from names alone, so that a
// changing rate never moves a node; the layout is made again only when `shapeKey` changes.
import type { MapEdge, MapNode, Topology } from '@hopscope/server/contract/topology'
import { percent, rate, seconds, duration } from '../../lib/format.ts'

export interface Box {
  id: string
  width: number
  height: number
}

export interface Line {
  id: string
  from: string
  to: string
}

export interface Shape {
  boxes: Box[]
  lines: Line[]
  /** Services that call each other and read no topic, top to bottom: one column. */
  stacks: string[][]
}

export interface Drawn {
  nodes: MapNode[]
  edges: MapEdge[]
  /** Nodes that are known and not drawn, by type. */
  folded: MapNode[]
}

/** A column of services longer than this is no longer read as one call path. */
const stackMax = 5
const nameMax = 200
/** Tables and addresses that only one reader uses hang below it, if they are no more than this. */
const leavesMax = 3

/** What is drawn: not folded, or unfolded by the reader (`open`), or all of what fails with its neighbours (`failingOnly`). */
export function choose(
  topology: Topology,
  choice: { open: boolean; failingOnly: boolean; sel?: string | undefined },
): Drawn {
  const shown = (node: MapNode) => choice.open || !node.folded || node.id === choice.sel
  const near = choice.failingOnly ? nearFailing(topology) : undefined
  const nodes = topology.nodes.filter((node) => shown(node) && (!near || near.has(node.id)))
  const ids = new Set(nodes.map((node) => node.id))
  return {
    nodes,
    edges: topology.edges.filter((edge) => ids.has(edge.from) && ids.has(edge.to)),
    folded: topology.nodes.filter((node) => !shown(node)),
  }
}

function nearFailing({ nodes, edges }: Topology): Set<string> {
  const near = new Set(nodes.filter(({ state }) => state === 'failing').map(({ id }) => id))
  for (const edge of edges) if (edge.state === 'failing') near.add(edge.from).add(edge.to)
  for (let hop = 0; hop < 2; hop++) {
    const now = new Set(near)
    for (const edge of edges) {
      if (now.has(edge.from)) near.add(edge.to)
      if (now.has(edge.to)) near.add(edge.from)
    }
  }
  return near
}

export function shapeOf({ nodes, edges }: Pick<Drawn, 'nodes' | 'edges'>, compact: boolean): Shape {
  return {
    boxes: nodes.map((node) => ({ id: node.id, ...sizeOf(node, compact) })),
    lines: edges.map(({ id, from, to }) => ({ id, from, to })),
    stacks: [...stackCalls(nodes, edges), ...hangLeaves(nodes, edges)],
  }
}

export function shapeKey(shape: Shape): string {
  return JSON.stringify([
    shape.boxes.map(({ id, width }) => [id, width]).sort(),
    shape.lines.map(({ id }) => id).sort(),
  ])
}

const sansWidth = (text: string) => text.length * 7.1
const monoWidth = (text: string) => text.length * 6.95

function sizeOf(node: MapNode, compact: boolean): { width: number; height: number } {
  const name = node.type === 'service' || node.type === 'external' ? sansWidth(node.name) : monoWidth(node.name)
  const width = (content: number, least: number) => Math.round(Math.max(least, Math.min(nameMax, content) + 24))
  if (node.type === 'service' && node.group) {
    const group = monoWidth(node.group) + 20
    return { width: width(Math.max(group, name + (compact ? 52 : 72)) + 6, 120), height: 56 }
  }
  if (node.type === 'group') return { width: width(name + 20, 90), height: 30 }
  if (node.type === 'service') return { width: width(name, compact ? 96 : 146), height: 44 }
  if (node.type === 'topic') return { width: width(name, 100), height: 54 }
  return { width: width(name, 100), height: 46 }
}

/** Services joined by calls that take no messages, as columns in the order of the calls. */
function stackCalls(nodes: readonly MapNode[], edges: readonly MapEdge[]): string[][] {
  const takes = new Set(edges.filter(({ via }) => via === 'consume').map(({ to }) => to))
  const plain = new Set(nodes.filter(({ id, type }) => type === 'service' && !takes.has(id)).map(({ id }) => id))
  const calls = edges.filter(({ via, from, to }) => via === 'call' && plain.has(from) && plain.has(to))
  const next = new Map<string, string[]>()
  for (const { from, to } of calls) next.set(from, [...(next.get(from) ?? []), to])
  const called = new Set(calls.map(({ to }) => to))
  const done = new Set<string>()
  const stacks: string[][] = []
  const walk = (id: string, stack: string[]) => {
    if (done.has(id)) return
    done.add(id)
    stack.push(id)
    for (const to of (next.get(id) ?? []).sort()) walk(to, stack)
  }
  for (const root of [...next.keys()].filter((id) => !called.has(id)).sort()) {
    const stack: string[] = []
    walk(root, stack)
    for (let at = 0; at < stack.length; at += stackMax) stacks.push(stack.slice(at, at + stackMax))
  }
  return stacks.filter((stack) => stack.length > 1)
}

/** A service that takes messages, with the tables and addresses that only it uses. */
function hangLeaves(nodes: readonly MapNode[], edges: readonly MapEdge[]): string[][] {
  const leaf = new Set(nodes.filter(({ type }) => type === 'table' || type === 'external').map(({ id }) => id))
  const users = new Map<string, number>()
  for (const { to } of edges) users.set(to, (users.get(to) ?? 0) + 1)
  const takers = new Set(edges.filter(({ via }) => via === 'consume').map(({ to }) => to))
  return [...takers].sort().flatMap((id) => {
    const leaves = edges
      .filter(({ from, to }) => from === id && leaf.has(to) && users.get(to) === 1)
      .map(({ to }) => to)
    return leaves.length > 0 && leaves.length <= leavesMax ? [[id, ...leaves.sort()]] : []
  })
}

/** Everything that leads to a node or follows from it, itself included: what stays bright while it is pointed at. */
export function pathThrough(
  id: string,
  edges: readonly { id: string; from: string; to: string }[],
  way: 'ahead' | 'back' | 'both' = 'both',
): Set<string> {
  const bright = new Set([id])
  if (way !== 'back') follow(id, edges, 'from', 'to', bright)
  if (way !== 'ahead') follow(id, edges, 'to', 'from', bright)
  return bright
}

function follow(
  start: string,
  edges: readonly { id: string; from: string; to: string }[],
  near: 'from' | 'to',
  far: 'from' | 'to',
  bright: Set<string>,
): void {
  const queue = [start]
  const seen = new Set(queue)
  for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
    for (const edge of edges) {
      if (edge[near] !== id) continue
      bright.add(edge.id).add(edge[far])
      if (!seen.has(edge[far])) queue.push(edge[far])
      seen.add(edge[far])
    }
  }
}

/** The second line of a node. `compact` keeps the first fact only. */
export function nodeMeta(node: MapNode, nowUs: number, compact: boolean): string {
  if (node.state === 'failing' && node.errors !== undefined)
    return `${percent(node.errors)} ${compact ? 'fail' : 'failed'}`
  if (node.state === 'quiet') return `quiet ${seconds((nowUs - node.lastUs) / 1e6)}`
  const unit = {
    service: node.group ? '/s' : ' req/s',
    topic: ' events/s',
    table: '/s',
    external: '/s',
    group: '/s',
    connector: '/s',
  }[node.type]
  if (node.rate === 0 && node.errors === undefined) return node.type === 'external' ? 'external' : ''
  const first = `${rate(node.rate)}${unit}`
  return compact || node.p95Us === undefined || node.type !== 'service' || node.group
    ? first
    : `${first}, p95 ${duration(node.p95Us)}`
}

/** What stands on a line; empty where the node at its end says it already. */
export function edgeText(edge: MapEdge): string {
  if (edge.state === 'failing' && edge.errors) return `${percent(edge.errors)} fail`
  if (edge.state === 'quiet' || edge.rate === 0) return ''
  return edge.via === 'call' || edge.via === 'consume' ? `${rate(edge.rate)}/s` : ''
}

/** Places in reading order: by column, then from top to bottom. */
export function readingOrder<T extends { id: string }>(
  nodes: readonly T[],
  places: ReadonlyMap<string, { x: number; y: number }>,
): T[] {
  const at = (node: T) => places.get(node.id) ?? { x: 0, y: 0 }
  return [...nodes].sort((a, b) => Math.round((at(a).x - at(b).x) / 40) || at(a).y - at(b).y)
}
