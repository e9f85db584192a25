// A whole trace in 28 pixels: rows of the tree squeezed into a few lines. Bars of one line and one colour that touch are one bar, so that 50,000
// spans cost a few hundred rectangles. In: nodes, scale, colours. Out: bars in shares of the width and line numbers.
import { place, type Scale } from './fold.ts'
import type { TreeNode } from './tree.ts'

export interface MiniBar {
  line: number
  left: number
  right: number
  /** A number of `--series-…`; 0 for a wait. */
  series: number
}

const linesMax = 13
/** Bars closer than this share of the width are drawn as one. */
const grain = 1 / 400

export function drawMinimap(nodes: TreeNode[], scale: Scale, seriesOf: (service: string) => number): MiniBar[] {
  const shown = nodes.filter((node) => node.span)
  const lines = Math.min(linesMax, shown.length)
  const bars: MiniBar[] = []
  const last = new Map<string, MiniBar>()
  const add = (bar: MiniBar): void => {
    const key = `${bar.line} ${bar.series}`
    const before = last.get(key)
    if (before && shown.length > lines && bar.left <= before.right + grain && bar.right >= before.left - grain) {
      before.left = Math.min(before.left, bar.left)
      before.right = Math.max(before.right, bar.right)
      return
    }
    bars.push(bar)
    last.set(key, bar)
  }
  for (const [at, node] of shown.entries()) {
    const line = Math.floor((at / shown.length) * lines)
    if (node.wait) add({ line, left: place(scale, node.wait.fromUs), right: place(scale, node.wait.toUs), series: 0 })
    add({
      line,
      left: place(scale, node.startUs),
      right: place(scale, node.endUs),
      series: seriesOf(node.span!.service),
    })
  }
  return bars
}
