import type { TraceSummary } from '@hopscope/server/contract/traces'
import { expect, it } from '@jest/globals'
import { mergeArrivals } from '../../../src/pages/traces/newcomers.ts'

const traceOf = (traceId: string, spans = 1): TraceSummary => ({
  traceId,
  env: 'prod',
  startUs: 0,
  durationUs: 1,
  spans,
  errors: 0,
  services: [],
  lastIngestUs: 0,
})
const ids = (traces: TraceSummary[]) => traces.map((trace) => `${trace.traceId}${trace.spans}`).join(' ')

it.each([
  ['nothing new', 'a b', 'a b', 'a1 b1', 0],
  ['new ones are counted, not shown', 'a b', 'd c a b', 'a1 b1', 2],
  ['the order that is read stays', 'a b', 'b a', 'a1 b1', 0],
  ['what fell out of the answer stays', 'a b', 'c a', 'a1 b1', 1],
  ['an empty list', '', 'a', '', 1],
])('%s', (_, shown, found, expected, fresh) => {
  const listOf = (text: string) =>
    text
      .split(' ')
      .filter(Boolean)
      .map((id) => traceOf(id))
  const arrival = mergeArrivals(listOf(shown), listOf(found))
  expect([ids(arrival.shown), arrival.fresh]).toEqual([expected, fresh])
})

it('renews the values of what is shown', () => {
  expect(ids(mergeArrivals([traceOf('a', 3)], [traceOf('a', 9)]).shown)).toBe('a9')
})
