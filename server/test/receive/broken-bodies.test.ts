// Bodies cut off or changed at every byte: an error, or exactly what decodes; never a crash, never half a block. A sample of the
// blocks goes through the real engine, which would refuse or misread a wrong one.
import { afterAll, describe, expect, it } from '@jest/globals'
import { readFileSync, writeFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Session } from 'chdb'
import type { Signal } from '../../src/contract/status.ts'
import type { Block } from '../../src/journal/block.ts'
import type { Encoding } from '../../src/receive/export.ts'
import { readTableRows } from './native-block.ts'
import {
  any,
  attributes,
  logs,
  makeExports,
  metrics,
  nowNs,
  protobuf,
  span,
  spanId,
  traceId,
  traces,
} from './requests.ts'

const time = String(nowNs)
const requests: Record<Signal, unknown> = {
  spans: {
    resourceSpans: [
      ...traces([
        span({
          status: { code: 2, message: 'no' },
          attributes: attributes({
            'order.id': 8123,
            'messaging.destination.name': 't',
            list: [1, { a: 'b' }],
            d: 0.5,
          }),
          events: [{ timeUnixNano: time, name: 'e', attributes: attributes({ x: true }) }],
          links: [{ traceId, spanId, attributes: attributes({ 'messaging.kafka.offset': '7' }) }],
        }),
        span({ name: 'second' }),
      ]).resourceSpans,
      ...traces([span({ name: 'third' })], { 'service.name': 'other' }).resourceSpans,
    ],
  },
  logs: {
    resourceLogs: [
      ...logs([
        {
          timeUnixNano: time,
          traceId,
          spanId,
          severityNumber: 9,
          body: any({ a: ['b'] }),
          attributes: attributes({ 'order.id': 'x' }),
        },
      ]).resourceLogs,
      ...logs([{ timeUnixNano: time, body: any('text') }]).resourceLogs,
    ],
  },
  points: {
    resourceMetrics: [
      ...metrics([
        {
          name: 'g',
          unit: '1',
          gauge: { dataPoints: [{ timeUnixNano: time, asInt: '3', attributes: attributes({ k: 'v' }) }] },
        },
        {
          name: 'h',
          histogram: { dataPoints: [{ timeUnixNano: time, count: 2, bucketCounts: [1, 1], explicitBounds: [5] }] },
        },
      ]).resourceMetrics,
      ...metrics([
        {
          name: 'e',
          exponentialHistogram: {
            dataPoints: [{ timeUnixNano: time, scale: -1, positive: { offset: -2, bucketCounts: [1, 300] } }],
          },
        },
        { name: 's', summary: { dataPoints: [{ timeUnixNano: time, quantileValues: [{ quantile: 0.5, value: 2 }] }] } },
      ]).resourceMetrics,
    ],
  },
}
const signals = Object.keys(requests) as Signal[]
const items: Record<Signal, number> = { spans: 3, logs: 2, points: 4 }
const sample: Block[] = []

/** One receiver for all bodies: nothing may survive of a broken one. */
const { exports, intake } = makeExports()

/** Sends a body and checks that what was stored, if anything, is whole. */
async function outcomeOf(signal: Signal, body: Buffer, encoding: Encoding) {
  intake.forget()
  const outcome = await exports.take({ signal, body, encoding, from: 'test' })
  if (!['ok', 'bad', 'too-large'].includes(outcome.kind)) throw new Error(`outcome ${outcome.kind}`)
  const blocks = [...intake.blocks]
  const rows = blocks.flatMap((block) => readTableRows(block))
  if (outcome.kind !== 'ok' && rows.length > 0) throw new Error('rows were stored of a request that failed')
  return { outcome, rows, blocks }
}

describe.each(signals)('%s as protobuf', (signal) => {
  const body = protobuf(signal, requests[signal])
  // Where the second of the two resources begins: the one place in the middle where a shorter request is a whole one.
  const boundary = secondField(body)

  it('cut off at every byte is an error, except between two resources', async () => {
    for (let length = 0; length <= body.length; length += 1) {
      const { outcome, rows } = await outcomeOf(signal, body.subarray(0, length), 'protobuf')
      const whole = length === 0 || length === boundary || length === body.length
      expect([length, outcome.kind]).toEqual([length, whole ? 'ok' : 'bad'])
      if (length === body.length) expect(rows).toHaveLength(items[signal])
      if (length === boundary) expect(rows.length > 0 && rows.length < items[signal]).toBe(true)
    }
  })

  it('changed at every byte is an error or whole rows', async () => {
    let stored = 0
    for (let at = 0; at < body.length; at += 1) {
      for (const flip of [1, 2, 4, 8, 16, 32, 64, 128, 255]) {
        const changed = Buffer.from(body)
        changed[at]! ^= flip
        const { blocks } = await outcomeOf(signal, changed, 'protobuf')
        stored += blocks.length
        if ((at * 9 + flip) % 11 === 0) sample.push(...blocks)
      }
    }
    expect(stored).toBeGreaterThan(0)
  })
})

describe.each(signals)('%s as JSON', (signal) => {
  const body = Buffer.from(JSON.stringify(requests[signal]))

  it('cut off at every byte is an error', async () => {
    for (let length = 0; length < body.length; length += 1) {
      const { outcome } = await outcomeOf(signal, body.subarray(0, length), 'json')
      expect([length, outcome.kind]).toEqual([length, 'bad'])
    }
  })

  it('changed at every byte is an error or whole rows', async () => {
    let stored = 0
    for (let at = 0; at < body.length; at += 1) {
      for (const flip of [1, 16, 128]) {
        const changed = Buffer.from(body)
        changed[at]! ^= flip
        stored += (await outcomeOf(signal, changed, 'json')).blocks.length
      }
    }
    expect(stored).toBeGreaterThan(0)
  })
})

describe('the real engine', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hopscope-blocks-'))
  const session = new Session(join(folder, 'engine'))
  afterAll(() => {
    session.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const files = { spans_in: '0001-spans-in.sql', logs_in: '0015-logs-in.sql', points_in: '0018-points-in.sql' }
  for (const file of Object.values(files)) {
    const sql = readFileSync(new URL(`../../src/store/schema/${file}`, import.meta.url), 'utf8')
    session.query(sql.replace('ENGINE = Null', 'ENGINE = Memory'))
  }
  const insert = (block: Block): void => {
    const file = join(folder, 'block.native')
    writeFileSync(file, block.bytes)
    session.query(`INSERT INTO ${block.table} FROM INFILE '${file}' FORMAT Native`)
  }

  it('reads back what was sent', async () => {
    for (const signal of signals) {
      const { blocks } = await outcomeOf(signal, protobuf(signal, requests[signal]), 'protobuf')
      blocks.forEach(insert)
    }
    const line = (sql: string): unknown => JSON.parse(session.query(sql, 'JSONCompactEachRow').split('\n')[0]!)
    expect(
      line(`SELECT service, toString(toUnixTimestamp64Nano(ts)), toString(duration_ns), lower(hex(trace_id)), attrs['order.id'],
        attrs['list'], attrs['d'], events.attrs[1]['x'], lower(hex(links.span_id[1])), keys.name, keys.value
        FROM spans_in WHERE name = 'POST /orders'`),
    ).toEqual([
      'orders',
      String(nowNs - 2_000_000_123n),
      '1000000123',
      traceId,
      '8123',
      '[1,{"a":"b"}]',
      '0.5',
      'true',
      spanId,
      ['order.id'],
      ['8123'],
    ])
    expect(line(`SELECT count(), uniqExact(service) FROM spans_in`)).toEqual([3, 2])
    expect(line(`SELECT body, keys.value, severity FROM logs_in WHERE severity = 9`)).toEqual(['{"a":["b"]}', ['x'], 9])
    expect(line(`SELECT value, attrs FROM points_in WHERE metric = 'g'`)).toEqual([3, { k: 'v' }])
    expect(
      line(`SELECT scale, positive_offset, arrayMap(x -> toUInt32(x), counts) FROM points_in WHERE metric = 'e'`),
    ).toEqual([-1, -2, [1, 300]])
    expect(line(`SELECT quantiles, quantile_values FROM points_in WHERE metric = 's'`)).toEqual([[0.5], [2]])
  })

  it('takes every block that came of a broken body', () => {
    expect(sample.length).toBeGreaterThan(50)
    const count = (): number =>
      Object.keys(files).reduce((sum, table) => sum + Number(session.query(`SELECT count() FROM ${table}`, 'TSV')), 0)
    const before = count()
    const chosen = sample.filter((_, index) => index % Math.ceil(sample.length / 150) === 0)
    chosen.forEach(insert)
    expect(count() - before).toBe(chosen.reduce((sum, block) => sum + block.rows, 0))
  })
})

/** Where the second top-level field of a message begins. */
function secondField(body: Buffer): number {
  let length = 0
  let at = 1
  for (let shift = 0; ; shift += 7) {
    const byte = body[at++]!
    length += (byte & 127) * 2 ** shift
    if (byte < 128) return at + length
  }
}
