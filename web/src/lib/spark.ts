// A series as SVG paths. Unknown values are gaps in the line, never zeros.

export interface SparkPaths {
  line: string
  area: string
  /** The newest known value, when it is the last one. */
  dot?: { x: number; y: number }
}

export function sparkPaths(
  values: readonly (number | null)[],
  width: number,
  height: number,
  max?: number,
): SparkPaths {
  const known = values.filter((value) => value !== null)
  const top = max ?? (Math.max(0, ...known) || 1)
  const step = values.length > 1 ? (width - 3) / (values.length - 1) : 0
  const x = (index: number) => round(index * step)
  const y = (value: number) => round(height - 2 - (Math.min(value, top) / top) * (height - 4))
  const runs: [number, number][][] = []
  values.forEach((value, index) => {
    if (value === null) return
    if (index === 0 || values[index - 1] === null) runs.push([])
    runs.at(-1)!.push([x(index), y(value)])
  })
  const line = runs
    .map((run) => `M${run.map((at) => at.join(' ')).join('L')}${run.length === 1 ? 'h0.5' : ''}`)
    .join('')
  const area = runs
    .filter((run) => run.length > 1)
    .map((run) => `M${run.map((at) => at.join(' ')).join('L')}L${run.at(-1)![0]} ${height}L${run[0]![0]} ${height}Z`)
    .join('')
  const last = values.at(-1)
  const dot = last === null || last === undefined ? undefined : { x: x(values.length - 1), y: y(last) }
  return { line, area, ...(dot ? { dot } : {}) }
}

const round = (value: number) => Math.round(value * 10) / 10
