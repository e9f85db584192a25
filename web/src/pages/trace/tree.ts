// Spans in, the tree of a trace out: who caused whom, what was not received, where clocks disagree, where something waited.
// It survives what arrives in practice: any order, 50,000 spans, depth 300, cycles, one span id twice. It never moves a time.
import type { Span } from '@hopscope/server/contract/traces'

export interface TreeNode {
  /** Unique in the tree: the span id, with a number behind it when the id came twice. */
  id: string
  spanId: string
  /** Absent for a parent that is named by a span and was not received. */
  span?: Span
  parent?: TreeNode
  children: TreeNode[]
  /** How this node found its parent. */
  via: 'root' | 'trace' | 'link'
  startUs: number
  endUs: number
  /** When the last of this node and all below it ended. */
  lastUs: number
  depth: number
  /** By how much two clocks disagree at least: this span began before the caller of another process did. */
  skewUs?: number
  /** From the end of the parent, or of the attempt before, to the start of this. */
  wait?: { fromUs: number; toUs: number; label: string; again?: true }
}

export interface Tree {
  roots: TreeNode[]
  nodes: TreeNode[]
  bySpanId: Map<string, TreeNode>
  missing: number
}

const publishes = new Set(['create', 'send'])
const handOverFromUs = 1000
/** How far back among siblings an attempt before is looked for. */
const siblingsMax = 50

export const isProducer = (span: Span): boolean =>
  span.kind === 'producer' || publishes.has(span.messaging?.operation ?? '')
export const isConsumer = (span: Span): boolean =>
  span.kind === 'consumer' || ['receive', 'process', 'settle'].includes(span.messaging?.operation ?? '')

function makeNodes(spans: Span[]): { nodes: TreeNode[]; bySpanId: Map<string, TreeNode> } {
  const bySpanId = new Map<string, TreeNode>()
  const seen = new Map<string, number>()
  const nodes = spans
    .toSorted((a, b) => a.startUs - b.startUs)
    .map((span): TreeNode => {
      const times = seen.get(span.spanId) ?? 0
      seen.set(span.spanId, times + 1)
      const endUs = span.startUs + span.durationUs
      const node: TreeNode = {
        id: times === 0 ? span.spanId : `${span.spanId}#${times + 1}`,
        spanId: span.spanId,
        span,
        children: [],
        via: 'root',
        startUs: span.startUs,
        endUs,
        lastUs: endUs,
        depth: 0,
      }
      if (times === 0) bySpanId.set(span.spanId, node)
      return node
    })
  return { nodes, bySpanId }
}

/** Parent by span id; a placeholder for one that was not received; a link within the trace for a span without a parent. */
function adopt(nodes: TreeNode[], bySpanId: Map<string, TreeNode>): TreeNode[] {
  const placeholders = new Map<string, TreeNode>()
  for (const node of nodes) {
    const { span } = node
    if (!span) continue
    const linked = span.links.find((link) => link.traceId === span.traceId && link.spanId !== span.spanId)
    let parent = span.parentSpanId ? bySpanId.get(span.parentSpanId) : linked && bySpanId.get(linked.spanId)
    if (parent === node) parent = undefined
    if (span.parentSpanId && !bySpanId.has(span.parentSpanId)) {
      parent = placeholders.get(span.parentSpanId) ?? makePlaceholder(span.parentSpanId, node)
      placeholders.set(span.parentSpanId, parent)
      parent.endUs = Math.max(parent.endUs, node.endUs)
    }
    if (!parent) continue
    node.parent = parent
    node.via = span.parentSpanId ? 'trace' : 'link'
    parent.children.push(node)
  }
  return [...placeholders.values()]
}

function makePlaceholder(spanId: string, child: TreeNode): TreeNode {
  const { startUs, endUs } = child
  return { id: `missing:${spanId}`, spanId, children: [], via: 'root', startUs, endUs, lastUs: endUs, depth: 0 }
}

/** Visits the tree under `root` from the top; children come in order of time. No recursion: a chain may be 50,000 long. */
function descend(root: TreeNode, visit: (node: TreeNode) => void): void {
  const stack = [root]
  for (let node = stack.pop(); node; node = stack.pop()) {
    visit(node)
    for (let i = node.children.length - 1; i >= 0; i--) stack.push(node.children[i]!)
  }
}

/** Roots first; then what hangs on a cycle, which is cut above its earliest span. */
function findRoots(nodes: TreeNode[]): { roots: TreeNode[]; order: TreeNode[] } {
  const order: TreeNode[] = []
  const visited = new Set<TreeNode>()
  const take = (root: TreeNode): void =>
    descend(root, (node) => {
      visited.add(node)
      order.push(node)
      node.depth = node.parent ? node.parent.depth + 1 : 0
    })
  const roots = nodes.filter((node) => !node.parent)
  for (const root of roots) take(root)
  for (const node of nodes) {
    if (visited.has(node)) continue
    const onPath = new Set<TreeNode>()
    let top = node
    while (!onPath.has(top) && top.parent) {
      onPath.add(top)
      top = top.parent
    }
    const { parent } = top
    if (parent) parent.children = parent.children.filter((child) => child !== top)
    delete top.parent
    top.via = 'root'
    roots.push(top)
    take(top)
  }
  return { roots, order }
}

const hostOf = ({ resourceAttrs }: Span): string | undefined =>
  resourceAttrs['k8s.pod.name'] ?? resourceAttrs['host.name']

/** Two processes, and the callee began before its caller, or a call was answered wholly after the caller had got its answer. */
function measureSkew(node: TreeNode): number | undefined {
  const [span, caller] = [node.span, node.parent?.span]
  if (!span || !caller) return undefined
  if (span.service === caller.service && hostOf(span) === hostOf(caller)) return undefined
  if (span.startUs < caller.startUs) return caller.startUs - span.startUs
  const answered = caller.kind === 'client' && span.kind === 'server' && caller.status !== 'error'
  const callerEndUs = caller.startUs + caller.durationUs
  return answered && span.startUs > callerEndUs ? span.startUs - callerEndUs : undefined
}

/** The attempt of the same consumer at the same message that ended last before this one began. Siblings come in order of time. */
function findAttemptBefore(node: TreeNode, parent: TreeNode): TreeNode | undefined {
  const { span } = node
  if (span?.messaging?.offset === undefined || !isConsumer(span)) return undefined
  const isSame = (other: Span): boolean =>
    isConsumer(other) &&
    other.service === span.service &&
    other.messaging?.topic === span.messaging?.topic &&
    other.messaging?.operation === span.messaging?.operation &&
    other.messaging?.group === span.messaging?.group &&
    other.messaging?.offset === span.messaging?.offset &&
    other.messaging?.partition === span.messaging?.partition
  const at = parent.children.indexOf(node)
  for (let before = at - 1; before >= Math.max(0, at - siblingsMax); before--) {
    const sibling = parent.children[before]!
    if (sibling.span && sibling.endUs <= node.startUs && isSame(sibling.span)) return sibling
  }
  return undefined
}

/** Where a message lay or work was handed over: from the end of the parent to the start of the child. */
function findWait(node: TreeNode): TreeNode['wait'] {
  const { span, parent } = node
  if (!span || !parent?.span || node.skewUs !== undefined) return undefined
  const [fromUs, toUs] = [parent.endUs, node.startUs]
  if (toUs - fromUs < (isConsumer(span) ? 1 : handOverFromUs)) return undefined
  const message = span.messaging ?? parent.span.messaging
  const before = findAttemptBefore(node, parent)
  if (before) {
    const label = before.span?.status === 'error' ? 'tried again after' : 'delivered again after'
    return { fromUs: before.endUs, toUs, label, again: true }
  }
  if (!isConsumer(span) || !message?.topic) return { fromUs, toUs, label: 'after its parent ended' }
  const { partition, offset } = message
  const at = `${partition === undefined ? '' : ` p${partition}`}${offset === undefined ? '' : ` @${offset}`}`
  return { fromUs, toUs, label: `in topic ${message.topic}${at}` }
}

export function buildTree(spans: Span[]): Tree {
  const { nodes: received, bySpanId } = makeNodes(spans)
  const placeholders = adopt(received, bySpanId)
  const nodes = [...received, ...placeholders].sort((a, b) => a.startUs - b.startUs)
  const { roots, order } = findRoots(nodes)
  for (const node of order) {
    const skewUs = measureSkew(node)
    if (skewUs !== undefined) node.skewUs = skewUs
    const wait = findWait(node)
    if (wait) node.wait = wait
  }
  for (const node of order.toReversed()) {
    // A clock that is known to differ says nothing about when this tree ended.
    if (node.parent && node.skewUs === undefined) node.parent.lastUs = Math.max(node.parent.lastUs, node.lastUs)
  }
  roots.sort((a, b) => a.startUs - b.startUs)
  return { roots, nodes: order, bySpanId, missing: placeholders.length }
}
