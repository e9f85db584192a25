// The same demands on the store over both transports.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { ClickHouseError } from '@clickhouse/client'
import type { Store } from '../../src/store/clickhouse.ts'
import { nativeBlock, spanBlock, START_NS } from './native-blocks.ts'
import { openTestStore, transports, type OpenedStore } from './transports.ts'

const COUNTS = `SELECT
  (SELECT count() FROM spans) AS spans, (SELECT uniqExact(span_id) FROM spans) AS distinctSpans,
  (SELECT sum(spans) FROM trace_index) AS indexed, (SELECT count() FROM key_index) AS keys,
  (SELECT sum(spans) FROM hops_10s) AS hops, (SELECT sum(spans) FROM operations_10s) AS operations,
  (SELECT sum(spans) FROM operations_1h) AS baseline,
  (SELECT arraySum((sumMap(latency) AS m).2) FROM operations_10s) AS histogram`

async function counts(store: Store): Promise<Record<string, number>> {
  const [row = {}] = await store.rows<Record<string, string>>(COUNTS)
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, Number(value)]))
}

const all = (rows: number) => ({
  spans: rows,
  distinctSpans: rows,
  indexed: rows,
  keys: 2 * rows,
  hops: rows,
  operations: rows,
  baseline: rows,
  histogram: rows,
})

describe.each(transports)('the store over %s', (transport) => {
  let opened: OpenedStore
  let store: Store
  beforeAll(async () => {
    opened = await openTestStore(transport)
    store = opened.store
  })
  afterAll(() => opened.close())

  const segment = (name: string, ...blocks: { bytes: Buffer }[]) => {
    const file = join(opened.dir, `${name}.data`)
    writeFileSync(file, Buffer.concat(blocks.map(({ bytes }) => bytes)))
    return file
  }

  it('says which one it is, and answers', async () => {
    expect(store.kind).toBe(transport === 'http' ? 'server' : 'embedded')
    expect(await store.ping()).toBe(true)
  })

  it('inserts a segment of several blocks once, however often its token comes, in every view', async () => {
    const file = segment('first', spanBlock(0, 500), spanBlock(500, 700), spanBlock(1200, 1))
    await store.insertSegment('spans_in', file, 'first')
    expect(await counts(store)).toEqual(all(1201))
    await store.insertSegment('spans_in', file, 'first')
    await store.insertSegment('spans_in', file, 'first')
    expect(await counts(store)).toEqual(all(1201))
    // The same bytes under another name are other rows: the token decides, not the content.
    await store.insertSegment('spans_in', segment('second', spanBlock(1201, 99)), 'second')
    expect(await counts(store)).toEqual(all(1300))
  })

  it('inserts a segment that spans many days, each part once', async () => {
    const dayNs = 86_400_000_000_000n
    const blocks = [1n, 2n, 3n, 4n].map((days) => spanBlock(2000 + Number(days) * 10, 10, START_NS - days * dayNs))
    const file = segment('days', ...blocks)
    const before = await counts(store)
    await store.insertSegment('spans_in', file, 'days')
    await store.insertSegment('spans_in', file, 'days')
    expect((await counts(store))['spans']! - before['spans']!).toBe(40)
    expect((await counts(store))['hops']! - before['hops']!).toBe(40)
  })

  it('stores logs and points with every byte they came with', async () => {
    const body = 'line\n\nDROP TABLE logs\n\0 \u{1f4a5} \'"\\'
    const log = { env: 'e', service: 's', ts: START_NS, body, 'keys.name': ['order.id'], 'keys.value': ['8123'] }
    const point = {
      env: 'e',
      metric: 'm',
      ts: START_NS,
      attrs: { a: 'b' },
      value: 1.5,
      bounds: [1, 2],
      counts: [3, 4, 5],
    }
    await store.insertSegment('logs_in', segment('logs', nativeBlock('logs_in', [log])), 'logs')
    await store.insertSegment('points_in', segment('points', nativeBlock('points_in', [point])), 'points')
    expect(await store.rows('SELECT body FROM logs')).toEqual([{ body }])
    expect(await store.rows("SELECT kind, name FROM key_index WHERE value = '8123'")).toEqual([
      { kind: 255, name: 'order.id' },
    ])
    expect(await store.rows('SELECT metric, value, counts FROM points')).toEqual([
      { metric: 'm', value: 1.5, counts: ['3', '4', '5'] },
    ])
    expect(await store.rows('SELECT metric FROM series WHERE series IN (SELECT series FROM points)')).toHaveLength(1)
  })

  it.each([
    ['quotes', `'"\\''); DROP TABLE spans; --`],
    ['blank lines', 'a\n\nDROP TABLE spans\n'],
    ['control characters', 'tab\tcr\rnul\0bell\u0007'],
    ['other alphabets', 'Ünïcødé \u{1f4a5} 注文'],
    ['nothing', ''],
  ])('takes a parameter with %s as it is', async (_what, value) => {
    expect(await store.rows('SELECT {value:String} AS value', { value })).toEqual([{ value }])
    expect(await store.rows('SELECT {list:Array(String)} AS list', { list: [value, 'b'] })).toEqual([
      { list: [value, 'b'] },
    ])
  })

  it('takes numbers and their lists as parameters', async () => {
    const params = { whole: 42, big: '18446744073709551615', real: 1.5, list: [1, 2], none: [] }
    const sql =
      'SELECT {whole:Int64} AS whole, {big:UInt64} AS big, {real:Float64} AS real, {list:Array(UInt8)} AS list'
    expect(await store.rows(`${sql}, {none:Array(String)} AS none`, params)).toEqual([
      { whole: '42', big: '18446744073709551615', real: 1.5, list: [1, 2], none: [] },
    ])
  })

  it('keeps parameters of questions asked at once apart', async () => {
    const asked = Array.from({ length: 100 }, (_, at) => `value ${at}`)
    const answers = await Promise.all(
      asked.map((value) => store.rows<{ value: string }>('SELECT {value:String} AS value', { value })),
    )
    expect(answers.map(([row]) => row?.value)).toEqual(asked)
  })

  it('refuses a question whose parameter has no value, also when an earlier one had', async () => {
    await store.rows('SELECT {value:String}', { value: 'secret' })
    for (let again = 0; again < 8; again++) await expect(store.rows('SELECT {value:String}')).rejects.toThrow(/value/)
  })

  it('ends with the error of the engine, as the class of the client', async () => {
    const failed = await store.rows('SELECT nothing FROM nowhere').catch((error: unknown) => error)
    expect(failed).toBeInstanceOf(ClickHouseError)
    expect(failed).toMatchObject({ type: 'UNKNOWN_TABLE', code: '60' })
    expect(await store.rows('SELECT 1 AS one')).toEqual([{ one: 1 }])
  })

  it('ends a question that takes too long', async () => {
    const slow = store.rows(
      'SELECT count() FROM numbers(100000000000) WHERE sipHash64(number) = 1',
      {},
      { maxSeconds: 1 },
    )
    await expect(slow).rejects.toMatchObject({ type: 'TIMEOUT_EXCEEDED' })
  })

  it('ends a question that answers too much, instead of cutting it', async () => {
    await expect(store.rows('SELECT number FROM numbers(1000000)')).rejects.toMatchObject({
      type: 'TOO_MANY_ROWS_OR_BYTES',
    })
  })

  it('stops the engine when a question is given up', async () => {
    const sql = 'SELECT count() FROM numbers(100000000000) WHERE sipHash64(number) = 2 /* given up */'
    const gaveUp = new AbortController()
    const options = { signal: gaveUp.signal, maxSeconds: 3600 }
    const slow = Promise.allSettled(Array.from({ length: 3 }, () => store.rows(sql, {}, options)))
    await new Promise((resolve) => setTimeout(resolve, 300))
    gaveUp.abort(new Error('the reader has gone'))
    expect((await slow).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    // The three held every session, and a session is lent again only when the engine is done: these answers are the proof.
    const ones = await Promise.all(Array.from({ length: 12 }, () => store.rows('SELECT 1 AS one')))
    expect(ones.flat()).toHaveLength(12)
    const found = await store.rows("SELECT query FROM system.processes WHERE position(query, 'given ' || 'up */') > 0")
    expect(found).toEqual([])
  })

  it('refuses a segment that is not Native, and takes the next one', async () => {
    const broken = segment('broken', { bytes: Buffer.from('this is not Native\n\nDROP TABLE spans') })
    await expect(store.insertSegment('spans_in', broken, 'broken')).rejects.toBeInstanceOf(ClickHouseError)
    const cut = spanBlock(9000, 10).bytes
    const half = segment('half', { bytes: cut.subarray(0, cut.length - 5) })
    await expect(store.insertSegment('spans_in', half, 'half')).rejects.toBeInstanceOf(ClickHouseError)
    const before = await counts(store)
    await store.insertSegment('spans_in', segment('whole', spanBlock(9000, 10)), 'whole')
    expect((await counts(store))['spans']! - before['spans']!).toBe(10)
  })

  it('says that a segment file is gone', async () => {
    await expect(store.insertSegment('spans_in', join(opened.dir, 'gone.data'), 'gone')).rejects.toMatchObject({
      code: 'ENOENT',
    })
  })

  it('tells what it holds', async () => {
    const stats = await store.stats()
    expect(stats.tables.find(({ name }) => name === 'spans')?.rows).toBeGreaterThan(1000)
    expect(stats.bytes).toBeGreaterThan(0)
    expect(stats.freeBytes).toBeGreaterThan(0)
    expect(stats.retention).toMatchObject({ spans: '7 days', keys: '30 days' })
  })
})
