// Rows of one trace to what the page draws.
import { describe, expect, it } from '@jest/globals'
import { type SpanFields, type TraceMaterial, buildTrace, receivingUs } from '../../src/traces/tree.ts'
import { startUs } from '../story.ts'

const none = '0'.repeat(16)
const row = (id: string, parent: string, at: number, more: Partial<SpanFields> = {}): SpanFields => ({
  env: 'prod',
  cluster: '',
  service: 'orders',
  start_us: String(startUs + at),
  duration_us: '10',
  trace_hex: 'a'.repeat(32),
  span_hex: id.padStart(16, '0'),
  parent_hex: parent === '' ? none : parent.padStart(16, '0'),
  trace_state: '',
  name: id,
  kind: 1,
  status: 0,
  status_message: '',
  scope: '',
  resource_attrs: {},
  attrs: {},
  event_us: [],
  event_names: [],
  event_attrs: [],
  link_traces: [],
  link_spans: [],
  link_attrs: [],
  messaging_system: '',
  operation: 0,
  topic: '',
  partition: -1,
  offset_text: '-1',
  consumer_group: '',
  client_id: '',
  db_system: '',
  db_table: '',
  peer: '',
  ...more,
})
const build = (spans: SpanFields[], more: Partial<TraceMaterial> = {}) =>
  buildTrace({
    traceId: 'a'.repeat(32),
    spans,
    logs: [],
    backlinks: [],
    keys: [],
    total: spans.length,
    lastIngestUs: startUs,
    asOfUs: startUs,
    ...more,
  })
const names = (spans: SpanFields[]) => build(spans).spans.map((span) => span.name)

describe('order of spans', () => {
  it('children behind their parent, siblings by time, whatever came first', () => {
    expect(names([row('c', 'b', 30), row('d', 'a', 20), row('b', 'a', 10), row('a', '', 0)])).toEqual([
      'a',
      'b',
      'c',
      'd',
    ])
  })
  it('a child that starts before its parent keeps its time and its place', () => {
    const trace = build([row('a', '', 100), row('b', 'a', 0)])
    expect(trace.spans.map((span) => [span.name, span.startUs - startUs])).toEqual([
      ['a', 100],
      ['b', 0],
    ])
    expect(trace.startUs).toBe(startUs)
    expect(trace.endUs).toBe(startUs + 110)
  })
  it('orphans stand by time and their missing parents are counted once each', () => {
    const trace = build([row('b', 'lost'.replace(/./g, 'f'), 10), row('c', 'ffff', 20), row('d', 'eeee', 5)])
    expect(trace.spans.map((span) => span.name)).toEqual(['d', 'b', 'c'])
    expect(trace.missingParents).toBe(2)
  })
  it('a trace that was cut says its total and not that parents are missing', () => {
    const trace = build([row('b', 'ffff', 10)], { total: 20_000 })
    expect([trace.total, trace.missingParents]).toEqual([20_000, 0])
  })
  it('300 deep, and a ring', () => {
    const deep = Array.from({ length: 300 }, (_, at) => row((at + 1).toString(16), at === 0 ? '' : at.toString(16), at))
    expect(build([...deep].reverse()).spans).toHaveLength(300)
    expect(names([row('a', 'b', 0), row('b', 'a', 1)])).toEqual(['a', 'b'])
  })
})

describe('what a span says', () => {
  it('kind, status, messaging only where there is messaging', () => {
    const [plain, sent] = build([
      row('a', '', 0, { kind: 2, status: 2 }),
      row('b', 'a', 1, {
        kind: 4,
        messaging_system: 'kafka',
        operation: 2,
        topic: 't',
        partition: 0,
        offset_text: '0',
      }),
    ]).spans
    expect(plain).toMatchObject({ kind: 'server', status: 'error', parentSpanId: '' })
    expect(plain).not.toHaveProperty('messaging')
    expect(sent?.messaging).toEqual({ system: 'kafka', operation: 'send', topic: 't', partition: 0, offset: '0' })
  })
  it('receiving for 30 s after the last span came, then quiet', () => {
    expect(build([row('a', '', 0)], { asOfUs: startUs + receivingUs - 1 }).state).toBe('receiving')
    expect(build([row('a', '', 0)], { asOfUs: startUs + receivingUs }).state).toBe('quiet')
  })
})
