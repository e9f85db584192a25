import { describe, expect, it } from '@jest/globals'
import { bucketOf, mergeLatency, quantile, type Latency } from '../../src/topology/latency.ts'

describe('latency buckets', () => {
  it.each([
    [0, 0],
    [1, 0],
    [1.18, 0],
    [1.19, 1],
    [2, 4],
    [1000, 39],
    [1024, 40],
  ])('%d us falls into bucket %d', (us, bucket) => {
    expect(bucketOf(us)).toBe(bucket)
  })

  it('holds every duration between the bounds of its bucket', () => {
    for (const us of [1, 3, 7, 99, 1234, 56_789, 9_999_999]) {
      const bucket = bucketOf(us)
      expect(us).toBeGreaterThanOrEqual(2 ** (bucket / 4) * 0.999_999)
      expect(us).toBeLessThan(2 ** ((bucket + 1) / 4))
    }
  })

  it('adds up exactly, whatever the order', () => {
    const a: Latency = [
      [3, 7],
      [1, 2],
    ]
    const b: Latency = [
      [7, 1],
      [5, 4],
    ]
    const sum = [
      [1, 3, 7],
      [4, 1, 7],
    ]
    expect(mergeLatency([a, b])).toEqual(sum)
    expect(mergeLatency([b, a])).toEqual(sum)
  })

  it('has no quantile of nothing', () => {
    expect(quantile([[], []], 0.95)).toBeUndefined()
    expect(quantile([[4], [0]], 0.95)).toBeUndefined()
  })

  it.each([0.5, 0.9, 0.95, 0.99])('is off by at most one bucket at the share %d', (share) => {
    const durations = Array.from({ length: 10_000 }, (_, at) => 50 + ((at * 7919) % 10_000) * 13)
    const latency = mergeLatency(durations.map((us): Latency => [[bucketOf(us)], [1]]))
    const exact = durations.sort((a, b) => a - b)[Math.ceil(share * durations.length) - 1]!
    const found = quantile(latency, share)!
    expect(found / exact).toBeGreaterThan(2 ** -0.25)
    expect(found / exact).toBeLessThan(2 ** 0.25)
  })
})
