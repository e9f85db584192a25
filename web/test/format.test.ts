import { describe, expect, it } from '@jest/globals'
import {
  age,
  ago,
  bytes,
  clipMiddle,
  count,
  counted,
  duration,
  listed,
  percent,
  rate,
  seconds,
  splitName,
} from '../src/lib/format.ts'

describe('durations say their unit and no more digits than help', () => {
  it.each([
    [undefined, ''],
    [0, '0 ms'],
    [412, '412 µs'],
    [4_100, '4.1 ms'],
    [9_960, '10 ms'],
    [46_000, '46 ms'],
    [999_400, '999 ms'],
    [999_600, '1 s'],
    [29_400_000, '29.4 s'],
    [59_960_000, '1 min'],
    [198_000_000, '3 min 18 s'],
    [482_000_000, '8 min 02 s'],
    [7_500_000_000, '2 h 05 min'],
    [6 * 86_400_000_000, '6 days'],
    [-46_000, '-46 ms'],
  ])('%p is %p', (us, text) => expect(duration(us)).toBe(text))
})

describe('ages', () => {
  it.each([
    [500_000, 'just now', 'under 1 s'],
    [-3_000_000, 'just now', 'under 1 s'],
    [3_900_000, '3 s ago', '3 s'],
    [192_000_000, '3 min 12 s ago', '3 min 12 s'],
  ])('%p', (us, past, still) => expect([ago(us), age(us)]).toEqual([past, still]))
  it('whole seconds never round up', () => expect(seconds(59.9)).toBe('59 s'))
})

describe('numbers', () => {
  it.each([
    [0, '0'],
    [0.02, 'under 0.1'],
    [0.05, '0.1'],
    [19.24, '19.2'],
    [99.96, '100'],
    [1250.4, '1,250'],
  ])('rate %p is %p', (value, text) => expect(rate(value)).toBe(text))
  it.each([
    [0, '0 %'],
    [0.0004, 'under 0.1 %'],
    [0.018, '1.8 %'],
    [0.151, '15 %'],
    [0.995, '99.5 %'],
    [0.99995, 'over 99.9 %'],
    [1, '100 %'],
  ])('a share of %p is %p: never rounded to all or nothing', (value, text) => expect(percent(value)).toBe(text))
  it.each([
    [999, '999 B'],
    [200_000, '200 kB'],
    [1_070_000_000, '1.1 GB'],
    [48_000_000_000, '48 GB'],
    [999_600, '1 MB'],
  ])('%p bytes are %p', (value, text) => expect(bytes(value)).toBe(text))
  it('unknown is empty, never 0', () => {
    expect([count(undefined), rate(undefined), percent(undefined), bytes(undefined)]).toEqual(['', '', '', ''])
  })
  it('counts have separators and agree with their noun', () => {
    expect([counted(1, 'span'), counted(1108, 'span'), counted(2, 'query', 'queries')]).toEqual([
      '1 span',
      '1,108 spans',
      '2 queries',
    ])
  })
  it('lists name what fits and count the rest', () => {
    expect([listed([]), listed(['a']), listed(['a', 'b', 'c']), listed(['a', 'b', 'c', 'd', 'e'])]).toEqual([
      '',
      'a',
      'a, b and c',
      'a, b and 3 others',
    ])
  })
})

describe('long names lose their middle', () => {
  const long = 'retail.eu-central-1.production.warehouse.stock-reservation-confirmed.enriched.v2'
  it('cuts at a separator, so that the end stays whole', () => {
    expect(splitName(long)).toEqual({ head: long.slice(0, -12), tail: '.enriched.v2' })
    expect(splitName('orders.events').tail).toBe('')
    expect(splitName('abcdefghijklmnopqrstuvwxyz').tail).toBe('stuvwxyz')
  })
  it('keeps both ends within the room there is', () => {
    expect(clipMiddle(long, 26)).toBe('retail.eu-cen….enriched.v2')
    expect(clipMiddle('short', 26)).toBe('short')
  })
})
