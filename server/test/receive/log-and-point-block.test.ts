// Log records and metric points on their way in.
import { describe, expect, it } from '@jest/globals'
import { any, attributes, logs, metrics, nowNs, send, spanId, traceId } from './requests.ts'

describe('a log record', () => {
  const record = {
    timeUnixNano: String(nowNs - 5n),
    observedTimeUnixNano: String(nowNs - 1n),
    severityNumber: 17,
    severityText: 'ERROR',
    eventName: 'order.failed',
    traceId,
    spanId,
    flags: 1,
    body: any('order 8123 failed'),
    attributes: attributes({ 'order.id': 8123, 'user.id': 'mia' }),
  }

  it('keeps every field, and its keys', async () => {
    const { rows, outcome } = await send(
      'logs',
      logs([record], { 'service.name': 'orders', 'deployment.environment': 'prod' }),
    )
    expect(outcome).toEqual({ kind: 'ok', rejected: 0, message: '' })
    expect(rows[0]).toMatchObject({
      env: 'prod',
      service: 'orders',
      ts: nowNs - 5n,
      observed_ts: nowNs - 1n,
      trace_id: traceId,
      span_id: spanId,
      flags: 1,
      severity: 17,
      severity_text: 'ERROR',
      event_name: 'order.failed',
      body: 'order 8123 failed',
      scope: 'test',
      'keys.name': ['order.id', 'user.id'],
    })
    expect((rows[0]!['keys.value'] as string[])[1]).toMatch(/^hash:/)
  })

  it('without a time gets the time of observation, else ours', async () => {
    const { rows, changed } = await send(
      'logs',
      logs([{ observedTimeUnixNano: String(nowNs - 9n), body: any('a') }, { body: any('b') }]),
    )
    expect(rows.map((row) => row['ts'])).toEqual([nowNs - 9n, nowNs])
    expect(rows[1]!['trace_id']).toBe('0'.repeat(32))
    expect(changed).toEqual({ time_missing: 1 })
  })

  it('with half a trace id is kept without it', async () => {
    const { rows, changed } = await send('logs', logs([{ ...record, traceId: 'abcd' }]))
    expect(rows[0]!['trace_id']).toBe('0'.repeat(32))
    expect(changed['bad_log_trace_id']).toBe(1)
  })

  it('has a body of any kind, as JSON where it is a map, without its secrets', async () => {
    const body = any({ user: 'mia@example.com', password: 'hunter2', n: 1n })
    const { rows, changed } = await send('logs', logs([{ ...record, attributes: [], body }]))
    expect(rows[0]!['body']).toBe('{"user":"***@***","n":1}')
    expect(changed).toEqual({ privacy_dropped: 1, privacy_masked: 1 })
  })

  it('that is too old is refused', async () => {
    const { outcome, status } = await send('logs', logs([{ ...record, timeUnixNano: '1' }]))
    expect(outcome).toMatchObject({ rejected: 1, message: '1 log records: older than what is kept' })
    expect(status.rejected).toEqual({ too_old: 1 })
  })
})

describe('a metric point', () => {
  const times = { timeUnixNano: String(nowNs), startTimeUnixNano: String(nowNs - 60_000_000_000n) }
  const point = { ...times, attributes: attributes({ topic: 'orders', partition: 3 }) }

  it('of a gauge or sum keeps its number, int or double', async () => {
    const { rows } = await send(
      'points',
      metrics([
        { name: 'a', unit: 's', description: 'd', gauge: { dataPoints: [{ ...point, asDouble: 0.5 }] } },
        { name: 'b', sum: { aggregationTemporality: 2, isMonotonic: true, dataPoints: [{ ...point, asInt: '-7' }] } },
      ]),
    )
    expect(rows).toHaveLength(2)
    expect(rows[0]).toMatchObject({
      metric: 'a',
      type: 1,
      unit: 's',
      description: 'd',
      value: 0.5,
      ts: nowNs,
      start_ts: nowNs - 60_000_000_000n,
      attrs: { topic: 'orders', partition: '3' },
      min: 0,
      monotonic: 0,
    })
    expect(rows[1]).toMatchObject({ metric: 'b', type: 2, temporality: 2, monotonic: 1, value: -7 })
  })

  it('of a histogram keeps bounds and counts; what was not sent is not 0', async () => {
    const data = { ...point, count: '3', sum: 4.5, bucketCounts: ['1', '2', '0'], explicitBounds: [1, 2], max: 2 }
    const { rows } = await send(
      'points',
      metrics([{ name: 'h', histogram: { aggregationTemporality: 1, dataPoints: [data] } }]),
    )
    expect(rows[0]).toMatchObject({
      type: 3,
      count: 3n,
      sum: 4.5,
      bounds: [1, 2],
      counts: [1n, 2n, 0n],
      max: 2,
      min: Number.NaN,
    })
  })

  it('of an exponential histogram keeps scale, offsets and both sides', async () => {
    const data = {
      ...point,
      count: 6,
      scale: -2,
      zeroCount: '1',
      positive: { offset: -3, bucketCounts: ['1', '2'] },
      negative: { offset: 4, bucketCounts: [2] },
    }
    const { rows } = await send('points', metrics([{ name: 'e', exponentialHistogram: { dataPoints: [data] } }]))
    expect(rows[0]).toMatchObject({
      type: 4,
      count: 6n,
      scale: -2,
      zero_count: 1n,
      positive_offset: -3,
      counts: [1n, 2n],
      negative_offset: 4,
      negative_counts: [2n],
    })
  })

  it('of a summary keeps its quantiles', async () => {
    const data = {
      ...point,
      count: 2,
      sum: 3,
      quantileValues: [
        { quantile: 0.5, value: 1 },
        { quantile: 0.99, value: 2 },
      ],
    }
    const { rows } = await send('points', metrics([{ name: 's', summary: { dataPoints: [data] } }]))
    expect(rows[0]).toMatchObject({ type: 5, quantiles: [0.5, 0.99], quantile_values: [1, 2] })
  })

  it.each([
    ['without a name', { gauge: { dataPoints: [{ ...point, asInt: 1 }] } }, 'no_name'],
    ['without a time', { name: 'a', gauge: { dataPoints: [{ asInt: 1 }] } }, 'no_time'],
    [
      'with too many buckets',
      { name: 'a', histogram: { dataPoints: [{ ...point, bucketCounts: Array.from({ length: 5000 }, () => 1) }] } },
      'too_many_buckets',
    ],
  ])('%s is refused alone', async (_name, metric, reason) => {
    const good = { name: 'good', gauge: { dataPoints: [{ ...point, asInt: 1 }] } }
    const { rows, status } = await send('points', metrics([metric, good]))
    expect(rows.map((row) => row['metric'])).toEqual(['good'])
    expect(status.rejected).toEqual({ [reason]: 1 })
  })
})
