import { describe, expect, it } from '@jest/globals'
import { forEachBounded, within } from '../../src/kafka/bounds.ts'

describe('forEachBounded', () => {
  it('does all, no more than so many at once, and goes on after one that fails', async () => {
    let now = 0
    let most = 0
    const done: number[] = []
    const failed: number[] = []
    await forEachBounded(
      [1, 2, 3, 4, 5, 6, 7],
      3,
      async (n) => {
        now += 1
        most = Math.max(most, now)
        await new Promise((resolve) => setImmediate(resolve))
        now -= 1
        if (n === 4) throw new Error('four')
        done.push(n)
      },
      (n) => failed.push(n),
    )
    expect([most, failed, done.sort()]).toEqual([3, [4], [1, 2, 3, 5, 6, 7]])
  })
})

describe('within', () => {
  it('hands on what comes in time, and rejects by name what does not', async () => {
    await expect(within(Promise.resolve(1), 1_000, 'x')).resolves.toBe(1)
    await expect(within(new Promise(() => undefined), 10, 'asking')).rejects.toThrow('asking took longer than 10 ms')
  })
})
