import { describe, expect, it } from '@jest/globals'
import {
  isTelling,
  filterParams,
  type Filters,
  isFiltered,
  parseDuration,
  parseFilters,
  printFilters,
  readFilters,
} from '../../../src/pages/traces/filters.ts'

describe('parseFilters', () => {
  it.each<[string, Filters]>([
    ['', { attr: [] }],
    ['service:payment', { attr: [], service: 'payment' }],
    ['name:"POST /orders" status:error', { attr: [], name: 'POST /orders', status: 'error' }],
    ['order.id=8123 http.route=/a=b', { attr: ['order.id=8123', 'http.route=/a=b'] }],
    ['"note=two words"', { attr: ['note=two words'] }],
    ['>200ms', { attr: [], minDurationUs: 200_000 }],
    ['>=1.5s', { attr: [], minDurationUs: 1_500_000 }],
    ['duration:2min', { attr: [], minDurationUs: 120_000_000 }],
    ['service:a:b', { attr: [], service: 'a:b' }],
  ])('%j', (text, filters) => {
    expect(parseFilters(text)).toEqual({ filters, problems: [] })
  })
  it.each([
    ['payment', '"payment" is no filter; write service:payment, name:payment or key=payment.'],
    ['>soon', '"soon" is no duration; write 200ms, 1.5s or 2min.'],
    ['status:maybe', '"maybe" is no status; write status:error or status:ok.'],
    ['service:', 'service: needs a value.'],
    ['key=', 'key= needs a value.'],
  ])('%j is refused', (text, problem) => {
    expect(parseFilters(text).problems).toEqual([problem])
  })
  it('keeps what it understood beside what it did not', () => {
    expect(parseFilters('service:a what status:ok').filters).toEqual({ attr: [], service: 'a', status: 'ok' })
  })
})

describe('printFilters', () => {
  it.each<Filters>([
    { attr: [] },
    {
      attr: ['order.id=8123', 'note=two words'],
      service: 'pay ment',
      name: 'POST /orders',
      status: 'error',
      minDurationUs: 250_000,
    },
    { attr: [], minDurationUs: 1_500_000 },
    { attr: [], minDurationUs: 120_000_000 },
    { attr: [], minDurationUs: 1234 },
    { attr: [], minDurationUs: 7 },
  ])('%j is read back', (filters) => {
    expect(parseFilters(printFilters(filters))).toEqual({ filters, problems: [] })
  })
})

it.each([
  ['200ms', 200_000],
  ['1.5 s', 1_500_000],
  ['2min', 120_000_000],
  ['2m', 120_000_000],
  ['15us', 15],
  ['0s', undefined],
  ['5', undefined],
  ['-5ms', undefined],
  ['99999999999999999999s', undefined],
])('the duration %j is %j', (text, us) => {
  expect(parseDuration(text)).toBe(us)
})

describe('the URL', () => {
  const read = (search: string) => {
    const params = new URLSearchParams(search)
    return readFilters(
      (name) => params.get(name) ?? undefined,
      (name) => params.getAll(name),
    )
  }
  it.each<[string, Filters, boolean]>([
    ['', { attr: [] }, false],
    [
      'service=a&attr=x%3D1&attr=y%3D2&status=error&minDurationUs=5',
      { attr: ['x=1', 'y=2'], service: 'a', status: 'error', minDurationUs: 5 },
      true,
    ],
    ['status=purple&minDurationUs=-3', { attr: [] }, false],
    ['minDurationUs=abc', { attr: [] }, false],
    ['attr=x%3D1', { attr: ['x=1'] }, true],
  ])('%j', (search, filters, filtered) => {
    expect(read(search)).toEqual(filters)
    expect(isFiltered(filters)).toBe(filtered)
  })
  it('takes away what is not filtered', () => {
    expect(filterParams({ attr: [] })).toEqual({
      service: undefined,
      name: undefined,
      attr: undefined,
      minDurationUs: undefined,
      status: undefined,
    })
  })
})

describe('a list without filters', () => {
  const root = { service: 'orders', name: 'POST /orders' }
  it.each([
    ['several spans and a root', { spans: 2, errors: 0, root }, true],
    ['one span', { spans: 1, errors: 0, root }, false],
    ['no root', { spans: 5, errors: 0 }, false],
    ['one span with an error', { spans: 1, errors: 1 }, true],
  ])('%s', (_, trace, telling) => expect(isTelling(trace)).toBe(telling))
})
