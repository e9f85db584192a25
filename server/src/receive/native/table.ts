// The columns of one table as growable streams, and the block they make: what the journal keeps and ClickHouse reads.
// A column is a name, a type and the streams of its Native encoding in order (an array: offsets, then elements; a map:
// offsets, keys, values; columns of one nested group share their offsets). Nothing of a request survives clear().
import { MalformedBody } from '../wire/reader.ts'
import { Bytes } from './bytes.ts'

export interface Column {
  name: string
  type: string
  streams: Bytes[]
}

/** The request unfolds to more than may be held at once: a sender can avoid that by smaller requests. */
export class BlockTooLarge extends MalformedBody {}

/** Resource attributes are repeated on every row, so a small body can unfold to a large block. Looked at every so many rows. */
const checkRows = 64

/** The three streams of a Map(String, String). */
export interface MapStreams {
  offsets: Bytes
  keys: Bytes
  values: Bytes
}

export const mapStreams = (): MapStreams => ({ offsets: new Bytes(), keys: new Bytes(), values: new Bytes() })

export class Table {
  rows = 0
  private readonly streams: Bytes[]

  constructor(
    readonly columns: Column[],
    private readonly bytesMax: number,
  ) {
    this.streams = [...new Set(columns.flatMap((column) => column.streams))]
  }

  clear(): void {
    this.rows = 0
    for (const stream of this.streams) stream.clear()
  }

  /** To be called when all columns have got their value of this row. Throws BlockTooLarge. */
  endRow(): void {
    this.rows += 1
    if (this.rows % checkRows === 0) this.checkSize()
  }

  private checkSize(): void {
    let bytes = 0
    for (const stream of this.streams) bytes += stream.length
    if (bytes > this.bytesMax) {
      throw new BlockTooLarge(`the request unfolds to more than ${this.bytesMax} bytes: send fewer items at once`)
    }
  }

  /** All rows as one block. */
  finish(): Buffer {
    this.checkSize()
    const head = new Bytes(256)
    head.varint(this.columns.length)
    head.varint(this.rows)
    const parts = [head.copy()]
    for (const column of this.columns) {
      head.clear()
      head.string(column.name)
      head.string(column.type)
      parts.push(head.copy())
      for (const stream of column.streams) parts.push(stream.buffer.subarray(0, stream.length))
    }
    return Buffer.concat(parts)
  }
}
