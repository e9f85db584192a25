// OTLP/JSON: what senders really write, and what they must not.
import { describe, expect, it } from '@jest/globals'
import { makeExports, nowNs, nowUs, span, spanId, traceId, traces } from './requests.ts'

async function sendJson(body: string) {
  const { exports, intake, meters } = makeExports()
  const outcome = await exports.take({ signal: 'spans', body: Buffer.from(body), encoding: 'json', from: 'test' })
  return { outcome, rows: intake.rows(), status: meters.snapshot(nowUs).signals.spans }
}
/** The request with one raw JSON text put where the start time stands. */
const withTime = (text: string): string =>
  JSON.stringify(traces([span({ startTimeUnixNano: 'TIME', endTimeUnixNano: undefined })])).replace('"TIME"', text)

describe('a 64-bit integer', () => {
  const exact = nowNs - 7n
  const low = Number(BigInt.asUintN(32, exact))
  const high = Number(exact >> 32n)
  it.each([
    ['a string', `"${exact}"`],
    ['a number', `${exact}`],
    ['halves', `{"low":${low},"high":${high}}`],
    ['halves with a sign', `{"low":${low | 0},"high":${high},"unsigned":true}`],
    ['a number with a point', `${exact}.0`],
  ])('as %s keeps every digit', async (_name, text) => {
    const { rows } = await sendJson(withTime(text))
    expect(rows[0]!['ts']).toBe(exact)
  })

  it.each([
    ['a fraction', '1.5'],
    ['a word', '"now"'],
    ['true', 'true'],
    ['99 digits', `"${'9'.repeat(99)}"`],
  ])('as %s refuses the item', async (_name, text) => {
    const { outcome, rows, status } = await sendJson(withTime(text))
    expect(outcome).toMatchObject({ kind: 'ok', rejected: 1 })
    expect(rows).toEqual([])
    expect(status.rejected).toEqual({ bad_json: 1 })
  })
})

describe('an id', () => {
  it('is hex in any case', async () => {
    const { rows } = await sendJson(
      JSON.stringify(traces([span({ traceId: traceId.toUpperCase(), spanId: spanId.toUpperCase() })])),
    )
    expect(rows[0]).toMatchObject({ trace_id: traceId, span_id: spanId })
  })

  it('in base64 is taken as meant, with a warning', async () => {
    const base64 = (hex: string): string => Buffer.from(hex, 'hex').toString('base64')
    const { outcome, rows } = await sendJson(
      JSON.stringify(traces([span({ traceId: base64(traceId), spanId: base64(spanId) })])),
    )
    expect(rows[0]).toMatchObject({ trace_id: traceId, span_id: spanId })
    expect(outcome).toMatchObject({ kind: 'ok', rejected: 0, message: expect.stringContaining('2 ids came in base64') })
  })

  it.each(['xyz', 'a'.repeat(31), 'Zm9v'])('%s refuses the item', async (text) => {
    const { outcome } = await sendJson(JSON.stringify(traces([span({ traceId: text })])))
    expect(outcome).toMatchObject({ kind: 'ok', rejected: 1 })
  })
})

describe('a field', () => {
  it('that is unknown, or in snake case, is left out', async () => {
    const { rows } = await sendJson(
      JSON.stringify(traces([span({ nonsense: { a: [1] }, trace_state: 'x', name: 'n' })])),
    )
    expect(rows[0]).toMatchObject({ name: 'n', trace_state: '' })
  })

  it('of null is absent', async () => {
    const { rows } = await sendJson(
      JSON.stringify(traces([span({ traceState: null, attributes: null, parentSpanId: '' })])),
    )
    expect(rows[0]).toMatchObject({ trace_state: '', attrs: {} })
  })

  it.each([
    ['an enum by name', { kind: 'SPAN_KIND_SERVER' }],
    ['a number for a name', { name: 7 }],
    ['an object for a list', { attributes: {} }],
    ['a string for a bool', { attributes: [{ key: 'a', value: { boolValue: 'true' } }] }],
  ])('that is %s refuses its item only', async (_name, change) => {
    const { outcome, rows } = await sendJson(JSON.stringify(traces([span(change), span({ name: 'good' })])))
    expect(outcome).toMatchObject({ kind: 'ok', rejected: 1 })
    expect(rows.map((row) => row['name'])).toEqual(['good'])
  })
})

it.each([
  ['no JSON', 'hello'],
  ['a list', '[]'],
  ['a number', '7'],
  ['resources that are no list', '{"resourceSpans":{}}'],
  ['nesting without end', '['.repeat(100_000)],
  ['nesting that ends', `${'{"a":['.repeat(50_000)}${']}'.repeat(50_000)}`],
])('%s is refused whole', async (_name, body) => {
  expect((await sendJson(body)).outcome.kind).toBe('bad')
})

it('a name of an object’s own parts harms nothing', async () => {
  const { outcome } = await sendJson(
    '{"__proto__":{"resourceSpans":7},"constructor":{"prototype":1},"resourceSpans":[]}',
  )
  expect(outcome.kind).toBe('ok')
  expect(({} as Record<string, unknown>)['resourceSpans']).toBeUndefined()
})
