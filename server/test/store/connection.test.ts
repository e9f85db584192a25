// What the engine's own adapter of @clickhouse/client gets wrong: the same calls through the client on our Connection.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { isMainThread } from 'node:worker_threads'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { ClickHouseError, createClient, type ClickHouseClient } from '@clickhouse/client'
import { EmbeddedConnection } from '../../src/store/connection.ts'
import { openEngine } from '../../src/store/engine/open-engine.ts'
import { startFront } from './transports.ts'

const dir = mkdtempSync(join(tmpdir(), 'hopscope-connection-'))
let client: ClickHouseClient
beforeAll(async () => {
  const engine = await openEngine(dir)
  client = createClient({ connection: new EmbeddedConnection(engine, 'default') })
  await client.command({ query: 'CREATE TABLE t (a String, n UInt64) ENGINE = MergeTree ORDER BY n' })
})
afterAll(async () => {
  await client.close()
  rmSync(dir, { recursive: true, force: true })
})

const ask = async (query: string, more: object = {}) =>
  await (await client.query({ query, format: 'JSONEachRow', ...more })).json<Record<string, unknown>>()
const setting = async (name: string) => (await ask(`SELECT getSetting('${name}') AS value`))[0]?.['value']

describe('the connection to the embedded engine', () => {
  it('runs in a process of its own: the engine crashes with the worker thread it was loaded in', () => {
    expect(isMainThread).toBe(true)
  })

  it('never runs data as a statement', async () => {
    const insert = async (format: string, data: string) => {
      const values = Readable.from([data], { objectMode: false })
      const { stream } = await client.exec({ query: `INSERT INTO t FORMAT ${format}`, values })
      stream.resume()
    }
    const failed = await insert('JSONEachRow', '{"a":"x","n":9}\n\nDROP TABLE t\n').catch((error: unknown) => error)
    expect(failed).toBeInstanceOf(ClickHouseError)
    await insert('CSV', '"a\n\nDROP TABLE t\n\n",1\n')
    await client.insert({ table: 't', values: [{ a: 'b\n\nDROP TABLE t\n;', n: 2 }], format: 'JSONEachRow' })
    expect(await ask('SELECT a, toUInt8(n) AS n FROM t ORDER BY n')).toEqual([
      { a: 'a\n\nDROP TABLE t\n\n', n: 1 },
      { a: 'b\n\nDROP TABLE t\n;', n: 2 },
    ])
  })

  it('passes every byte in a binary format', async () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, at) => at))
    const text = Buffer.concat([bytes, Buffer.from('\n\nDROP TABLE t\n'), bytes])
    const size = Buffer.from([(text.length & 127) | 128, text.length >> 7])
    const row = Buffer.concat([size, text, Buffer.from([3, 0, 0, 0, 0, 0, 0, 0])])
    const { stream } = await client.exec({
      query: 'INSERT INTO t FORMAT RowBinary',
      values: Readable.from([row.subarray(0, 100), row.subarray(100)], { objectMode: false }),
    })
    stream.resume()
    expect(await ask('SELECT hex(a) AS a FROM t WHERE n = 3')).toEqual([{ a: text.toString('hex').toUpperCase() }])
  })

  it('leaks no setting into a later statement, also after an error', async () => {
    const before = [
      await setting('max_execution_time'),
      await setting('max_result_rows'),
      await setting('async_insert'),
    ]
    for (let again = 0; again < 6; again++) {
      await ask('SELECT 1', { clickhouse_settings: { max_execution_time: 7, max_result_rows: '9' } })
      await expect(ask('SELECT nothing', { clickhouse_settings: { max_execution_time: 8 } })).rejects.toThrow()
      await expect(
        ask('SELECT 1', { clickhouse_settings: { max_result_rows: '5', no_such_setting: 1 } }),
      ).rejects.toMatchObject({ type: 'UNKNOWN_SETTING' })
    }
    for (let again = 0; again < 6; again++) {
      expect([
        await setting('max_execution_time'),
        await setting('max_result_rows'),
        await setting('async_insert'),
      ]).toEqual(before)
    }
    expect(before[2]).toBe(false)
  })

  it('takes no setting or parameter whose name is SQL', async () => {
    await expect(ask('SELECT 1', { clickhouse_settings: { 'a=1; DROP TABLE t; --': 1 } })).rejects.toThrow(/not a name/)
    await expect(ask('SELECT 1', { query_params: { 'a=1; DROP TABLE t; --': 1 } })).rejects.toThrow(/not a name/)
    expect(await ask('SELECT 1 AS there FROM t LIMIT 1')).toEqual([{ there: 1 }])
  })

  it('lets a question change nothing', async () => {
    for (const query of [
      'DROP TABLE t',
      'CREATE TABLE u (a Int8) ENGINE = Memory',
      'INSERT INTO t SELECT 1, 2',
      'SET readonly = 0',
    ]) {
      await expect(client.query({ query, format: 'JSONEachRow' }).then((answer) => answer.text())).rejects.toThrow()
    }
  })

  it('runs bound questions side by side', async () => {
    const order: string[] = []
    const slow = ask('SELECT sleep(1) AS zero, {who:String} AS who', { query_params: { who: 'slow' } }).then(() =>
      order.push('slow'),
    )
    const quick = ask('SELECT {who:String} AS who', { query_params: { who: 'quick' } }).then(() => order.push('quick'))
    await Promise.all([slow, quick])
    expect(order).toEqual(['quick', 'slow'])
  })

  it('refuses a flood of questions instead of piling it up', async () => {
    const flood = await Promise.allSettled(Array.from({ length: 400 }, () => ask('SELECT 1')))
    const refused = flood.filter(({ status }) => status === 'rejected')
    expect(refused.length).toBeGreaterThan(0)
    expect((refused[0] as PromiseRejectedResult).reason).toMatchObject({ type: 'TOO_MANY_SIMULTANEOUS_QUERIES' })
    expect(await ask('SELECT 1 AS one')).toEqual([{ one: 1 }])
  })

  it('says who uses the folder, and what to do', async () => {
    const front = await startFront(join(dir, 'other', 'engine'))
    try {
      const failed = await openEngine(join(dir, 'other')).catch((error: unknown) => error)
      expect(String(failed)).toMatch(/in use by process \d+.*DATA_DIR/)
    } finally {
      await front.stop()
    }
  })

  it('refuses a folder whose name is a pattern', async () => {
    await expect(openEngine(join(dir, 'a*'))).rejects.toThrow(/DATA_DIR.*pattern/)
  })
})
