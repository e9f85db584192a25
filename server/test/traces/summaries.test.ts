// Lines of the list of traces.
import { describe, expect, it } from '@jest/globals'
import { fits, newestFirst, summarise } from '../../src/traces/summaries.ts'

const row = {
  env: 'prod',
  id: 'a'.repeat(32),
  start_us: '1000',
  end_us: '4000',
  spans: '3',
  errors: '0',
  services: ['orders'],
  root_service: 'orders',
  root_name: 'POST /orders',
  ingest_us: '5000',
}
describe('a line', () => {
  it('has numbers, and its root', () => {
    expect(summarise(row)).toMatchObject({
      startUs: 1000,
      durationUs: 3000,
      spans: 3,
      root: { service: 'orders', name: 'POST /orders' },
    })
  })
  it('says nothing of a root that was not received', () => {
    expect(summarise({ ...row, root_service: '', root_name: '' })).not.toHaveProperty('root')
  })
})
describe('what fits', () => {
  it.each([
    [{}, true],
    [{ minDurationUs: 3000 }, true],
    [{ minDurationUs: 3001 }, false],
    [{ status: 'ok' as const }, true],
    [{ status: 'error' as const }, false],
    [{ status: '' as const }, true],
  ])('%j: %s', (wanted, expected) => {
    expect(fits(summarise(row), wanted)).toBe(expected)
  })
  it('newest first, equal ones by id', () => {
    const lines = [summarise(row), summarise({ ...row, start_us: '2000' }), summarise({ ...row, id: 'b'.repeat(32) })]
    expect(lines.sort(newestFirst).map((one) => [one.startUs, one.traceId[0]])).toEqual([
      [2000, 'a'],
      [1000, 'a'],
      [1000, 'b'],
    ])
  })
})
