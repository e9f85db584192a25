// What the receive room hands to the journal: one request's rows, already as bytes that ClickHouse reads. Types only.

/** The tables a segment can be inserted into; each keeps nothing and feeds views (store/schema). */
export const intakeTables = ['spans_in', 'logs_in', 'points_in'] as const
export type IntakeTable = (typeof intakeTables)[number]

/** One complete ClickHouse Native block: all columns of `table`, in the order of its schema file. `rows` is at least 1. */
export interface Block {
  table: IntakeTable
  rows: number
  bytes: Buffer
}

/** The journal has reached its bound: nothing was taken, and the client is to send the same again after this long. */
export class JournalFull extends Error {
  constructor(readonly retryAfterSeconds: number) {
    super(`journal is full: retry after ${retryAfterSeconds} s`)
  }
}

/** Where blocks go. */
export interface Intake {
  /**
   * Takes one request's rows. Resolves when they are on disk (fsynced), or at once as `resent` when a request with this hash
   * was stored within the window. Rejects with JournalFull, or with the error of the disk; then nothing was taken.
   */
  append(hash: string, block: Block): Promise<'stored' | 'resent'>
  /** True when a request would be refused now; asked before decoding, so that overload costs little. */
  full(): boolean
}
