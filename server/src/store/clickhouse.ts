// The door to the store: one client, over HTTP to a ClickHouse server or in this process to the embedded engine. In: SQL
// that is constant, values as parameters, segment files. Out: rows. Nothing outside store/ knows which of the two it is.
import { setMaxListeners } from 'node:events'
import { createReadStream } from 'node:fs'
import { access, mkdir, statfs } from 'node:fs/promises'
import { resolve } from 'node:path'
import {
  ClickHouseError,
  ClickHouseLogLevel,
  createClient,
  drainStream,
  type ClickHouseClient,
} from '@clickhouse/client'
import type { Config } from '../config.ts'
import { intakeTables, type IntakeTable } from '../journal/block.ts'
import { EmbeddedConnection } from './connection.ts'
import { openEngine } from './engine/open-engine.ts'
import { commandSettings, COMMAND_SECONDS_MAX, insertSettings, QUERY_SECONDS_MAX, querySettings } from './limits.ts'
import { migrate, type Migrated } from './migrate.ts'

export type StoreConfig = Pick<
  Config,
  | 'DATA_DIR'
  | 'CLICKHOUSE_URL'
  | 'CLICKHOUSE_DATABASE'
  | 'RETENTION_SPANS_DAYS'
  | 'RETENTION_LOGS_DAYS'
  | 'RETENTION_METRICS_DAYS'
  | 'RETENTION_KEYS_DAYS'
  | 'RETENTION_ROLLUPS_DAYS'
  | 'RETENTION_BASELINE_DAYS'
  | 'RETENTION_SHRINK'
>

export interface StoreStats {
  kind: 'embedded' | 'server'
  bytes: number
  freeBytes?: number
  tables: { name: string; rows: number; bytes: number }[]
  /** How long each kind of table keeps, in words; says so where it differs from the setting. */
  retention: Record<string, string>
}

export interface QueryOptions {
  signal?: AbortSignal
  maxSeconds?: number
}

export interface Store {
  readonly kind: 'embedded' | 'server'
  /** Rows of a SELECT. 64-bit integers come as strings. Rejects with ClickHouseError, also above a limit of limits.ts. */
  rows<T>(sql: string, params?: Record<string, unknown>, options?: QueryOptions): Promise<T[]>
  /** A statement that answers nothing: DDL, a mutation, an INSERT … SELECT. */
  command(sql: string, params?: Record<string, unknown>, options?: QueryOptions): Promise<void>
  /** Inserts a file of Native blocks as one; the same token again changes nothing. */
  insertSegment(table: IntakeTable, file: string, token: string): Promise<void>
  /** True when the store answers. */
  ping(): Promise<boolean>
  stats(): Promise<StoreStats>
  close(): Promise<void>
}

/** How long a start waits for a server that does not answer yet, milliseconds. */
const CONNECT_MS_MAX = 60_000
const CONNECT_EVERY_MS = 1000
/** Errors reach whoever asked; the client need not print them too. */
const QUIET = { level: ClickHouseLogLevel.OFF }
/** Connections to a server: the questions of all views and the inserts. */
const HTTP_CONNECTIONS_MAX = 16

/** Opens the store, creates the database where it is absent, and migrates it. Rejects with a sentence that says what to do. */
export async function openStore(config: StoreConfig, log: (text: string) => void = () => {}): Promise<Store> {
  const database = config.CLICKHOUSE_DATABASE
  const client = config.CLICKHOUSE_URL
    ? await connectServer(config.CLICKHOUSE_URL, database, log)
    : await openEmbedded(config.DATA_DIR, database)
  const store = new ClickHouseStore(client, config)
  try {
    store.migrated = await migrate(store, database, config, log)
    return store
  } catch (error) {
    await store.close()
    throw error
  }
}

async function openEmbedded(dataDir: string, database: string): Promise<ClickHouseClient> {
  const dir = resolve(dataDir)
  await mkdir(dir, { recursive: true })
  const engine = await openEngine(dir)
  const first = engine.openSession()
  first.query(`CREATE DATABASE IF NOT EXISTS ${database}`)
  const connection = new EmbeddedConnection(engine, database)
  first.close()
  return createClient({ connection, log: QUIET })
}

async function connectServer(url: string, database: string, log: (text: string) => void): Promise<ClickHouseClient> {
  const first = createClient({ url, database: 'default', log: QUIET })
  const untilMs = Date.now() + CONNECT_MS_MAX
  try {
    for (;;) {
      try {
        await first.command({ query: `CREATE DATABASE IF NOT EXISTS ${database}` })
        break
      } catch (error) {
        const where = `ClickHouse at ${new URL(url).host}`
        if (error instanceof ClickHouseError) throw new Error(`${where} refused: ${error.message}`, { cause: error })
        const reason = error instanceof Error ? error.message : String(error)
        if (Date.now() > untilMs) {
          throw new Error(`${where} does not answer (${reason}). Check CLICKHOUSE_URL and that the server runs.`, {
            cause: error,
          })
        }
        log(`${where} does not answer yet (${reason}), trying again`)
        await new Promise((done) => setTimeout(done, CONNECT_EVERY_MS))
      }
    }
  } finally {
    await first.close()
  }
  return createClient({
    url,
    database,
    request_timeout: COMMAND_SECONDS_MAX * 1000,
    max_open_connections: HTTP_CONNECTIONS_MAX,
    log: QUIET,
  })
}

/** One asker may stop many questions at once with one signal; Node calls more than ten listeners a leak otherwise. */
function abortWith(signal: AbortSignal | undefined): { abort_signal?: AbortSignal } {
  if (signal === undefined) return {}
  setMaxListeners(0, signal)
  return { abort_signal: signal }
}

class ClickHouseStore implements Store {
  readonly kind: 'embedded' | 'server'
  migrated: Migrated = { retention: {} }

  constructor(
    private readonly client: ClickHouseClient,
    private readonly config: StoreConfig,
  ) {
    this.kind = config.CLICKHOUSE_URL ? 'server' : 'embedded'
  }

  async rows<T>(sql: string, params: Record<string, unknown> = {}, options: QueryOptions = {}): Promise<T[]> {
    const answer = await this.client.query({
      query: sql,
      format: 'JSONEachRow',
      query_params: params,
      clickhouse_settings: querySettings(options.maxSeconds ?? QUERY_SECONDS_MAX),
      ...abortWith(options.signal),
    })
    return await answer.json<T>()
  }

  async command(sql: string, params: Record<string, unknown> = {}, options: QueryOptions = {}): Promise<void> {
    await this.client.command({
      query: sql,
      query_params: params,
      clickhouse_settings: {
        ...commandSettings,
        ...(options.maxSeconds ? { max_execution_time: options.maxSeconds } : {}),
      },
      ...abortWith(options.signal),
    })
  }

  async insertSegment(table: IntakeTable, file: string, token: string): Promise<void> {
    if (!intakeTables.includes(table)) throw new Error(`${table} is not a table that takes segments`)
    // Said here, since a stream that cannot be opened would say it to nobody.
    await access(file)
    const { stream } = await this.client.exec({
      query: `INSERT INTO ${table} FORMAT Native`,
      values: createReadStream(file),
      clickhouse_settings: insertSettings(token),
    })
    await drainStream(stream)
  }

  async ping(): Promise<boolean> {
    return (await this.client.ping()).success
  }

  async stats(): Promise<StoreStats> {
    const tables = await this.rows<{ name: string; rows: string; bytes: string }>(
      `SELECT table AS name, sum(rows) AS rows, sum(bytes_on_disk) AS bytes
       FROM system.parts WHERE active AND database = currentDatabase() GROUP BY table ORDER BY table`,
    )
    const sizes = tables.map(({ name, rows, bytes }) => ({ name, rows: Number(rows), bytes: Number(bytes) }))
    const freeBytes = await this.#freeBytes()
    return {
      kind: this.kind,
      bytes: sizes.reduce((sum, { bytes }) => sum + bytes, 0),
      ...(freeBytes === undefined ? {} : { freeBytes }),
      tables: sizes,
      retention: this.migrated.retention,
    }
  }

  /** Of the disk under the embedded engine, or of the server's smallest disk. */
  async #freeBytes(): Promise<number | undefined> {
    if (this.kind === 'embedded') {
      const { bavail, bsize } = await statfs(this.config.DATA_DIR)
      return bavail * bsize
    }
    const [row] = await this.rows<{ free: string }>('SELECT min(free_space) AS free FROM system.disks')
    return row && Number(row.free)
  }

  async close(): Promise<void> {
    await this.client.close()
  }
}
