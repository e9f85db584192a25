// Brings the database to the schema of this version. In: schema/*.sql, one object each, in the order of their numbers. Out:
// tables and views that exist, a row in `migrations` for each file. Refuses a file that changed after it was applied, and a
// database that a newer version has migrated. A shorter retention deletes data, so it needs a word of its own.
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import type { Store, StoreConfig } from './clickhouse.ts'

export interface Migrated {
  /** For each kind of table how long it keeps, in words. */
  retention: Record<string, string>
}

export interface SchemaFile {
  name: string
  sql: string
}

/** The .sql files stand in src, also for the built server: no copy of them can be out of date. */
const SCHEMA_DIR = new URL('../../src/store/schema/', import.meta.url)

const MIGRATIONS_TABLE = `CREATE TABLE IF NOT EXISTS migrations (
  name String,
  checksum String,
  applied_at DateTime('UTC') DEFAULT now()
) ENGINE = ReplacingMergeTree(applied_at) ORDER BY name`

export async function readSchema(): Promise<SchemaFile[]> {
  const names = (await readdir(SCHEMA_DIR)).filter((name) => name.endsWith('.sql')).sort()
  return await Promise.all(
    names.map(async (name) => ({ name, sql: await readFile(new URL(name, SCHEMA_DIR), 'utf8') })),
  )
}

export async function migrate(
  store: Store,
  database: string,
  config: StoreConfig,
  log: (text: string) => void,
  schema?: readonly SchemaFile[],
): Promise<Migrated> {
  const files = schema ?? (await readSchema())
  await store.command(MIGRATIONS_TABLE)
  const rows = await store.rows<{ name: string; checksum: string }>('SELECT name, checksum FROM migrations FINAL')
  const applied = new Map(rows.map(({ name, checksum }) => [name, checksum]))
  const known = new Set(files.map(({ name }) => name))
  const unknown = [...applied.keys()].filter((name) => !known.has(name)).sort()
  if (unknown.length > 0) {
    throw new Error(
      `Database ${database} was migrated by a newer version of Hopscope: this one does not know ${unknown.join(', ')}. ` +
        'Start the newer version, or set CLICKHOUSE_DATABASE or DATA_DIR to another place.',
    )
  }
  const retention: Record<string, string> = {}
  for (const file of files) {
    const checksum = checksumOf(file.sql)
    const before = applied.get(file.name)
    if (before !== undefined && before !== checksum) {
      throw new Error(
        `schema/${file.name} was applied to database ${database} and has changed since. An applied file stays as it is: ` +
          'put the change into a new file, or start with another DATA_DIR or CLICKHOUSE_DATABASE.',
      )
    }
    if (before === undefined) {
      await store.command(withRetention(file.sql, config))
      await store.command('INSERT INTO migrations (name, checksum) SELECT {name:String}, {checksum:String}', {
        name: file.name,
        checksum,
      })
    }
    const kept = await keepRetention(store, file.sql, config, log)
    if (kept) retention[kept.kind] = kept.words
  }
  return { retention }
}

/** Comments and blanks may change; what the database was told may not. */
export function checksumOf(sql: string): string {
  const told = sql.replace(/^\s*--.*$/gm, '').replace(/\s+/g, ' ')
  return createHash('sha256').update(told.trim()).digest('hex')
}

type Kind = 'Spans' | 'Logs' | 'Metrics' | 'Keys' | 'Rollups' | 'Baseline'

const settingOf = (kind: string) => `RETENTION_${kind.toUpperCase()}_DAYS` as `RETENTION_${Uppercase<Kind>}_DAYS`

function withRetention(sql: string, config: StoreConfig): string {
  return sql.replace(/\{retention(\w+)Days\}/g, (_text, kind: string) => String(config[settingOf(kind)]))
}

/** Compares the table's TTL with the setting and changes it where that is allowed. */
async function keepRetention(
  store: Store,
  sql: string,
  config: StoreConfig,
  log: (text: string) => void,
): Promise<{ kind: string; words: string } | undefined> {
  const table = /CREATE TABLE IF NOT EXISTS (\w+)/.exec(sql)?.[1]
  const ttl = /^TTL (.*\{retention(\w+)Days\}.*)$/m.exec(sql)
  if (!table || !ttl?.[1] || !ttl[2]) return undefined
  const kind = ttl[2].toLowerCase()
  const setting = settingOf(ttl[2])
  const wantedDays = config[setting]
  const [row] = await store.rows<{ engine: string }>(
    'SELECT engine_full AS engine FROM system.tables WHERE database = currentDatabase() AND name = {table:String}',
    { table },
  )
  const days = Number(/toIntervalDay\((\d+)\)/.exec(row?.engine ?? '')?.[1] ?? NaN)
  if (days === wantedDays) return { kind, words: `${days} days` }
  if (days > wantedDays && !config.RETENTION_SHRINK) {
    const words = `${days} days (kept: ${setting}=${wantedDays} is shorter and would delete data; set RETENTION_SHRINK=1 once to allow it)`
    log(`${table} keeps ${words}`)
    return { kind, words }
  }
  await store.command(`ALTER TABLE ${table} MODIFY TTL ${withRetention(ttl[1], config)}`)
  log(`${table} keeps ${wantedDays} days now, ${days} before`)
  return { kind, words: `${wantedDays} days` }
}
