// Reads a ClickHouse Native block back into rows, for tests only. Shares no code with the receiver. Throws when a byte is missing
// or left over, so that a block that parses is a whole one.
import type { Block, IntakeTable } from '../../src/journal/block.ts'
import { columnsOf } from '../store/native-blocks.ts'

export interface ReadColumn {
  name: string
  type: string
  values: unknown[]
}

class Cursor {
  at = 0
  constructor(readonly bytes: Buffer) {}

  take(count: number): Buffer {
    if (this.at + count > this.bytes.length) throw new Error(`the block ends at ${this.bytes.length}, inside a value`)
    this.at += count
    return this.bytes.subarray(this.at - count, this.at)
  }

  varint(): number {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = this.take(1)[0]!
      value += (byte & 127) * 2 ** shift
      if (byte < 128) return value
    }
  }

  text(): string {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(this.take(this.varint()))
  }
}

export function readBlock(bytes: Buffer): { rows: number; columns: ReadColumn[] } {
  const cursor = new Cursor(bytes)
  const count = cursor.varint()
  const rows = cursor.varint()
  const columns = Array.from({ length: count }, () => {
    const name = cursor.text()
    const type = cursor.text()
    return { name, type, values: readValues(cursor, type, rows) }
  })
  if (cursor.at !== bytes.length) throw new Error(`${bytes.length - cursor.at} bytes are left over`)
  return { rows, columns }
}

/** Rows as objects by column name: 64-bit integers and times as bigint, fixed strings as hex, maps as objects. */
export function readRows(bytes: Buffer): Record<string, unknown>[] {
  const { rows, columns } = readBlock(bytes)
  return Array.from({ length: rows }, (_, row) =>
    Object.fromEntries(columns.map((column) => [column.name, column.values[row]])),
  )
}

const schemas = new Map<IntakeTable, string[]>()

/** `name type` of every column in the schema file of a table; read once. */
function schemaOf(table: IntakeTable): string[] {
  const known = schemas.get(table) ?? columnsOf(table).map(({ name, type }) => `${name} ${type}`)
  schemas.set(table, known)
  return known
}

/** The same, after checking that the block has the columns of its table's schema file, in its order, and as many rows as it says. */
export function readTableRows(block: Block): Record<string, unknown>[] {
  const { rows, columns } = readBlock(block.bytes)
  const found = columns.map(({ name, type }) => `${name} ${type}`)
  const wanted = schemaOf(block.table)
  if (found.join('\n') !== wanted.join('\n'))
    throw new Error(`${block.table} has\n${wanted.join('\n')}\nnot\n${found.join('\n')}`)
  if (rows !== block.rows) throw new Error(`${rows} rows in the bytes, the block says ${block.rows}`)
  return readRows(block.bytes)
}

function readValues(cursor: Cursor, type: string, count: number): unknown[] {
  const list = (one: () => unknown) => Array.from({ length: count }, one)
  const array = /^Array\((.*)\)$/.exec(type)?.[1]
  if (array !== undefined) return readArrays(cursor, count, (total) => readValues(cursor, array, total))
  if (type === 'Map(String, String)') {
    const maps = readArrays(cursor, count, (total) => {
      const keys = readValues(cursor, 'String', total)
      const values = readValues(cursor, 'String', total)
      return keys.map((key, index) => [key, values[index]])
    })
    return maps.map((pairs) => Object.fromEntries(pairs as [string, string][]))
  }
  const fixed = /^FixedString\((\d+)\)$/.exec(type)?.[1]
  if (fixed !== undefined) return list(() => cursor.take(Number(fixed)).toString('hex'))
  if (type.startsWith('DateTime64')) return list(() => cursor.take(8).readBigInt64LE())
  switch (type) {
    case 'String':
      return list(() => cursor.text())
    case 'UInt8':
      return list(() => cursor.take(1)[0])
    case 'UInt32':
      return list(() => cursor.take(4).readUInt32LE())
    case 'Int32':
      return list(() => cursor.take(4).readInt32LE())
    case 'UInt64':
      return list(() => cursor.take(8).readBigUInt64LE())
    case 'Int64':
      return list(() => cursor.take(8).readBigInt64LE())
    case 'Float64':
      return list(() => cursor.take(8).readDoubleLE())
    default:
      throw new Error(`no column of ours has the type ${type}`)
  }
}

function readArrays(cursor: Cursor, count: number, elements: (total: number) => unknown[]): unknown[][] {
  const ends = Array.from({ length: count }, () => Number(cursor.take(8).readBigUInt64LE()))
  const all = elements(ends.at(-1) ?? 0)
  return ends.map((end, index) => {
    const start = ends[index - 1] ?? 0
    if (end < start) throw new Error('array offsets go back')
    return all.slice(start, end)
  })
}
