// The curve from one hop to the next as SVG paths. A broken line is cut in the middle: solid up to the octagon, dots beyond it.
// In: the ends, in pixels. Out: path texts and the points where the tip and the octagon go.
import type { Line } from './layout.ts'

type Point = readonly [number, number]
type Curve = readonly [Point, Point, Point, Point]

export interface Drawn {
  before: string
  /** The part beyond the octagon; absent for a whole line. */
  beyond?: string
  octagon?: { x: number; y: number }
  tip: string
}

const tipLength = 5
const half = (a: Point, b: Point): Point => [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2]
const round = (value: number): number => Math.round(value * 10) / 10
const print = ([a, b, c, d]: Curve): string =>
  `M${a.map(round).join(' ')}C${[b, c, d].map((point) => point.map(round).join(' ')).join(' ')}`

/** Both halves of a curve, by de Casteljau. */
function halve([a, b, c, d]: Curve): [Curve, Point, Curve] {
  const [ab, bc, cd] = [half(a, b), half(b, c), half(c, d)]
  const [abc, bcd] = [half(ab, bc), half(bc, cd)]
  const middle = half(abc, bcd)
  return [[a, ab, abc, middle], middle, [middle, bcd, cd, d]]
}

export function drawLine({ x1, y1, x2, y2, kind }: Line): Drawn {
  const endX = x2 - tipLength
  const pull = Math.max(6, (endX - x1) / 2)
  const whole: Curve = [
    [x1, y1],
    [x1 + pull, y1],
    [endX - pull, y2],
    [endX, y2],
  ]
  const tip = `M${round(endX - 1)} ${round(y2 - 3.5)}L${round(x2)} ${round(y2)}L${round(endX - 1)} ${round(y2 + 3.5)}Z`
  if (kind !== 'broken') return { before: print(whole), tip }
  const [before, middle, beyond] = halve(whole)
  return { before: print(before), beyond: print(beyond), octagon: { x: round(middle[0]), y: round(middle[1]) }, tip }
}
