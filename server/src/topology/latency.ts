// Latency histograms: the `latency` column of the rollups in, quantiles out. Four buckets for each power of two of
// microseconds, so bucket b holds 2^(b/4) <= us < 2^((b+1)/4). Counts of equal buckets add up exactly, whatever the order,
// which is why these and not sketches are stored. A quantile is off by at most one bucket, 19 %.

/** Bucket numbers and, at the same places, how many fell into each. */
export type Latency = readonly [buckets: readonly number[], counts: readonly number[]]

export const noLatency: Latency = [[], []]

/** The bucket that a duration falls into. Durations under a microsecond count as one. */
export function bucketOf(durationUs: number): number {
  return Math.floor(4 * Math.log2(Math.max(1, durationUs)))
}

/** Adds histograms up. */
export function mergeLatency(latencies: readonly Latency[]): Latency {
  const sums = new Map<number, number>()
  for (const [buckets, counts] of latencies) {
    buckets.forEach((bucket, at) => sums.set(bucket, (sums.get(bucket) ?? 0) + (counts[at] ?? 0)))
  }
  const sorted = [...sums].filter(([, count]) => count > 0).sort((a, b) => a[0] - b[0])
  return [sorted.map(([bucket]) => bucket), sorted.map(([, count]) => count)]
}

/** The duration that `share` (0 to 1) of all stayed under, microseconds; absent when nothing was measured. */
export function quantile(latency: Latency, share: number): number | undefined {
  const [buckets, counts] = mergeLatency([latency])
  const total = counts.reduce((sum, count) => sum + count, 0)
  if (total === 0) return undefined
  let wanted = share * total
  for (const [at, bucket] of buckets.entries()) {
    const count = counts[at] ?? 0
    // Inside a bucket the durations are taken as spread evenly on the logarithmic scale that the buckets divide.
    if (wanted <= count) return Math.round(2 ** ((bucket + Math.max(0, wanted) / count) / 4))
    wanted -= count
  }
  return Math.round(2 ** (((buckets.at(-1) ?? 0) + 1) / 4))
}
