// A map of everything in, a map that can be read out: what fails and what leads there stays, quiet parts are folded.
// Folded nodes are still in the answer and flagged, so that a table, a search or a click can show them.
import type { MapEdge, MapNode } from '../contract/topology.ts'

/** Nodes that are drawn; more than this cannot be read on one screen. */
export const nodesDrawn = 60
/** Nodes in an answer, folded ones included. Beyond it they are only counted. */
export const nodesMax = 400
/** How far from a failing node the map keeps what leads there. */
const hopsKept = 2

/** Flags what is beyond `drawn` as folded and leaves out what is beyond `max`, with the edges that would hang in the air. */
export function fold(
  nodes: readonly MapNode[],
  edges: readonly MapEdge[],
  bounds = { drawn: nodesDrawn, max: nodesMax },
): { nodes: MapNode[]; edges: MapEdge[]; left: number } {
  const distance = distanceFromFailing(nodes, edges)
  const rank = (node: MapNode) => distance.get(node.id) ?? hopsKept + 1
  const ranked = [...nodes].sort((a, b) => rank(a) - rank(b) || b.rate - a.rate || compare(a.id, b.id))
  const kept = ranked.slice(0, bounds.max).map((node, at) => (at < bounds.drawn ? node : { ...node, folded: true }))
  const ids = new Set(kept.map(({ id }) => id))
  return {
    nodes: kept.sort((a, b) => compare(a.id, b.id)),
    edges: edges.filter(({ from, to }) => ids.has(from) && ids.has(to)).sort((a, b) => compare(a.id, b.id)),
    left: nodes.length - kept.length,
  }
}

function distanceFromFailing(nodes: readonly MapNode[], edges: readonly MapEdge[]): Map<string, number> {
  const distance = new Map(nodes.filter(({ state }) => state === 'failing').map(({ id }) => [id, 0]))
  for (const { from, to, state } of edges) {
    if (state === 'failing') [from, to].forEach((id) => distance.set(id, 0))
  }
  for (let step = 1; step <= hopsKept; step++) {
    const reached = edges.flatMap(({ from, to }) => {
      if (distance.get(from) === step - 1) return [to]
      return distance.get(to) === step - 1 ? [from] : []
    })
    for (const id of reached) if (!distance.has(id)) distance.set(id, step)
  }
  return distance
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
