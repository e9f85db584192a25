// Our Connection of @clickhouse/client to the embedded engine. In: what the client would send to a server. Out: the same
// answers, errors included. It differs from the engine's own adapter in what that one gets wrong: data never becomes SQL,
// settings and parameters never leak, binary formats pass, several statements run at once, an abort stops the engine.
import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { parseError, type ClickHouseClientConfigOptions } from '@clickhouse/client'
import type { ChdbResult } from 'chdb'
import { EngineSession } from './engine/engine-session.ts'
import type { Engine } from './engine/open-engine.ts'
import { SessionPool } from './engine/session-pool.ts'
import { spool } from './engine/spool.ts'
import { sqlString, type Settings } from './engine/sql-text.ts'

type Connection = NonNullable<ClickHouseClientConfigOptions['connection']>
type Params<Method extends keyof Connection> = Parameters<Connection[Method]>[0]
type Call = Pick<Params<'query'>, 'clickhouse_settings' | 'query_params' | 'abort_signal' | 'query_id'>

/** Questions that run at once. */
const READERS = 3
/** How often a statement is told to stop until it does, since it may not have begun when it was told first. */
const KILL_EVERY_MS = 100

export class EmbeddedConnection implements Connection {
  readonly #readers: SessionPool
  readonly #writer: SessionPool
  readonly #commands: SessionPool
  /** Stops others and answers pings, so it never runs anything long. */
  readonly #control: SessionPool
  readonly #running = new Set<Promise<unknown>>()
  /** How to stop each call that has no answer yet. */
  readonly #stops = new Set<AbortController>()
  #closed = false

  constructor(
    private readonly engine: Engine,
    database: string,
  ) {
    const open = (readOnly: boolean) => () => {
      const session = engine.openSession()
      session.query(`USE ${database}`)
      // Level 2 lets settings change and nothing else, and cannot be taken back.
      if (readOnly) session.query('SET readonly=2')
      return session
    }
    const pool = (count: number, readOnly = false) =>
      new SessionPool(Array.from({ length: count }, () => new EngineSession(open(readOnly))))
    this.#readers = pool(READERS, true)
    this.#writer = pool(1)
    this.#commands = pool(1)
    this.#control = pool(1)
  }

  async query(params: Params<'query'>): ReturnType<Connection['query']> {
    const { id, result } = await this.#run(this.#readers, params.query, params)
    return { ...answer(id), stream: toStream(result) }
  }

  async command(params: Params<'command'>): ReturnType<Connection['command']> {
    const { id, result } = await this.#run(this.#commands, params.query, params)
    return { ...answer(id), summary: summaryOf(result) }
  }

  async exec(params: Params<'exec'>): ReturnType<Connection['exec']> {
    if (params.values !== undefined) {
      return { ...(await this.insert({ ...params, values: params.values })), stream: Readable.from([]) }
    }
    const { id, result } = await this.#run(this.#commands, params.query, params)
    return { ...answer(id), summary: summaryOf(result), stream: toStream(result) }
  }

  async insert(params: Params<'insert'>): ReturnType<Connection['insert']> {
    const match = /^([\s\S]*\S)\s+FORMAT\s+(\w+)\s*;?\s*$/i.exec(params.query)
    if (!match) throw new Error('an insert with values needs a statement that ends with FORMAT and a name')
    const file = await spool(this.engine.spoolDir, params.values)
    try {
      if (file.bytes === 0) return answer(params.query_id ?? randomUUID())
      const sql = `${match[1]} FROM INFILE ${sqlString(file.path)} FORMAT ${match[2]}`
      const { id, result } = await this.#run(this.#writer, sql, params)
      return { ...answer(id), summary: summaryOf(result) }
    } finally {
      await file.remove()
    }
  }

  async ping(params: Params<'ping'>): ReturnType<Connection['ping']> {
    try {
      await this.#run(this.#control, 'SELECT 1', params)
      return { success: true }
    } catch (error) {
      return { success: false, error: error instanceof Error ? error : new Error(String(error)) }
    }
  }

  /** Stops what runs, then closes every session. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    for (const stop of this.#stops) stop.abort(closing())
    await Promise.allSettled(this.#running)
    for (const pool of [this.#readers, this.#writer, this.#commands, this.#control]) pool.close()
    await this.engine.drained()
  }

  async #run(pool: SessionPool, sql: string, call: Call): Promise<{ id: string; result: ChdbResult }> {
    const stop = new AbortController()
    const onAbort = () => stop.abort(call.abort_signal?.reason)
    call.abort_signal?.addEventListener('abort', onAbort, { once: true })
    if (call.abort_signal?.aborted) onAbort()
    if (this.#closed) stop.abort(closing())
    this.#stops.add(stop)
    try {
      const result = await this.#runOn(await pool.take(stop.signal), pool, sql, call, stop.signal)
      return { id: call.query_id ?? randomUUID(), result }
    } catch (error) {
      throw toClickHouseError(error)
    } finally {
      call.abort_signal?.removeEventListener('abort', onAbort)
      this.#stops.delete(stop)
    }
  }

  async #runOn(
    session: EngineSession,
    pool: SessionPool,
    sql: string,
    call: Call,
    signal: AbortSignal,
  ): Promise<ChdbResult> {
    const marker = `/*hop:${randomUUID()}*/`
    const settings: Settings = call.clickhouse_settings ?? {}
    const native = session.run({ sql, settings, params: call.query_params ?? {}, marker, format: 'TabSeparated' })
    // The session is lent again only when the engine is done with it, also where the caller has gone.
    const settled = native.then(
      () => pool.give(session),
      () => pool.give(session),
    )
    this.#running.add(settled)
    void settled.then(() => this.#running.delete(settled))
    return await this.#unlessAborted(native, settled, signal, marker)
  }

  async #unlessAborted<T>(native: Promise<T>, settled: Promise<void>, signal: AbortSignal, marker: string): Promise<T> {
    let onAbort: (() => void) | undefined
    const aborted = new Promise<never>((_resolve, reject) => {
      onAbort = () => {
        void this.#kill(marker, settled)
        reject(signal.reason as Error)
      }
      if (signal.aborted) onAbort()
      else signal.addEventListener('abort', onAbort, { once: true })
    })
    try {
      return await Promise.race([native, aborted])
    } finally {
      if (onAbort) signal.removeEventListener('abort', onAbort)
    }
  }

  /** ASYNC, since the engine hangs on SYNC. */
  async #kill(marker: string, settled: Promise<void>): Promise<void> {
    const sql = `KILL QUERY WHERE position(query, ${sqlString(marker)}) > 0 AND query NOT LIKE '%KILL QUERY%' ASYNC`
    const pause = () => new Promise<boolean>((resolve) => setTimeout(resolve, KILL_EVERY_MS, false))
    do {
      const session = await this.#control.take()
      try {
        await session.run({ sql, settings: {}, params: {}, marker: '', format: 'TabSeparated' })
      } catch {
        // Nothing to stop, or not yet: the next round sees.
      } finally {
        this.#control.give(session)
      }
    } while (!(await Promise.race([settled.then(() => true), pause()])))
  }
}

const closing = () => new Error('the store is closing')

const answer = (id: string) => ({ query_id: id, response_headers: {}, http_status_code: 200 })

function toStream(result: ChdbResult): Readable {
  const bytes = result.bytes()
  return Readable.from([Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)], { objectMode: false })
}

function summaryOf(result: ChdbResult) {
  return {
    read_rows: String(result.rowsRead),
    read_bytes: String(result.bytesRead),
    written_rows: '0',
    written_bytes: '0',
    total_rows_to_read: '0',
    result_rows: '0',
    result_bytes: '0',
    elapsed_ns: String(Math.round(result.elapsed * 1e9)),
  }
}

/** The client's own class, so that `instanceof` and `code` work as with a server. */
function toClickHouseError(error: unknown): unknown {
  if (!(error instanceof Error) || !/Code: \d+/.test(error.message)) return error
  const parsed = parseError(error.message)
  parsed.cause = error
  return parsed
}
