// The part of a trace that is looked at, as text for the URL: `400ms-2s` would be for people, so it is `400000-2000000`, microseconds from
// the start of the trace. In: text and the whole. Out: an interval within it, or undefined for the whole.
import type { Trace } from '@hopscope/server/contract/traces'
import type { Interval } from './fold.ts'
import type { Tree } from './tree.ts'

export function wholeOf(tree: Tree, backlinks: Trace['backlinks']): Interval {
  let fromUs = Infinity
  let toUs = -Infinity
  for (const node of tree.nodes) {
    fromUs = Math.min(fromUs, node.startUs)
    toUs = Math.max(toUs, node.endUs)
  }
  for (const link of backlinks) toUs = Math.max(toUs, link.atUs)
  return Number.isFinite(fromUs) ? { fromUs, toUs } : { fromUs: 0, toUs: 1 }
}

export function readWindow(text: string | undefined, whole: Interval): Interval | undefined {
  const match = /^(\d{1,15})-(\d{1,15})$/.exec(text ?? '')
  if (!match) return undefined
  const fromUs = whole.fromUs + Number(match[1])
  const toUs = Math.min(whole.toUs, whole.fromUs + Number(match[2]))
  return toUs > fromUs ? { fromUs, toUs } : undefined
}

/** Undefined for the whole, so that it leaves the URL. */
export function printWindow(part: Interval, whole: Interval): string | undefined {
  const [from, to] = [Math.max(0, Math.floor(part.fromUs - whole.fromUs)), Math.ceil(part.toUs - whole.fromUs)]
  return from <= 0 && to >= whole.toUs - whole.fromUs ? undefined : `${from}-${to}`
}
