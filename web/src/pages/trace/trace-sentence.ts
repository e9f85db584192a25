// What a trace says in one sentence, from what its spans prove and no more: the answer of its root, what failed, and how much
// was work. In: trace, tree. Out: parts; names are never markup.
import type { Part } from '@hopscope/server/contract/node'
import type { Trace } from '@hopscope/server/contract/traces'
import { counted, duration, listed } from '../../lib/format.ts'
import { unite } from './fold.ts'
import type { Tree, TreeNode } from './tree.ts'

const text = (value: string): Part => ({ text: value })

/** How long at least one received span was open: the rest of the trace is waiting, or was not received. */
export function workedUs(tree: Tree, trace: Trace): number {
  const busy = tree.nodes.filter((node) => node.span).map((node) => ({ fromUs: node.startUs, toUs: node.endUs }))
  return unite(busy, { fromUs: trace.startUs, toUs: Math.max(trace.endUs, trace.startUs) }).reduce(
    (sum, one) => sum + one.toUs - one.fromUs,
    0,
  )
}

/** The failed spans that no failed span below them explains: where errors came from, in order of time. */
export function findErrorSources(tree: Tree): TreeNode[] {
  const explained = new Set<TreeNode>()
  for (const node of tree.nodes) {
    if (node.span?.status !== 'error') continue
    for (let at = node.parent; at && !explained.has(at); at = at.parent) explained.add(at)
  }
  return tree.nodes
    .filter((node) => node.span?.status === 'error' && !explained.has(node))
    .sort((a, b) => a.startUs - b.startUs)
}

const isSkewed = (tree: Tree): boolean => tree.nodes.some((node) => node.skewUs !== undefined)

function sayRoot(trace: Trace, root: TreeNode | undefined): Part[] {
  const span = root?.span
  if (!root || !span) {
    const services = [...new Set(trace.spans.map((one) => one.service))]
    return [
      text(
        `The root of this trace has not been received; ${counted(trace.spans.length, 'span')} of ${listed(services)} came`,
      ),
    ]
  }
  const verb = span.kind === 'server' ? 'answered in' : 'took'
  const said: Part[] = [
    { name: span.service, type: 'service' },
    text(` ${span.name} ${span.status === 'error' ? 'failed after' : verb} ${duration(span.durationUs)}`),
  ]
  const afterUs = root.lastUs - root.endUs
  if (afterUs >= 1000) said.push(text(`; what it caused went on until ${duration(root.lastUs - root.startUs)}`))
  return said
}

function sayErrors(sources: TreeNode[], root: TreeNode | undefined): Part[] {
  const first = sources[0]?.span
  if (!first || (sources.length === 1 && sources[0] === root)) {
    return first?.statusMessage ? [text(': '), { name: first.statusMessage, type: 'error' }] : []
  }
  const why = first.attrs['error.type'] ?? first.attrs['exception.type'] ?? first.statusMessage
  const said: Part[] = [
    text(sources.length === 1 ? '; it failed at ' : `; it failed at ${counted(sources.length, 'place')}, first `),
    { name: first.service, type: 'service' },
    text(` ${first.name}`),
  ]
  if (why) said.push(text(' with '), { name: why, type: 'error' })
  return said
}

export function sayTrace(trace: Trace, tree: Tree): Part[] {
  const root = tree.roots.find((node) => node.span && !node.span.parentSpanId)
  return [...sayRoot(trace, root), ...sayErrors(findErrorSources(tree), root), text('.')]
}

/** The second line: work and waiting, other traces, clocks. */
export function sayTraceRest(trace: Trace, tree: Tree): string {
  const wholeUs = Math.max(0, trace.endUs - trace.startUs)
  const worked = workedUs(tree, trace)
  const said: string[] = []
  if (wholeUs - worked >= 1000 && !isSkewed(tree))
    said.push(`${duration(worked)} of work, for ${duration(wholeUs - worked)} no span was open.`)
  const onward = new Set(trace.backlinks.map((link) => link.traceId)).size
  if (onward > 0)
    said.push(onward === 1 ? 'It goes on in a trace of its own.' : `It goes on in ${onward} traces of their own.`)
  const causes = new Set(
    trace.spans.flatMap((span) => span.links.map((link) => link.traceId).filter((id) => id !== trace.traceId)),
  ).size
  if (causes > 0) said.push(`It was caused by ${counted(causes, 'other trace')}.`)
  const skewed = tree.nodes.filter((node) => node.skewUs !== undefined).length
  if (skewed > 0) said.push(`Clocks disagree at ${counted(skewed, 'span')}; times are as they were sent.`)
  return said.join(' ')
}
