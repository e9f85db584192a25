import { describe, expect, it } from '@jest/globals'
import { usualShare, usualText, type HourCount } from '../../src/topology/usual.ts'

const now = 1_000 * 86_400 + 14 * 3600 + 1234
const thisHour = now - 1234
const hours = (ago: number[], errors: number, attempts = 100): HourCount[] =>
  ago.map((hour) => ({ t: thisHour - hour * 3600, attempts, errors }))

describe('what is usual', () => {
  it.each<[string, HourCount[], unknown]>([
    [
      'the same hour of past days',
      [...hours([24, 48], 1), ...hours([1, 2, 3], 50)],
      { share: 0.01, from: 'past days' },
    ],
    ['the hours before, without past days', hours([1, 2, 3], 2), { share: 0.02, from: 'hours before' }],
    ['nothing, with too little', hours([1], 1, 49), undefined],
    ['nothing, with nothing', [], undefined],
    ['never the hour that is under way', hours([0], 100), undefined],
    ['no day beyond a week', hours([24 * 8], 1), undefined],
    [
      'the hours before, while past days had too little',
      [...hours([48], 9, 10), ...hours([2], 0)],
      { share: 0, from: 'hours before' },
    ],
  ])('is %s', (_name, rows, usual) => {
    expect(usualShare(rows, now)).toEqual(usual)
  })

  it.each([
    [undefined, 'too little seen to say what is usual'],
    [{ share: 0.0031, from: 'past days' as const }, 'usually 0.3 %'],
    [{ share: 0.0004, from: 'past days' as const }, 'usually under 0.1 %'],
    [{ share: 0, from: 'hours before' as const }, 'usually 0 % in the hours before'],
  ])('is said of %p as %p', (usual, text) => {
    expect(usualText(usual)).toBe(text)
  })
})
