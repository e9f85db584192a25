import { describe, expect, it } from '@jest/globals'
import { failingMax, listFailing, operationOf, type FailingCount } from '../../src/topology/failing.ts'

const nowS = 3600 * 1000
const row = (service: string, name: string, kind: number, errors: number): FailingCount => ({
  env: 'prod',
  service,
  name,
  kind,
  spans: 100,
  errors,
  sinceUs: 1,
  lastUs: 2,
})

describe('what fails now', () => {
  it('lists a failure where it was served, and not again where it was called from inside', () => {
    const list = listFailing(
      [row('billing', 'charge', 3, 9), row('billing', 'process orders', 5, 9)],
      new Map(),
      [],
      nowS,
    )
    expect(list.map(({ name }) => name)).toEqual(['process orders'])
  })

  it('lists calls of a service that fails nowhere else', () => {
    expect(listFailing([row('cron', 'GET', 3, 2)], new Map(), [], nowS)).toHaveLength(1)
  })

  it('says what is usual there, and shows one error', () => {
    const place = { env: 'prod', service: 'billing', name: 'process orders' }
    const hours = new Map([[operationOf(place), [{ t: nowS - 3600, attempts: 200, errors: 1 }]]])
    const samples = [{ ...place, traceId: 'ab', error: 'CardDeclined: no money' }]
    expect(listFailing([row('billing', 'process orders', 5, 9)], hours, samples, nowS)).toEqual([
      expect.objectContaining({ usualShare: 0.005, sampleTraceId: 'ab', sampleError: 'CardDeclined: no money' }),
    ])
  })

  it('puts the most errors first and is bounded', () => {
    const rows = Array.from({ length: 50 }, (_, at) => row(`s${at}`, 'x', 2, at))
    const list = listFailing(rows, new Map(), [], nowS)
    expect(list).toHaveLength(failingMax)
    expect(list[0]).toMatchObject({ errors: 49 })
  })
})
