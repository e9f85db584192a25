// Values as SQL text, for the embedded engine: its only way in is text. Pure. A value is never part of a statement of ours;
// it is set as a parameter before it, escaped here.

export type Settings = Record<string, unknown>

/** A SQL string literal. A NUL byte becomes an escape, since the engine's door takes text. */
export function sqlString(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\0', '\\0')}'`
}

/** A setting's value as ClickHouse takes it in a SET statement. */
export function settingText(value: unknown): string {
  if (typeof value === 'boolean') return value ? '1' : '0'
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'string') return String(value)
  throw new Error(`setting value of type ${typeof value}: only text, numbers and booleans are settings`)
}

/** `SET name='value', …`; undefined as a value is DEFAULT. Names are checked, since they cannot be escaped. */
export function setStatement(values: Iterable<readonly [name: string, value: string | undefined]>): string {
  const parts = [...values].map(([name, value]) => {
    if (!/^\w+$/.test(name)) throw new Error(`${JSON.stringify(name)} is not a name of a setting or parameter`)
    return `${name}=${value === undefined ? 'DEFAULT' : sqlString(value)}`
  })
  return `SET ${parts.join(', ')}`
}

/** A query parameter as the escaped text that ClickHouse parses by the type in `{name:Type}`. */
export function paramText(value: unknown): string {
  if (typeof value === 'string') return escapeTabbed(value)
  if (value === null || value === undefined) return '\\N'
  if (value instanceof Date) return String(value.getTime() / 1000)
  return nested(value)
}

function nested(value: unknown): string {
  if (value === null || value === undefined) return 'NULL'
  if (typeof value === 'string') return `'${escapeTabbed(value).replaceAll("'", "\\'")}'`
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value)
  if (value instanceof Date) return String(value.getTime() / 1000)
  if (Array.isArray(value)) return `[${value.map(nested).join(',')}]`
  if (value instanceof Map) return nestedMap(value.entries())
  if (typeof value === 'object') return nestedMap(Object.entries(value))
  throw new Error(`query parameter of type ${typeof value}`)
}

function nestedMap(entries: Iterable<[unknown, unknown]>): string {
  return `{${[...entries].map(([key, value]) => `${nested(key)}:${nested(value)}`).join(',')}}`
}

const TABBED: Record<string, string> = { '\\': '\\\\', '\n': '\\n', '\t': '\\t', '\r': '\\r', '\0': '\\0' }

function escapeTabbed(text: string): string {
  // oxlint would call the class of control characters suspicious in a regular expression, so it is spelled by splitting.
  return [...text].map((letter) => TABBED[letter] ?? letter).join('')
}

/** The names in `{name:Type}` of a statement: each needs a value, or the one of an earlier query would be taken. */
export function placeholders(sql: string): string[] {
  return [...sql.matchAll(/\{(\w+):/g)].map((match) => match[1] ?? '')
}
