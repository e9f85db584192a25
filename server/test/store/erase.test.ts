// A value is put wherever telemetry can hold it; after erasing, no text column of any table has it, and the rest is as it was.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { Journal } from '../../src/journal/journal.ts'
import { eraseKey } from '../../src/store/erase.ts'
import { Pump } from '../../src/store/pump.ts'
import { nativeBlock, spanBlock, spanRow, START_NS } from './native-blocks.ts'
import { openTestStore, transports, type OpenedStore } from './transports.ts'

const VALUE = 'ann+x@example.com'
const journalOptions = { bytesMax: 1e9, sealRows: 50_000, sealMs: 60_000, resendSeconds: 60 }

describe.each(transports)('erasing over %s', (transport) => {
  let opened: OpenedStore
  let journal: Journal
  let pump: Pump
  beforeAll(async () => {
    opened = await openTestStore(transport)
    journal = await Journal.open({ ...journalOptions, dir: join(opened.dir, 'journal') })
    pump = new Pump(journal, opened.store)
    pump.start()
  })
  afterAll(async () => {
    await journal.close()
    await pump.stop()
    await opened.close()
  })

  /** Rows whose text columns have the word, by table, as one string of all columns of the row. */
  async function found(word: string): Promise<Record<string, number>> {
    const tables = await opened.store.rows<{ name: string }>(
      "SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree'",
    )
    const counts: Record<string, number> = {}
    for (const { name } of tables) {
      const state = name === 'trace_index' ? 'finalizeAggregation(root)' : "''"
      const rows = await opened.store.rows(
        `SELECT 1 FROM ${name} WHERE position(toString(tuple(*)), {word:String}) > 0 OR position(toString(${state}), {word:String}) > 0`,
        { word },
      )
      if (rows.length > 0) counts[name] = rows.length
    }
    return counts
  }

  it('refuses what is too short to be told from other things', async () => {
    await expect(eraseKey(opened.store, journal, { name: 'order.id', values: ['5'] })).rejects.toThrow(/too|fewer/)
  })

  it('removes the value from every table, waits for what is still in the journal, and leaves the rest', async () => {
    const span = {
      ...spanRow(0),
      parent_span_id: '',
      name: `mail to ${VALUE}`,
      status_message: `no mailbox <${VALUE}>`,
      attrs: {
        'user.email': VALUE,
        note: `"${VALUE}", twice: ${VALUE}`,
        other: `x${VALUE}y`,
        url: '?m=ann%2Bx%40example.com',
      },
      resource_attrs: { owner: VALUE },
      'events.ts': [START_NS],
      'events.name': [`event ${VALUE}`],
      'events.attrs': [{ who: VALUE }],
      'links.trace_id': ['ff'.repeat(16)],
      'links.span_id': ['ff'.repeat(8)],
      'links.attrs': [{ who: VALUE }],
      topic: VALUE,
      client_id: VALUE,
      'keys.name': ['user.email', '@key'],
      'keys.value': [VALUE, `orders\n${VALUE}`],
    }
    const log = { env: 'e', service: 's', ts: START_NS, body: `sent to ${VALUE}`, attrs: { who: VALUE } }
    const point = { env: 'e', metric: 'm', ts: START_NS, attrs: { who: VALUE }, value: 1 }
    await journal.append('r1', nativeBlock('spans_in', [span]))
    await journal.append('r2', spanBlock(1, 99))
    await journal.append('r3', nativeBlock('logs_in', [{ ...log, 'keys.name': ['user.email'], 'keys.value': [VALUE] }]))
    await journal.append('r4', nativeBlock('points_in', [point]))

    const erased = await eraseKey(opened.store, journal, { name: 'user.email', values: [VALUE] })

    expect(erased.quarantinedSegments).toBe(0)
    expect(Object.keys(erased.rows).sort()).toEqual(
      ['hops_10s', 'key_index', 'logs', 'operations_10s', 'operations_1h', 'series', 'spans', 'trace_index'].sort(),
    )
    // Inside a longer word it is another value.
    expect(await found(VALUE)).toEqual({ spans: 1 })
    expect(
      await opened.store.rows(
        "SELECT attrs['other'] AS other, attrs['note'] AS note FROM spans WHERE name LIKE 'mail%'",
      ),
    ).toEqual([{ other: `x${VALUE}y`, note: '"[erased]", twice: [erased]' }])
    expect(await found('ann%2Bx')).toEqual({})
    expect(await opened.store.rows('SELECT count() AS spans, uniqExact(span_id) AS ids FROM spans')).toEqual([
      { spans: '100', ids: '100' },
    ])
    expect(await opened.store.rows('SELECT sum(spans) AS spans FROM operations_10s')).toEqual([{ spans: '100' }])
    expect(await opened.store.rows('SELECT sum(spans) AS spans FROM hops_10s')).toEqual([{ spans: '100' }])
    expect(await opened.store.rows("SELECT count() AS rows FROM key_index WHERE name = 'order.id'")).toEqual([
      { rows: '99' },
    ])
    const roots = await opened.store.rows<{ root: [string, string] }>(
      "SELECT argMinIfMerge(root) AS root FROM trace_index WHERE has(services, 'service-0') GROUP BY trace_id ORDER BY min(start_ts) LIMIT 1",
    )
    expect(roots).toEqual([{ root: ['service-0', 'mail to [erased]'] }])
  })

  it('finds nothing the second time, and changes nothing', async () => {
    expect((await eraseKey(opened.store, journal, { name: 'user.email', values: [VALUE] })).rows).toEqual({})
  })

  it('keeps no mutation that names the value', async () => {
    // The engine clears its list about every half minute.
    const left = async () =>
      (
        await opened.store.rows('SELECT 1 FROM system.mutations WHERE position(command, {word:String}) > 0', {
          word: 'example',
        })
      ).length
    for (let tries = 1000; (await left()) > 0 && tries > 0; tries--) await new Promise((done) => setTimeout(done, 100))
    expect(await left()).toBe(0)
  })

  it('treats quotes and patterns as text', async () => {
    const value = `o'br.*\\ien`
    writeFileSync(
      join(opened.dir, 'q.data'),
      nativeBlock('logs_in', [{ service: 's', ts: START_NS, body: `by ${value}`, attrs: { a: 'obrxxien' } }]).bytes,
    )
    await opened.store.insertSegment('logs_in', join(opened.dir, 'q.data'), 'q')
    expect((await eraseKey(opened.store, journal, { name: 'user.id', values: [value] })).rows).toEqual({ logs: 1 })
    expect(
      await opened.store.rows("SELECT body, attrs['a'] AS a FROM logs WHERE service = 's' AND attrs['a'] != ''"),
    ).toEqual([{ body: 'by [erased]', a: 'obrxxien' }])
  })
})
