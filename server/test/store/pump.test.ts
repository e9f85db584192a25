// The pump between a real journal and a real store that is away for a while, or that cannot read a segment.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { loadConfig } from '../../src/config.ts'
import { Journal } from '../../src/journal/journal.ts'
import { openStore, type Store } from '../../src/store/clickhouse.ts'
import { triesBeforeQuarantine } from '../../src/store/insert-errors.ts'
import { Pump, type StoredEvent } from '../../src/store/pump.ts'
import { spanBlock } from './native-blocks.ts'
import { startFront, type Front } from './transports.ts'

const dir = mkdtempSync(join(tmpdir(), 'hopscope-pump-'))
const port = 20_000 + Math.floor(Math.random() * 20_000)
let front: Front
let store: Store
let journal: Journal
beforeAll(async () => {
  front = await startFront(join(dir, 'front'), String(port))
  store = await openStore(loadConfig({ DATA_DIR: dir, CLICKHOUSE_URL: front.url }))
  journal = await Journal.open({ dir: join(dir, 'journal'), bytesMax: 1e8, sealRows: 1, sealMs: 50, resendSeconds: 60 })
})
afterAll(async () => {
  await store.close()
  await front.stop()
  rmSync(dir, { recursive: true, force: true })
})

const count = async () => Number((await store.rows<{ count: string }>('SELECT count() AS count FROM spans'))[0]?.count)

describe('the pump', () => {
  it('inserts in order, waits out a store that is away, puts aside what cannot be read, and stops with nothing left', async () => {
    const events: StoredEvent[] = []
    const said: string[] = []
    const pump = new Pump(journal, store, (text) => said.push(text))
    pump.on('stored', (event) => events.push(event))
    pump.start()
    await journal.append('a', spanBlock(0, 10))
    await journal.append('b', spanBlock(10, 20))
    await journal.drained()
    expect(events.map(({ rows }) => rows)).toEqual([10, 20])
    expect(events[0]).toMatchObject({ table: 'spans_in' })
    expect(pump.status()).toMatchObject({ insertedSegments: 2, insertedRows: { spans_in: 30 }, retries: 0 })
    expect(pump.status().lastInsertUs.spans_in).toBe(events[1]!.atUs)

    await front.stop()
    await journal.append('c', spanBlock(30, 5))
    while (pump.status().retries < 3) await new Promise((done) => setTimeout(done, 20))
    expect(pump.status().stalled).toMatchObject({ table: 'spans_in' })
    expect(journal.status()).toMatchObject({ segments: 1, quarantined: 0 })
    front = await startFront(join(dir, 'front'), String(port))
    await journal.drained()
    expect(pump.status().stalled).toBeUndefined()
    expect(await count()).toBe(35)

    await journal.append('broken', { table: 'spans_in', rows: 1, bytes: Buffer.from('not Native\n\nDROP TABLE spans') })
    await journal.append('d', spanBlock(35, 5))
    await journal.drained()
    expect(await count()).toBe(40)
    expect(journal.status()).toMatchObject({ segments: 0, bytes: 0, quarantined: 1 })
    const aside = join(dir, 'journal', 'quarantine')
    const reason = readdirSync(aside).find((file) => file.endsWith('.reason.txt'))
    expect(readFileSync(join(aside, reason!), 'utf8')).toMatch(/To try again/)
    expect(said.join('\n')).toMatch(/put aside after 3 tries/)

    await journal.append('last', spanBlock(40, 1))
    await journal.close()
    await pump.stop()
    expect(await count()).toBe(41)
  })

  it.each([
    ['a lost connection', new Error('socket hang up'), Infinity],
    ['a file that is gone', Object.assign(new Error('gone'), { code: 'ENOENT' }), 3],
  ])('takes %s as what it is', (_what, error, tries) => {
    expect(triesBeforeQuarantine(error)).toBe(tries)
  })

  it('takes errors of ClickHouse by their names', async () => {
    const errorOf = (sql: string) => store.command(sql).catch((error: unknown) => error)
    expect(triesBeforeQuarantine(await errorOf('INSERT INTO nowhere SELECT 1'))).toBe(Infinity)
    expect(triesBeforeQuarantine(await errorOf("SELECT toDateTime('no date')"))).toBe(3)
    expect(triesBeforeQuarantine(await errorOf('SELECT 1 +'))).toBe(25)
  })
})
