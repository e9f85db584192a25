import type { Span, Trace } from '@hopscope/server/contract/traces'
import { describe, expect, it } from '@jest/globals'
import { partsText } from '../../../src/pages/journey/journey-text.ts'
import { findErrorSources, sayTrace, sayTraceRest } from '../../../src/pages/trace/trace-sentence.ts'
import { buildTree } from '../../../src/pages/trace/tree.ts'
import { consumeOf, publishOf, spanOf, traceId } from './span-of.ts'

const traceOf = (spans: Span[], rest: Partial<Trace> = {}): Trace => ({
  traceId,
  env: 'prod',
  asOfUs: 0,
  startUs: Math.min(...spans.map((span) => span.startUs)),
  endUs: Math.max(...spans.map((span) => span.startUs + span.durationUs)),
  state: 'quiet',
  spans,
  total: spans.length,
  missingParents: 0,
  backlinks: [],
  logs: [],
  keys: [],
  ...rest,
})
const root = spanOf('a', '', 0, 46, { kind: 'server', name: 'POST /orders' })
const declined = { status: 'error', statusMessage: 'declined', attrs: { 'error.type': 'CardDeclined' } } as const

describe('sayTrace', () => {
  it.each<[string, Span[], string]>([
    ['an answer', [root], 'orders POST /orders answered in 46 ms.'],
    [
      'an answer and what came after it',
      [root, publishOf('p', 'a', 1, 2), consumeOf('c', 'p', 29_000, 29_600)],
      'orders POST /orders answered in 46 ms; what it caused went on until 29.6 s.',
    ],
    [
      'an error below',
      [root, spanOf('b', 'a', 1, 9, { ...declined, service: 'payment', name: 'charge' })],
      'orders POST /orders answered in 46 ms; it failed at payment charge with CardDeclined.',
    ],
    [
      'the source of errors that were passed up',
      [{ ...root, status: 'error' }, spanOf('b', 'a', 1, 9, { ...declined, service: 'payment', name: 'charge' })],
      'orders POST /orders failed after 46 ms; it failed at payment charge with CardDeclined.',
    ],
    [
      'a root that failed by itself',
      [{ ...root, status: 'error', statusMessage: 'no stock' }],
      'orders POST /orders failed after 46 ms: no stock.',
    ],
    [
      'a root that was not received',
      [spanOf('b', 'x', 0, 5), spanOf('c', 'x', 1, 2, { service: 'payment' })],
      'The root of this trace has not been received; 2 spans of orders and payment came.',
    ],
    [
      'a clock that differs is no long effect',
      [{ ...root, kind: 'client' }, spanOf('b', 'a', 90_000, 90_010, { service: 'x', kind: 'server' })],
      'orders POST /orders took 46 ms.',
    ],
  ])('%s', (_, spans, expected) => {
    expect(partsText(sayTrace(traceOf(spans), buildTree(spans)))).toBe(expected)
  })
})

describe('sayTraceRest', () => {
  it.each<[string, Span[], Partial<Trace>, string]>([
    ['nothing to add', [root], {}, ''],
    [
      'work and quiet',
      [root, publishOf('p', 'a', 40, 46), consumeOf('c', 'p', 146, 200)],
      {},
      '100 ms of work, for 100 ms no span was open.',
    ],
    [
      'other traces',
      [{ ...root, links: [{ traceId: 'other', spanId: 'x', attrs: {} }] }],
      { backlinks: [{ traceId: 't2', spanId: 's', toSpanId: 'a', service: 'x', name: 'y', atUs: 9 }] },
      'It goes on in a trace of its own. It was caused by 1 other trace.',
    ],
    [
      'clocks',
      [{ ...root, kind: 'client' }, spanOf('b', 'a', -5, 10, { service: 'x', kind: 'server' })],
      {},
      'Clocks disagree at 1 span; times are as they were sent.',
    ],
  ])('%s', (_, spans, rest, expected) => {
    expect(sayTraceRest(traceOf(spans, rest), buildTree(spans))).toBe(expected)
  })
})

it('finds where errors began, not where they were passed on', () => {
  const spans = [
    { ...root, status: 'error' as const },
    spanOf('b', 'a', 1, 9, declined),
    spanOf('c', 'b', 2, 3, declined),
    spanOf('d', 'a', 10, 12, declined),
  ]
  expect(findErrorSources(buildTree(spans)).map((node) => node.id)).toEqual(['c', 'd'])
})
