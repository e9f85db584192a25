// Field tags of a data point by kind: the kinds carry the same facts under different numbers (opentelemetry-proto, metrics.proto).
import { tagOf } from './wire/reader.ts'

/** A tag of 0 is no field of that kind. */
export interface PointShape {
  attributes: number
  flags: number
  double: number
  int: number
  count: number
  sum: number
  min: number
  max: number
  scale: number
  zeroCount: number
  positive: number
  negative: number
  counts: number
  countsPacked: number
  bounds: number
  boundsPacked: number
  quantiles: number
}

const nothing: PointShape = {
  attributes: 0,
  flags: 0,
  double: 0,
  int: 0,
  count: 0,
  sum: 0,
  min: 0,
  max: 0,
  scale: 0,
  zeroCount: 0,
  positive: 0,
  negative: 0,
  counts: 0,
  countsPacked: 0,
  bounds: 0,
  boundsPacked: 0,
  quantiles: 0,
}
const number: PointShape = {
  ...nothing,
  attributes: tagOf(7, 2),
  flags: tagOf(8, 0),
  double: tagOf(4, 1),
  int: tagOf(6, 1),
}
const histogram: PointShape = {
  ...nothing,
  attributes: tagOf(9, 2),
  flags: tagOf(10, 0),
  count: tagOf(4, 1),
  sum: tagOf(5, 1),
  counts: tagOf(6, 1),
  countsPacked: tagOf(6, 2),
  bounds: tagOf(7, 1),
  boundsPacked: tagOf(7, 2),
  min: tagOf(11, 1),
  max: tagOf(12, 1),
}
const exponential: PointShape = {
  ...nothing,
  attributes: tagOf(1, 2),
  flags: tagOf(10, 0),
  count: tagOf(4, 1),
  sum: tagOf(5, 1),
  scale: tagOf(6, 0),
  zeroCount: tagOf(7, 1),
  positive: tagOf(8, 2),
  negative: tagOf(9, 2),
  min: tagOf(12, 1),
  max: tagOf(13, 1),
}
const summary: PointShape = {
  ...nothing,
  attributes: tagOf(7, 2),
  flags: tagOf(8, 0),
  count: tagOf(4, 1),
  sum: tagOf(5, 1),
  quantiles: tagOf(6, 2),
}

/** By column `type`: 1 gauge, 2 sum, 3 histogram, 4 exponential histogram, 5 summary. */
export const pointShapes: readonly PointShape[] = [nothing, number, number, histogram, exponential, summary]
export const startTag = tagOf(2, 1)
export const timeTag = tagOf(3, 1)
