// What a look-up found, sorted into what may each be another event: by environment, and by name where only a value was typed, or by
// cluster where a position stands in several. In: rows of the key index. Out: leads to follow, the newest first. Pure.
import type { KeyValue, Seed } from './evidence.ts'
import { keyText } from './evidence.ts'
import type { Try } from './search-key.ts'

export interface IndexRow {
  env: string
  cluster: string
  name: string
  value: string
  atUs: number
  traceId: string
  /** Empty when the row stands for its whole trace. */
  spanId: string
}

export interface Lead {
  env: string
  by: Seed['by']
  /** How the event is called. */
  label: string
  /** The business key or message key that was searched. */
  key?: KeyValue
  /** The position that was searched. */
  place?: string
  rows: IndexRow[]
}

export function leadOfTrace(bounds: { traceId: string; env: string; startUs: number }[], traceId: string): Lead[] {
  return bounds.map(({ env, startUs }) => ({
    env,
    by: 'trace',
    label: traceId,
    rows: [{ env, cluster: '', name: '@trace', value: traceId, atUs: startUs, traceId, spanId: '' }],
  }))
}

export function groupRows(rows: IndexRow[], one: Exclude<Try, { kind: 'trace' }>): Lead[] {
  const groups = new Map<string, IndexRow[]>()
  const clusters = new Set(rows.map((row) => row.cluster).filter((cluster) => cluster !== ''))
  for (const row of rows) {
    if (row.traceId === '') continue
    // Spans that do not name their cluster belong to the only one there is, and to each of several.
    const places =
      one.kind !== 'position' ? [''] : row.cluster === '' && clusters.size > 0 ? [...clusters] : [row.cluster]
    for (const cluster of places) {
      const group = JSON.stringify([row.env, row.name, row.value, cluster])
      groups.set(group, [...(groups.get(group) ?? []), row])
    }
  }
  return [...groups.values()].map((list) => leadOf(list, one, clusters.size > 1)).sort(newestFirst)
}

function leadOf(rows: IndexRow[], one: Exclude<Try, { kind: 'trace' }>, manyClusters: boolean): Lead {
  const { env, name, value } = rows[0]!
  if (one.kind === 'position') {
    const cluster = rows.find((row) => row.cluster !== '')?.cluster ?? ''
    return {
      env,
      by: 'position',
      label: manyClusters || one.cluster ? `${cluster}:${value}` : value,
      place: value,
      rows,
    }
  }
  if (one.kind === 'message-key')
    return { env, by: 'key', label: `${one.topic} key=${one.key}`, key: { name, value }, rows }
  if (name === '@message') return { env, by: 'message', label: value, rows }
  return { env, by: 'key', label: keyText({ name, value }), key: { name, value }, rows }
}

const newestFirst = (a: Lead, b: Lead) => newest(b) - newest(a) || (a.label < b.label ? -1 : a.label > b.label ? 1 : 0)

const newest = (lead: Lead) => lead.rows.reduce((last, row) => Math.max(last, row.atUs), 0)
