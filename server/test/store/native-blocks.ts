// Blocks for tests: rows in, one ClickHouse Native block out, all columns of an intake table in the order of its schema
// file; what a row leaves out is the type's empty value. Slow and plain on purpose: it shares no code with the receiver.
import { readFileSync } from 'node:fs'
import type { Block, IntakeTable } from '../../src/journal/block.ts'

export type Row = Record<string, unknown>

const FILES: Record<IntakeTable, string> = {
  spans_in: '0001-spans-in.sql',
  logs_in: '0015-logs-in.sql',
  points_in: '0018-points-in.sql',
}

export function columnsOf(table: IntakeTable): { name: string; type: string }[] {
  const sql = readFileSync(new URL(`../../src/store/schema/${FILES[table]}`, import.meta.url), 'utf8')
  return [...sql.matchAll(/^ {2}`?([\w.]+)`? (.+?),?$/gm)].map(([, name = '', type = '']) => ({ name, type }))
}

export function nativeBlock(table: IntakeTable, rows: readonly Row[]): Block {
  const columns = columnsOf(table)
  for (const row of rows) {
    for (const name of Object.keys(row))
      if (!columns.some((column) => column.name === name)) throw new Error(`no ${name}`)
  }
  const parts = [varint(columns.length), varint(rows.length)]
  for (const { name, type } of columns) {
    parts.push(
      text(name),
      text(type),
      ...encode(
        type,
        rows.map((row) => row[name]),
      ),
    )
  }
  return { table, rows: rows.length, bytes: Buffer.concat(parts) }
}

function encode(type: string, values: readonly unknown[]): Buffer[] {
  const array = /^Array\((.*)\)$/.exec(type)?.[1]
  if (array) {
    const lists = values.map((value) => (value ?? []) as unknown[])
    return [offsets(lists), ...encode(array, lists.flat())]
  }
  if (type === 'Map(String, String)') {
    const entries = values.map((value) => Object.entries((value ?? {}) as Record<string, string>))
    const flat = entries.flat()
    const strings = (at: 0 | 1) =>
      encode(
        'String',
        flat.map((entry) => entry[at]),
      )
    return [offsets(entries), ...strings(0), ...strings(1)]
  }
  const fixed = /^FixedString\((\d+)\)$/.exec(type)?.[1]
  if (fixed) return values.map((value) => hexBytes((value ?? '') as string, Number(fixed)))
  if (type === 'String') return values.map((value) => text((value ?? '') as string))
  return values.map((value) => scalar(type, value ?? 0))
}

function scalar(type: string, value: unknown): Buffer {
  if (type === 'Float64') {
    const bytes = Buffer.alloc(8)
    bytes.writeDoubleLE(Number(value))
    return bytes
  }
  const size = /^DateTime64|64$/.test(type) ? 8 : type.endsWith('32') ? 4 : 1
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value as number | bigint)))
  return bytes.subarray(0, size)
}

function offsets(lists: readonly unknown[][]): Buffer {
  const bytes = Buffer.alloc(lists.length * 8)
  let end = 0
  for (const [at, list] of lists.entries()) bytes.writeBigUInt64LE(BigInt((end += list.length)), at * 8)
  return bytes
}

function varint(value: number): Buffer {
  const bytes: number[] = []
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest])
    bytes.push((rest % 128) + 128)
  }
}

function text(value: string): Buffer {
  return Buffer.concat([varint(Buffer.byteLength(value)), Buffer.from(value)])
}

function hexBytes(hex: string, size: number): Buffer {
  const bytes = Buffer.alloc(size)
  bytes.write(hex, 'hex')
  return bytes
}

/** An hour ago, since old rows would be dropped by the retention of their table. */
export const START_NS = BigInt(Math.floor(Date.now() / 3_600_000) - 1) * 3_600_000_000_000n

/** A span of a made-up order: every view gets a row of it. `at` numbers it, and its trace has four of them. */
export function spanRow(at: number, startNs = START_NS): Row {
  return {
    env: 'default',
    cluster: 'c1',
    service: `service-${at % 5}`,
    ts: startNs + BigInt(at) * 1_000_000n,
    duration_ns: BigInt(1_000_000 + (at % 1000) * 1000),
    trace_id: (Math.floor(at / 4) + 1).toString(16).padStart(32, '0'),
    span_id: (at + 1).toString(16).padStart(16, '0'),
    parent_span_id: at % 4 === 0 ? '' : (at - (at % 4) + 1).toString(16).padStart(16, '0'),
    name: `operation ${at % 7}`,
    kind: at % 2 === 0 ? 4 : 5,
    status: at % 10 === 0 ? 2 : 1,
    attrs: { 'order.id': `order-${Math.floor(at / 4)}`, note: 'a\n\nb' },
    resource_attrs: { 'service.version': '1' },
    operation: at % 2 === 0 ? 2 : 4,
    topic: 'orders',
    partition: at % 3,
    offset: at,
    consumer_group: at % 2 === 0 ? '' : 'billing',
    'keys.name': ['order.id'],
    'keys.value': [`order-${Math.floor(at / 4)}`],
  }
}

export const spanBlock = (from: number, count: number, startNs = START_NS) =>
  nativeBlock(
    'spans_in',
    Array.from({ length: count }, (_, at) => spanRow(from + at, startNs)),
  )
