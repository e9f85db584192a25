// The tree of a trace as the rows that are read: spans with what waited before them, what was not received, logs at their span,
// and where the event goes on in other traces. In: tree, logs, backlinks and what is folded or filtered. Out: a flat list.
import type { LogRecord, Trace } from '@hopscope/server/contract/traces'
import type { Tree, TreeNode } from './tree.ts'

export interface LinkTarget {
  traceId: string
  spanId: string
  service?: string
  name?: string
  atUs?: number
}

interface RowBase {
  id: string
  depth: number
}
export interface SpanRow extends RowBase {
  kind: 'span'
  node: TreeNode
  /** Undefined for a leaf. */
  open?: boolean
  /** Spans hidden below a folded row. */
  hidden: number
  /** False when the filter only keeps it as the way to a match. */
  matches: boolean
  /** Spans of other traces that this one names as its cause. */
  causes: LinkTarget[]
}
export interface MissingRow extends RowBase {
  kind: 'missing'
  node: TreeNode
}
export interface WaitRow extends RowBase {
  kind: 'wait'
  node: TreeNode
  fromUs: number
  toUs: number
  label: string
}
export interface LogRow extends RowBase {
  kind: 'log'
  log: LogRecord
}
export interface LinkedRow extends RowBase {
  kind: 'linked'
  node: TreeNode
  target: LinkTarget
  /** Set on the last shown of many. */
  more: number
}
export type Row = SpanRow | MissingRow | WaitRow | LogRow | LinkedRow

export interface Showing {
  folded: ReadonlySet<string>
  logs: boolean
  linked: boolean
  /** Ids of nodes that the filter found; undefined while there is no filter. */
  found?: ReadonlySet<string>
}

/** Links of one span that get a row of their own; the side panel lists all. */
const linkedRowsMax = 5
const none: LinkTarget[] = []

/** Logs by the node they belong to; those of no received span come under `''`. */
export function groupLogs(logs: LogRecord[], tree: Tree): Map<string, LogRecord[]> {
  const groups = new Map<string, LogRecord[]>()
  for (const log of logs) {
    const id = tree.bySpanId.get(log.spanId)?.id ?? ''
    const group = groups.get(id)
    if (group) group.push(log)
    else groups.set(id, [log])
  }
  return groups
}

export function groupBacklinks(backlinks: Trace['backlinks']): Map<string, LinkTarget[]> {
  const groups = new Map<string, LinkTarget[]>()
  for (const link of backlinks) {
    const group = groups.get(link.toSpanId)
    if (group) group.push(link)
    else groups.set(link.toSpanId, [link])
  }
  return groups
}

/** Nodes that a filter keeps: what it found, and the way down to it. */
function keepWays(tree: Tree, found: ReadonlySet<string>): Set<string> {
  const kept = new Set<string>()
  for (const node of tree.nodes) {
    if (!found.has(node.id)) continue
    for (let at: TreeNode | undefined = node; at && !kept.has(at.id); at = at.parent) kept.add(at.id)
  }
  return kept
}

export function countBelow(node: TreeNode): number {
  let count = 0
  const stack = [...node.children]
  for (let at = stack.pop(); at; at = stack.pop()) {
    count += 1
    for (const child of at.children) stack.push(child)
  }
  return count
}

function rowsOf(
  node: TreeNode,
  showing: Showing,
  logs: Map<string, LogRecord[]>,
  backlinks: Map<string, LinkTarget[]>,
): Row[] {
  const { id, depth, span } = node
  if (!span) return [{ kind: 'missing', id, depth, node }]
  const rows: Row[] = []
  if (node.wait && !showing.found) rows.push({ kind: 'wait', id: `wait:${id}`, depth, node, ...node.wait })
  const open = !showing.folded.has(id)
  const row: SpanRow = {
    kind: 'span',
    id,
    depth,
    node,
    hidden: open ? 0 : countBelow(node),
    matches: showing.found?.has(id) ?? true,
    causes: span.links.length === 0 ? none : span.links.filter((link) => link.traceId !== span.traceId),
  }
  if (node.children.length > 0) row.open = open
  rows.push(row)
  if (!open || showing.found) return rows
  for (const log of showing.logs ? (logs.get(id) ?? []) : []) {
    rows.push({ kind: 'log', id: `log:${log.id}`, depth: depth + 1, log })
  }
  const targets = showing.linked ? (backlinks.get(node.spanId) ?? []) : []
  for (const [at, target] of targets.slice(0, linkedRowsMax).entries()) {
    const more = at === linkedRowsMax - 1 ? targets.length - linkedRowsMax : 0
    rows.push({
      kind: 'linked',
      id: `linked:${id}:${target.traceId}:${target.spanId}`,
      depth: depth + 1,
      node,
      target,
      more,
    })
  }
  return rows
}

export function listRows(
  tree: Tree,
  showing: Showing,
  logs: Map<string, LogRecord[]>,
  backlinks: Map<string, LinkTarget[]>,
): Row[] {
  const kept = showing.found && keepWays(tree, showing.found)
  const rows: Row[] = []
  const stack = tree.roots.toReversed()
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (kept && !kept.has(node.id)) continue
    for (const row of rowsOf(node, showing, logs, backlinks)) rows.push(row)
    if (showing.folded.has(node.id)) continue
    for (let i = node.children.length - 1; i >= 0; i--) stack.push(node.children[i]!)
  }
  if (showing.logs && !showing.found) {
    for (const log of logs.get('') ?? []) rows.push({ kind: 'log', id: `log:${log.id}`, depth: 0, log })
  }
  return rows
}

/** The next row with an error after `from`, from the top again when there is none; -1 when nothing failed. */
export function nextFailed(rows: Row[], from: number): number {
  for (let step = 1; step <= rows.length; step++) {
    const at = (from + step) % rows.length
    const row = rows[at]
    if (row?.kind === 'span' && row.node.span?.status === 'error') return at
  }
  return -1
}
