// Erase-by-key: removes a value from every table. In: the key's name and the forms in which its value is stored. Out: how
// many rows held it, by table. Counts of rollups stay; what named the value in them says so no longer. It does not open
// quarantined segments, and backups or copies made by others are not its business: the answer says what was not searched.
import type { Store } from './clickhouse.ts'
import { erasePattern, textColumn, type TextColumn } from './erase-columns.ts'

export interface EraseRequest {
  /** Canonical name of the key, as in the key index. */
  name: string
  /** The value, and its hash where the policy stores that instead. */
  values: readonly string[]
}

export interface Erased {
  /** Rows that held the value, by table; tables without are absent. */
  rows: Record<string, number>
  /** Segments put aside as unreadable, which were not searched. */
  quarantinedSegments: number
}

/** What erasing needs of the journal: rows that are not in the store yet cannot be found there. */
export interface DrainableJournal {
  drained(): Promise<void>
  status(): { quarantined: number }
}

/** Shorter values are words of too many other things: 5 would be cut out of every port, status and count. */
export const ERASE_CHARACTERS_MIN = 3
const DRAIN_MS_MAX = 60_000

/** Rejects when the value is too short, or when the journal does not drain in time; then nothing was erased. */
export async function eraseKey(
  store: Store,
  journal: DrainableJournal,
  { name, values }: EraseRequest,
): Promise<Erased> {
  const short = values.find((value) => value.length < ERASE_CHARACTERS_MIN)
  if (values.length === 0 || short !== undefined) {
    throw new Error(
      `a value of ${short?.length ?? 0} characters cannot be erased: fewer than ${ERASE_CHARACTERS_MIN} would match unrelated text everywhere`,
    )
  }
  await drain(journal)
  const params = { name, values, pattern: erasePattern(values) }
  const rows: Record<string, number> = {}
  for (const [table, columns] of await textColumns(store)) {
    const count =
      table === 'key_index' ? await eraseRows(store, params) : await eraseTexts(store, table, columns, params)
    if (count > 0) rows[table] = count
  }
  return { rows, quarantinedSegments: journal.status().quarantined }
}

async function drain(journal: DrainableJournal): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    const why = `The journal did not drain within ${DRAIN_MS_MAX / 1000} s, so the value may still come in. Nothing was erased: try again.`
    timer = setTimeout(() => reject(new Error(why)), DRAIN_MS_MAX)
  })
  try {
    await Promise.race([journal.drained(), late])
  } finally {
    clearTimeout(timer)
  }
}

interface Column extends TextColumn {
  isKey: boolean
}

async function textColumns(store: Store): Promise<Map<string, Column[]>> {
  const rows = await store.rows<{ table: string; name: string; type: string; isKey: number }>(
    `SELECT table, name, type, is_in_sorting_key OR is_in_partition_key AS isKey FROM system.columns
     WHERE database = currentDatabase() AND table IN (
       SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree' AND name != 'migrations'
     ) ORDER BY table, position`,
  )
  const tables = new Map<string, Column[]>()
  for (const { table, name, type, isKey } of rows) {
    const column = textColumn(name, type)
    if (column) tables.set(table, [...(tables.get(table) ?? []), { ...column, isKey: isKey === 1 }])
  }
  return tables
}

type Params = Record<string, unknown>

/** An entry of the key index is nothing but the value, so it goes as a whole. */
async function eraseRows(store: Store, params: Params): Promise<number> {
  const holds = '(name = {name:String} AND value IN {values:Array(String)}) OR match(value, {pattern:String})'
  return await mutate(store, 'key_index', holds, `DELETE WHERE ${holds}`, params)
}

async function eraseTexts(store: Store, table: string, columns: Column[], params: Params): Promise<number> {
  const keys = columns.filter(({ isKey }) => isKey)
  let count = 0
  if (keys.length > 0) count += await moveRows(store, table, columns, keys, params)
  const others = columns.filter(({ isKey }) => !isKey)
  if (others.length === 0) return count
  const holds = others.map((column) => column.holds).join(' OR ')
  const updates = others.map(({ name, replaced }) => `\`${name}\` = ${replaced}`).join(', ')
  return count + (await mutate(store, table, holds, `UPDATE ${updates} WHERE ${holds}`, params))
}

/** A column that orders its table cannot be changed in place: the row is written again without the value, then removed. */
async function moveRows(
  store: Store,
  table: string,
  columns: Column[],
  keys: Column[],
  params: Params,
): Promise<number> {
  const holds = keys.map((column) => column.holds).join(' OR ')
  const count = await countRows(store, table, holds, params)
  if (count === 0) return 0
  const replaced = columns.map((column) => `${column.replaced} AS \`${column.name}\``).join(', ')
  await store.command(
    `INSERT INTO ${table} SETTINGS insert_deduplicate = 0 SELECT * REPLACE (${replaced}) FROM (SELECT * FROM ${table} WHERE ${holds})`,
    params,
  )
  return await mutate(store, table, holds, `DELETE WHERE ${holds}`, params)
}

async function mutate(store: Store, table: string, holds: string, change: string, params: Params): Promise<number> {
  const count = await countRows(store, table, holds, params)
  if (count === 0) return 0
  // A finished mutation keeps its text, and with it the value, until the next one is finished: a last one says nothing.
  await store.command(`ALTER TABLE ${table} MODIFY SETTING finished_mutations_to_keep = 1`)
  await store.command(`ALTER TABLE ${table} ${change} SETTINGS mutations_sync = 1`, params)
  await store.command(`ALTER TABLE ${table} DELETE WHERE 0 SETTINGS mutations_sync = 1`)
  return count
}

async function countRows(store: Store, table: string, holds: string, params: Params): Promise<number> {
  const [row] = await store.rows<{ count: string }>(`SELECT count() AS count FROM ${table} WHERE ${holds}`, params)
  return Number(row?.count ?? 0)
}
