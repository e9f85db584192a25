import { describe, expect, it } from '@jest/globals'
import { lagMessages } from '../src/lag.ts'

describe('lagMessages', () => {
  it.each<[string, string, string | undefined, string | undefined, number | undefined]>([
    ['nothing waits', '10', '0', '10', 0],
    ['three wait', '7', '0', '10', 3],
    ['committed 0 is a commit', '0', '0', '10', 10],
    ['retention took some: they do not wait any more', '2', '6', '10', 4],
    ['retention took all', '2', '10', '10', 0],
    ['start unknown', '7', undefined, '10', 3],
    ['end unknown', '7', '0', undefined, undefined],
    ['past the end: another log', '11', '0', '10', undefined],
    ['offsets above 2^53', '9223372036854775800', '0', '9223372036854775807', 7],
  ])('%s', (_, committed, start, end, lag) => {
    expect(lagMessages(committed, start, end)).toBe(lag)
  })
})
