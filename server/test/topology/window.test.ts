import { describe, expect, it } from '@jest/globals'
import { fromFirst, liveWindow, pastWindow } from '../../src/topology/window.ts'

const nowUs = 1_000_007 * 1e6

describe('windows', () => {
  it('takes live rates from the last minute of closed and settled windows', () => {
    expect(liveWindow(nowUs, 900)).toMatchObject({ recentFromS: 999_930, recentToS: 999_990, rateSeconds: 60 })
  })

  it('divides a range into at most 31 steps of whole windows that start at round times', () => {
    for (const range of [60, 300, 900, 3600, 86_400]) {
      const { fromS, recentToS, stepSeconds } = liveWindow(nowUs, range)
      expect(stepSeconds % 10).toBe(0)
      expect(fromS % stepSeconds === 0 || range === 60).toBe(true)
      expect((recentToS - fromS) / stepSeconds).toBeLessThanOrEqual(31)
    }
  })

  it('averages a past window over all of it', () => {
    expect(pastWindow(nowUs, 1_000_000e6, 1_000_100e6)).toMatchObject({
      fromS: 1_000_000,
      toS: 1_000_100,
      rateSeconds: 100,
    })
  })

  it.each([
    ['nothing has come', undefined, 60, 999_930, 999_990],
    ['there is more than a minute', 999_000, 60, 999_930, 999_990],
    ['the first came half a minute ago', 999_960, 30, 999_960, 999_990],
    ['nothing has settled yet', 1_000_000, 7, 1_000_000, 1_000_008],
  ])('takes rates from what there is, when %s', (_name, firstS, rateSeconds, recentFromS, recentToS) => {
    expect(fromFirst(liveWindow(nowUs, 900), firstS)).toMatchObject({ rateSeconds, recentFromS, recentToS })
  })
})
