// Log records and metrics as real SDKs send them, by protobuf and by JSON.
import { describe, expect, it } from '@jest/globals'
import { LogBlocks } from '../../src/receive/log-block.ts'
import { PointBlocks } from '../../src/receive/point-block.ts'
import { anyTime, blockBytesMax, makeReading, protobuf, rowsOf } from './sdk-rows.ts'

interface PointRow {
  service: string
  metric: string
  type: number
  value: number
  attrs: Record<string, string>
  count: bigint
  counts: bigint[]
}

function logRows(name: string): Record<string, unknown>[] {
  const reading = makeReading()
  return rowsOf(reading, new LogBlocks(reading, blockBytesMax).read(protobuf('logs', name), anyTime))
}

function pointRows(name: string): PointRow[] {
  const reading = makeReading()
  return rowsOf(reading, new PointBlocks(reading, blockBytesMax).read(protobuf('points', name), anyTime))
}

const type = { gauge: 1, sum: 2, histogram: 3, exponential: 4 }
const cumulative = 2

describe.each(['js/signals-proto-logs.pb', 'js/signals-json-logs.json'])('%s', (name) => {
  it('gives records with body, severity, trace and keys', () => {
    const common = { env: 'staging', service: 'orders', scope: 'orders' }
    const inTrace = { trace_id: '0af7651916cd43dd8448eb211c80319c', span_id: 'b7ad6b7169203331', flags: 1 }
    expect(logRows(name)).toEqual([
      expect.objectContaining({
        ...common,
        ...inTrace,
        severity: 9,
        severity_text: 'INFO',
        body: 'order placed',
        attrs: { 'order.id': '8123', total: '129.95', items: '3', gift: 'false' },
        'keys.name': ['order.id'],
        'keys.value': ['8123'],
      }),
      expect.objectContaining({
        ...common,
        ...inTrace,
        severity: 17,
        body: '{"reason":"card declined","attempts":3}',
        attrs: { orderId: '8124', tags: '["payment","visa"]' },
        'keys.name': ['order.id'],
        'keys.value': ['8124'],
      }),
      expect.objectContaining({
        ...common,
        trace_id: '0'.repeat(32),
        span_id: '0'.repeat(16),
        event_name: 'shop.opened',
        body: '',
        attrs: { store: 'berlin' },
        'keys.name': [],
      }),
    ])
  })
})

describe.each(['js/signals-proto-metrics.pb', 'js/signals-json-metrics.json'])('%s', (name) => {
  const rows = pointRows(name)
  const one = (metric: string, attrs: Record<string, string> = {}) =>
    rows.filter(
      (row) => row.metric === metric && Object.entries(attrs).every(([key, value]) => row.attrs[key] === value),
    )

  it('gives sums and gauges', () => {
    expect(one('orders.placed')).toEqual([
      expect.objectContaining({
        type: type.sum,
        temporality: cumulative,
        monotonic: 1,
        unit: '{order}',
        description: 'Orders placed.',
        value: 7,
        attrs: { channel: 'web' },
      }),
    ])
    expect(one('orders.revenue')).toEqual([expect.objectContaining({ unit: 'EUR', value: 129.95 })])
    expect(one('orders.open')).toEqual([expect.objectContaining({ type: type.sum, monotonic: 0, value: -3 })])
    expect(one('orders.oldest.age')).toEqual([
      expect.objectContaining({ type: type.gauge, value: 42.5, attrs: { store: 'berlin' } }),
    ])
  })

  it('gives histograms with bounds', () => {
    expect(one('http.server.request.duration')).toEqual([
      expect.objectContaining({
        type: type.histogram,
        count: 5n,
        sum: 23.254,
        min: 0.004,
        max: 20,
        bounds: [0.01, 0.1, 1, 10],
        counts: [1n, 1n, 1n, 1n, 1n],
      }),
    ])
  })

  it('gives exponential histograms with scale, offset and the zero bucket', () => {
    const [row] = one('orders.payment.duration')
    expect(row).toMatchObject({
      type: type.exponential,
      count: 5n,
      sum: 257,
      min: 0,
      max: 250,
      zero_count: 1n,
      scale: 4,
    })
    expect(row!.counts.reduce((sum, count) => sum + count, 0n)).toBe(4n)
    // At scale 4 a bucket (2^(i/16), 2^((i+1)/16)] holds 1, 2 and 4 at -1, 15 and 31, and 250 at 127.
    expect(row).toMatchObject({ positive_offset: -1 })
    expect(row!.counts.flatMap((count, index) => (count > 0n ? [index - 1] : []))).toEqual([-1, 15, 31, 127])
  })

  it("gives the Collector's kafka metrics, -1 for a group that never committed included", () => {
    const value = (metric: string, attrs: Record<string, string>) => one(metric, attrs).map((row) => row.value)
    expect(value('kafka.partition.current_offset', { topic: 'orders', partition: '1' })).toEqual([2061])
    expect(value('kafka.partition.oldest_offset', { topic: 'orders', partition: '1' })).toEqual([0])
    expect(value('kafka.consumer_group.offset', { group: 'billing' })).toEqual([1834])
    expect(value('kafka.consumer_group.lag', { group: 'billing' })).toEqual([227])
    expect(value('kafka.consumer_group.lag', { group: 'never-committed' })).toEqual([-1])
  })
})

describe("the Java agent's metrics of a Kafka consumer", () => {
  const rows = pointRows('java/agent-client-metrics.pb')

  it('are gauges and sums of one client', () => {
    expect(new Set(rows.map((row) => row.metric)).size).toBeGreaterThan(80)
    expect(new Set(rows.map((row) => row.type))).toEqual(new Set([type.gauge, type.sum]))
    expect(new Set(rows.map((row) => row.service))).toEqual(new Set(['billing']))
    expect(
      rows.filter((row) => row.metric.startsWith('kafka.')).every((row) => row.attrs['client-id'] === 'billing-1'),
    ).toBe(true)
  })

  it('say the lag by partition', () => {
    const lag = rows.filter(
      (row) => row.metric === 'kafka.consumer.records_lag' && row.attrs['partition'] !== undefined,
    )
    expect(lag.map((row) => row.attrs['partition']).sort()).toEqual(expect.arrayContaining(['0', '1', '2']))
  })
})
