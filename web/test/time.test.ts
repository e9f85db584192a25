import { describe, expect, it } from '@jest/globals'
import {
  dateTime,
  isLive,
  isoTime,
  nameRange,
  parseMoment,
  parseRange,
  printMoment,
  rangeUs,
  shiftRange,
} from '../src/lib/time.ts'

const nowUs = Date.parse('2026-08-23T03:14:09Z') * 1000

describe('what one types as a time', () => {
  it.each([
    ['now', { agoSeconds: 0 }],
    ['now-15m', { agoSeconds: 900 }],
    ['15m', { agoSeconds: 900 }],
    ['-2h', { agoSeconds: 7200 }],
    ['7d', { agoSeconds: 604_800 }],
    ['2026-08-23T03:14:09Z', { atUs: nowUs }],
    ['2026-08-23 03:14:09', { atUs: nowUs }],
    ['2026-08-23T05:14:09+02:00', { atUs: nowUs }],
    [String(nowUs), { atUs: nowUs }],
  ])('%p', (text, moment) => expect(parseMoment(text)).toEqual(moment))
  it.each(['', 'yesterday', '15', 'now-', '2026-13-45', '12345'])('%p is no time', (text) =>
    expect(parseMoment(text)).toBeUndefined(),
  )
  it.each(['now', 'now-15m', 'now-90s', 'now-1h', 'now-1d', 'now-1w', '2026-08-23T03:14:09Z'])(
    '%p reads back as itself',
    (text) => expect(printMoment(parseMoment(text)!)).toBe(text),
  )
})

describe('ranges', () => {
  it.each([
    ['15m', 'now-15m', 'now'],
    ['now-2h to now-1h', 'now-2h', 'now-1h'],
    ['2026-08-23 03:00 to 04:00', '2026-08-23T03:00:00Z', '2026-08-23T04:00:00Z'],
    ['2026-08-22..2026-08-23', '2026-08-22T00:00:00Z', '2026-08-23T00:00:00Z'],
  ])('%p', (text, from, to) => {
    const range = parseRange(text)!
    expect([printMoment(range.from), printMoment(range.to)]).toEqual([from, to])
  })
  it.each(['now to now-1h', '2026-08-23 04:00 to 03:00', 'nonsense', '15m to nonsense'])(
    '%p is no range: it must go forward',
    (text) => expect(parseRange(text)).toBeUndefined(),
  )
  it('a relative range moves with now, and names itself', () => {
    const range = parseRange('15m')!
    expect(rangeUs(range, nowUs)).toEqual({ fromUs: nowUs - 900e6, toUs: nowUs })
    expect([nameRange(range, 'utc'), isLive(range)]).toEqual(['Last 15 min', true])
    expect(nameRange(parseRange('2d')!, 'utc')).toBe('Last 2 days')
  })
  it('one step earlier is absolute and as long; one step later never passes now', () => {
    const earlier = shiftRange(parseRange('15m')!, -1, nowUs)
    expect(earlier).toEqual({ from: { atUs: nowUs - 1800e6 }, to: { atUs: nowUs - 900e6 } })
    expect(nameRange(earlier, 'utc')).toBe('2026-08-23 02:44:09 to 02:59:09')
    expect(shiftRange(parseRange('15m')!, 1, nowUs)).toEqual({ from: { atUs: nowUs - 900e6 }, to: { atUs: nowUs } })
  })
})

it('prints UTC, with milliseconds only where asked', () => {
  expect([dateTime(nowUs + 412_000, 'utc'), dateTime(nowUs + 412_000, 'utc', true), isoTime(nowUs)]).toEqual([
    '2026-08-23 03:14:09',
    '2026-08-23 03:14:09.412',
    '2026-08-23T03:14:09Z',
  ])
})
