// Which stretches of which spans decided when the last effect of a trace came: the chain of last-finishing work, walked from the
// end back to the start. Waiting counts: the time between a publish and its consumer is a stretch of its own on the path.
// In: the tree. Out: sections by node id, in order of time. Pure; times are taken as they are.
import type { Interval } from './fold.ts'
import type { Tree, TreeNode } from './tree.ts'

export interface PathSection extends Interval {
  id: string
  kind: 'work' | 'wait'
}

interface Step {
  node: TreeNode
  /** Everything of this node after this time is already told. */
  untilUs: number
  children: TreeNode[]
  next: number
}

const openStep = (node: TreeNode, untilUs: number): Step => ({
  node,
  untilUs: Math.min(untilUs, node.lastUs),
  children: node.children.length < 2 ? node.children : node.children.toSorted((a, b) => b.lastUs - a.lastUs),
  next: 0,
})

/** The next child that had ended when the rest of the path began: the one this node was waiting for. Times of another clock do not compare. */
function nextChild(step: Step): TreeNode | undefined {
  while (step.next < step.children.length) {
    const child = step.children[step.next++]!
    if (child.skewUs === undefined && child.lastUs <= step.untilUs && child.lastUs > step.node.startUs) return child
  }
  return undefined
}

export function findCriticalPath(tree: Tree): PathSection[] {
  const sections: PathSection[] = []
  const add = (node: TreeNode, kind: PathSection['kind'], fromUs: number, toUs: number): void => {
    if (node.span && toUs > fromUs) sections.push({ id: node.id, kind, fromUs, toUs })
  }
  let untilUs = tree.roots.reduce((latest, root) => Math.max(latest, root.lastUs), 0)
  // Roots one after another: what began without a cause that we know of has no wait before it.
  for (const root of tree.roots.toSorted((a, b) => b.lastUs - a.lastUs)) {
    if (root.lastUs > untilUs) continue
    const stack = [openStep(root, untilUs)]
    for (let step = stack.at(-1); step; step = stack.at(-1)) {
      const { node } = step
      const child = nextChild(step)
      if (child) {
        add(node, 'work', child.lastUs, Math.min(step.untilUs, node.endUs))
        stack.push(openStep(child, child.lastUs))
        continue
      }
      add(node, 'work', node.startUs, Math.min(step.untilUs, node.endUs))
      stack.pop()
      const parent = stack.at(-1)
      if (!parent) break
      // An attempt waited for the one before it, and that one is told next; all else waited since its parent ended.
      const sinceUs = node.wait?.again ? node.wait.fromUs : parent.node.endUs
      if (parent.node.span) add(node, 'wait', sinceUs, node.startUs)
      parent.untilUs = Math.min(parent.untilUs, node.startUs, Math.max(sinceUs, parent.node.startUs))
    }
    untilUs = root.startUs
  }
  return sections.reverse()
}

/** Sections by node, for drawing. */
export function groupByNode(sections: PathSection[]): Map<string, PathSection[]> {
  const groups = new Map<string, PathSection[]>()
  for (const section of sections) {
    const group = groups.get(section.id)
    if (group) group.push(section)
    else groups.set(section.id, [section])
  }
  return groups
}
