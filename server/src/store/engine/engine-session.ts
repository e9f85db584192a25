// One session of the embedded engine, which runs one statement at a time. Before each statement it brings the session to
// exactly the settings that the call asked for, so that none of an earlier call is left over.
import type { ChdbResult, Session } from 'chdb'
import { paramText, placeholders, setStatement, settingText, type Settings } from './sql-text.ts'

export interface Statement {
  sql: string
  settings: Settings
  params: Record<string, unknown>
  /** A comment that finds the statement among the running ones. */
  marker: string
  format: string
}

/** Settings of every session of ours; the engine's own default would buffer inserts and answer before they are stored. */
const BASE_SETTINGS: Settings = { async_insert: 0, wait_for_async_insert: 1 }

/** Sent to a server in its URL; the engine has no use for them. */
const HTTP_ONLY = new Set([
  'wait_end_of_query',
  'send_progress_in_http_headers',
  'http_headers_progress_interval_ms',
  'enable_http_compression',
  'default_format',
])

export class EngineSession {
  #session: Session
  /** What differs from the engine's defaults now. */
  #applied = new Map<string, string>()

  constructor(private readonly open: () => Session) {
    this.#session = open()
  }

  async run({ sql, settings, params, marker, format }: Statement): Promise<ChdbResult> {
    for (const name of placeholders(sql)) {
      if (!Object.hasOwn(params, name))
        throw new Error(`the query has {${name}:…}, but no value of that name was given`)
    }
    await this.#apply({ ...BASE_SETTINGS, ...settings })
    const values = Object.entries(params).map(([name, value]) => [`param_${name}`, paramText(value)] as const)
    const prefix = values.length > 0 ? `${setStatement(values)}; ` : ''
    return await this.#session.queryAsync(`${prefix}${marker} ${sql}`, { format })
  }

  close(): void {
    this.#session.close()
  }

  async #apply(wanted: Settings): Promise<void> {
    const target = new Map<string, string>()
    for (const [name, value] of Object.entries(wanted)) {
      if (value !== undefined && !HTTP_ONLY.has(name)) target.set(name, settingText(value))
    }
    const changes = new Map<string, string | undefined>()
    for (const name of this.#applied.keys()) if (!target.has(name)) changes.set(name, undefined)
    for (const [name, value] of target) if (this.#applied.get(name) !== value) changes.set(name, value)
    if (changes.size === 0) return
    try {
      await this.#session.queryAsync(setStatement(changes))
      this.#applied = target
    } catch (error) {
      // How much of it was set is not known, so the session is not used again.
      this.#session.close()
      this.#session = this.open()
      this.#applied = new Map()
      throw error
    }
  }
}
