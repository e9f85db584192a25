// The schema on an empty database, again, after a change, under a newer one, and with other retentions.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { StoreConfig } from '../../src/store/clickhouse.ts'
import { checksumOf, migrate, readSchema } from '../../src/store/migrate.ts'
import { openTestStore, transports, type OpenedStore } from './transports.ts'

describe.each(transports)('migrations over %s', (transport) => {
  let opened: OpenedStore
  const said: string[] = []
  const again = (changes: Partial<StoreConfig> = {}, schema?: Parameters<typeof migrate>[4]) =>
    migrate(
      opened.store,
      opened.config.CLICKHOUSE_DATABASE,
      { ...opened.config, ...changes },
      (text) => said.push(text),
      schema,
    )
  const ttlOf = async (name: string) => {
    const sql =
      "SELECT extract(engine_full, 'toIntervalDay\\\\((\\\\d+)\\\\)') AS days FROM system.tables WHERE database = currentDatabase() AND name = {name:String}"
    return (await opened.store.rows<{ days: string }>(sql, { name }))[0]?.days
  }
  beforeAll(async () => {
    opened = await openTestStore(transport)
  })
  afterAll(() => opened.close())

  it('applies every file once, each an object of its own', async () => {
    const schema = await readSchema()
    const applied = await opened.store.rows<{ name: string }>('SELECT name FROM migrations ORDER BY name')
    expect(applied.map(({ name }) => name)).toEqual(schema.map(({ name }) => name))
    const [objects] = await opened.store.rows<{ count: string }>(
      "SELECT count() AS count FROM system.tables WHERE database = currentDatabase() AND name != 'migrations'",
    )
    expect(Number(objects?.count)).toBe(schema.length)
    await again()
    expect(await opened.store.rows('SELECT count() AS count FROM migrations')).toEqual([
      { count: String(schema.length) },
    ])
  })

  it('applies a new file beside those that are there', async () => {
    const schema = await readSchema()
    const more = {
      name: '9000-more.sql',
      sql: '-- More.\nCREATE TABLE IF NOT EXISTS more (a Int8) ENGINE = MergeTree ORDER BY a',
    }
    await again({}, [...schema, more])
    expect(await opened.store.rows('SELECT count() AS count FROM more')).toEqual([{ count: '0' }])
    // Now the database is newer than the code.
    await expect(again()).rejects.toThrow(/newer version.*9000-more\.sql.*(CLICKHOUSE_DATABASE|DATA_DIR)/)
    await expect(again({}, [...schema, { ...more, sql: more.sql.replace('Int8', 'Int16') }])).rejects.toThrow(
      /9000-more\.sql was applied to database test_\w+ and has changed/,
    )
    await again({}, [...schema, { ...more, sql: `-- Other words.\n\n${more.sql}\n` }])
    await opened.store.command('DROP TABLE more')
    await opened.store.command("ALTER TABLE migrations DELETE WHERE name = '9000-more.sql' SETTINGS mutations_sync = 1")
  })

  it('takes what a crash left half done', async () => {
    await opened.store.command("ALTER TABLE migrations DELETE WHERE name > '0005' SETTINGS mutations_sync = 1")
    await again()
    expect(await opened.store.rows('SELECT count() AS count FROM migrations FINAL')).toEqual([
      { count: String((await readSchema()).length) },
    ])
  })

  it('lengthens a retention at once, and shortens it only when told to', async () => {
    expect((await again({ RETENTION_SPANS_DAYS: 14 })).retention['spans']).toBe('14 days')
    expect([await ttlOf('spans'), await ttlOf('trace_index'), await ttlOf('logs')]).toEqual(['14', '14', '7'])
    said.length = 0
    expect((await again({ RETENTION_SPANS_DAYS: 3 })).retention['spans']).toMatch(
      /^14 days \(kept: RETENTION_SPANS_DAYS=3.*RETENTION_SHRINK=1/,
    )
    expect(said.join()).toMatch(/spans keeps 14 days/)
    expect(await ttlOf('spans')).toBe('14')
    expect((await again({ RETENTION_SPANS_DAYS: 3, RETENTION_SHRINK: true })).retention['spans']).toBe('3 days')
    expect([await ttlOf('spans'), await ttlOf('trace_index')]).toEqual(['3', '3'])
  })

  it('tells a changed statement from a changed comment', () => {
    expect(checksumOf('-- a\nSELECT 1\n  , 2')).toBe(checksumOf('-- b\n-- c\nSELECT 1 , 2\n'))
    expect(checksumOf('SELECT 1')).not.toBe(checksumOf('SELECT 2'))
  })
})
