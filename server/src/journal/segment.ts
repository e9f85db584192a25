// A segment of the journal: its name, its two files, and what is known of it. Pure naming; opens nothing.
// `<name>.data` is nothing but Native blocks, so that a store can read it as it is; `<name>.index` says where each block
// ends. A segment with both files waits to be inserted; one with only the index was inserted and is kept for its hashes.
import { join } from 'node:path'
import { intakeTables, type IntakeTable } from './block.ts'

export interface Segment {
  /** Never used twice; the deduplication token of the insert. */
  readonly name: string
  readonly table: IntakeTable
  /** Path of the data file. */
  readonly file: string
  readonly rows: number
  readonly bytes: number
  readonly createdUs: number
  /** When its newest block was taken: its hashes are remembered for the resend window from here. */
  readonly newestMs: number
}

export const dataFile = (dir: string, name: string) => join(dir, `${name}.data`)
export const indexFile = (dir: string, name: string) => join(dir, `${name}.index`)

/** Makes names `<table>-<start of this process, ms>-<random>-<count>`: unique also after a restart with a wrong clock. */
export function segmentNames(startMs: number, random: string): (table: IntakeTable) => string {
  let count = 0
  return (table) => `${table}-${String(startMs).padStart(14, '0')}-${random}-${String(++count).padStart(9, '0')}`
}

/** The table and the order of a segment's name, or undefined when it is not one of ours. */
export function parseSegmentName(name: string): { table: IntakeTable; order: string } | undefined {
  const match = /^(\w+)-(\d{14})-[0-9a-f]+-(\d{9})$/.exec(name)
  const table = intakeTables.find((known) => known === match?.[1])
  return match && table ? { table, order: `${match[2]}-${match[3]}` } : undefined
}
