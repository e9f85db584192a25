// A fixture of a real SDK in, the rows that the receiver makes of it out; see test/fixtures/README.md.
import { readFileSync } from 'node:fs'
import type { Signal } from '../../src/contract/status.ts'
import type { Block } from '../../src/journal/block.ts'
import { makeHash } from '../../src/keys/hash.ts'
import { defaultKeySettings, makeKeyRules } from '../../src/keys/rules.ts'
import { encodeJson } from '../../src/receive/json/encode.ts'
import { defaultPrivacy, makePrivacy } from '../../src/receive/privacy.ts'
import { Reading, type Window } from '../../src/receive/reading.ts'
import { SpanBlocks } from '../../src/receive/span-block.ts'
import { Tally } from '../../src/receive/tally.ts'
import { readTableRows } from './native-block.ts'

export interface SpanRow {
  env: string
  cluster: string
  service: string
  ts: bigint
  duration_ns: bigint
  trace_id: string
  span_id: string
  parent_span_id: string
  name: string
  kind: number
  status: number
  status_message: string
  scope: string
  resource_attrs: Record<string, string>
  attrs: Record<string, string>
  'events.name': string[]
  'events.attrs': Record<string, string>[]
  'links.trace_id': string[]
  'links.span_id': string[]
  messaging_system: string
  operation: number
  topic: string
  partition: number
  offset: bigint
  consumer_group: string
  client_id: string
  db_system: string
  db_table: string
  peer: string
  'keys.name': string[]
  'keys.value': string[]
}

/** Fixtures grow old; whether an item is too old is another test's subject. */
export const anyTime: Window = { fromNs: 0, toNs: Number.MAX_VALUE, now: 0n }
export const blockBytesMax = 64 * 1024 * 1024

export function fixture(name: string): Buffer {
  return readFileSync(new URL(`../fixtures/otlp/${name}`, import.meta.url))
}

export function makeReading(): Reading {
  return new Reading({
    rules: makeKeyRules(defaultKeySettings, makeHash('secret of the tests')),
    privacy: makePrivacy(defaultPrivacy),
    defaultEnv: 'default',
    defaultCluster: '',
  })
}

/** The rows of a block, which must lack nothing that the fixture has. */
export function rowsOf<Row>(reading: Reading, block: Block | undefined): Row[] {
  if (reading.tally.rejectedTotal() > 0) throw new Error(reading.tally.message('spans'))
  if (block === undefined) throw new Error('the fixture has no rows')
  return readTableRows(block) as Row[]
}

/** A fixture as protobuf: a JSON one goes through the receiver's own encoder. */
export function protobuf(signal: Signal, name: string): Buffer {
  const body = fixture(name)
  if (!name.endsWith('.json')) return body
  const tally = new Tally()
  const encoded = encodeJson(signal, body, tally)
  if (tally.rejectedTotal() > 0) throw new Error(tally.message(signal))
  return encoded
}

export function spanRows(name: string): SpanRow[] {
  const reading = makeReading()
  return rowsOf(reading, new SpanBlocks(reading, blockBytesMax).read(protobuf('spans', name), anyTime))
}

const kinds = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer']
const operations = ['-', 'create', 'send', 'receive', 'process', 'settle']
const statuses = ['unset', 'ok', 'error']

/** One line that says all that was understood of messaging: kind, operation, position, group, client, status, keys, origin. */
export function messageLine(row: SpanRow): string {
  const keys = row['keys.name'].map((name, index) => `${name}=${row['keys.value'][index]!.split('\n').at(-1)}`)
  return [
    kinds[row.kind],
    operations[row.operation],
    `${row.topic}/${row.partition}@${row.offset}`,
    row.consumer_group || '-',
    row.client_id || '-',
    statuses[row.status],
    ...keys.sort(),
    /^0+$/.test(row.parent_span_id) ? 'root' : 'child',
    ...row['links.span_id'].map(() => 'link'),
  ].join(' ')
}

export function messageLines(name: string): string[] {
  return spanRows(name)
    .filter((row) => row.messaging_system !== '' || row.topic !== '')
    .map((row) => messageLine(row))
    .sort()
}
