// Beside messaging: where spans of real SDKs come from, which message a consumer's span belongs to, databases, HTTP, errors.
import { readdirSync } from 'node:fs'
import { describe, expect, it } from '@jest/globals'
import { SpanBlocks } from '../../src/receive/span-block.ts'
import { anyTime, blockBytesMax, makeReading, protobuf, rowsOf, spanRows, type SpanRow } from './sdk-rows.ts'

const folder = new URL('../fixtures/otlp/', import.meta.url)
const traces = (readdirSync(folder, { recursive: true }) as string[]).filter(
  (name) => /\.(pb|json)$/.test(name) && !/-(logs|metrics)\./.test(name),
)
const operation = { send: 2, receive: 3, process: 4 }

describe('every trace fixture', () => {
  it('are all there', () => expect(traces.length).toBe(41))

  it.each(traces)('%s is taken whole, unchanged, with its environment and service', (name) => {
    const reading = makeReading()
    const block = new SpanBlocks(reading, blockBytesMax).read(protobuf('spans', name), anyTime)
    const rows = rowsOf<SpanRow>(reading, block)
    expect([...reading.tally.changed]).toEqual([])
    expect(new Set(rows.map((row) => row.env))).toEqual(new Set(['staging']))
    const service = /consume|each-message/.test(name) ? 'billing' : name.includes('each-batch') ? 'ledger' : 'orders'
    expect(new Set(rows.map((row) => row.service))).toEqual(new Set([service]))
    expect(new Set(rows.map((row) => row.span_id)).size).toBe(rows.length)
    for (const row of rows) expect(row.ts).toBeGreaterThan(1_700_000_000_000_000_000n)
  })
})

/** Producer's fixture, consumer's fixture. */
const pairs: [sent: string, taken: string][] = [
  ...['http.pb', 'json.json', 'grpc.pb'].flatMap((wire): [string, string][] => [
    [`js/kafkajs-send-${wire}`, `js/kafkajs-each-message-${wire}`],
    [`js/kafkajs-send-${wire}`, `js/kafkajs-each-batch-${wire}`],
  ]),
  ...['official', 'aspecto'].flatMap((kind): [string, string][] => [
    [`js-old/${kind}-send.pb`, `js-old/${kind}-each-message.pb`],
    [`js-old/${kind}-send.pb`, `js-old/${kind}-each-batch.pb`],
  ]),
  ...['default', 'receive', 'opt-in', 'dup', '1.28', '1.19'].map((kind): [string, string] => [
    `java/agent-${kind}-produce.pb`,
    `java/agent-${kind}-consume.pb`,
  ]),
  ...['kafka_python', 'confluent', 'aio'].map((kind): [string, string] => [
    `python/${kind}-produce.pb`,
    `python/${kind}-consume.pb`,
  ]),
  ['go/kotel-produce.pb', 'go/kotel-consume.pb'],
  ['go/kotel-produce.pb', 'go/kotel-consume-linked.pb'],
  ['go/sarama-produce.pb', 'go/sarama-consume.pb'],
]

/** The span of `sent` that a consumer's span goes back to: by link first, else by parents, also through its own process. */
function originOf(row: SpanRow, sent: Map<string, SpanRow>, taken: Map<string, SpanRow>): SpanRow | undefined {
  for (const id of [...row['links.span_id'], row.parent_span_id]) {
    const before = taken.get(id)
    const found = sent.get(id) ?? (before && originOf(before, sent, taken))
    if (found !== undefined) return found
  }
  return undefined
}

const byId = (rows: SpanRow[]) => new Map(rows.map((row) => [row.span_id, row]))
const keyOf = (row: SpanRow) => row['keys.value'][row['keys.name'].indexOf('@key')]

describe('a process span leads back to the publish span of its message', () => {
  it.each(pairs)('%s to %s', (sentName, takenName) => {
    const sent = byId(spanRows(sentName))
    const taken = byId(spanRows(takenName))
    const rows = [...taken.values()]
    const handled = rows.filter((row) => row.operation === operation.process)
    const last = handled.length > 0 ? handled : rows.filter((row) => row.operation === operation.receive)
    expect(last.length).toBeGreaterThanOrEqual(2)
    for (const row of last) {
      const origin = originOf(row, sent, taken)
      expect(origin).toMatchObject({ operation: operation.send, topic: row.topic })
      if (origin!.partition >= 0) expect(row.partition).toBe(origin!.partition)
      if (origin!.offset >= 0n) expect(row.offset).toBe(origin!.offset)
      if (keyOf(origin!) !== undefined && keyOf(row) !== undefined) expect(keyOf(row)).toBe(keyOf(origin!))
    }
  })
})

describe('the Kafka cluster', () => {
  const clusters = (name: string) => new Set(spanRows(name).flatMap((row) => (row.topic ? [row.cluster] : [])))
  const id = /^[\w-]{22}$/

  it('is what kafkajs and the Java agent 2 say', () => {
    for (const name of [
      'js/kafkajs-each-message-http.pb',
      'java/agent-default-consume.pb',
      'java/agent-dup-produce.pb',
    ]) {
      expect([...clusters(name)]).toEqual([expect.stringMatching(id)])
    }
  })

  it('is not said by the first span of a kafkajs producer, and by no Python or Go library', () => {
    expect(clusters('js/kafkajs-send-http.pb')).toEqual(new Set(['', expect.stringMatching(id)]))
    for (const name of ['python/aio-consume.pb', 'go/kotel-produce.pb']) expect(clusters(name)).toEqual(new Set(['']))
  })

  it('has older names', () => expect(clusters('by-hand/generations.pb')).toEqual(new Set(['', 'c1'])))
})

describe('databases', () => {
  const insert = 'postgresql orders 127.0.0.1:25432 unset'
  it.each([
    ['js/kafkajs-send-http.pb', ['postgresql postgres 127.0.0.1:25432 unset', insert, insert, insert]],
    ['js-old/official-send.pb', ['postgresql postgres 127.0.0.1:25432 unset', insert, insert, insert]],
    ['java/agent-default-produce.pb', [insert, insert]],
    ['java/agent-opt-in-produce.pb', [insert, insert]],
    ['java/agent-dup-produce.pb', [insert, insert]],
    ['java/agent-1.28-produce.pb', [insert, insert]],
    ['java/agent-1.19-produce.pb', [insert, insert]],
    ['python/psycopg2-default.pb', [insert, 'postgresql missing_orders 127.0.0.1:25432 error']],
    ['python/psycopg2-new.pb', [insert, 'postgresql missing_orders 127.0.0.1:25432 error']],
    ['by-hand/generations.pb', ['postgresql orders db:5432 unset']],
  ])('%s', (name, lines) => {
    const rows = spanRows(name).filter((row) => row.db_system !== '')
    const found = rows.map(
      (row) => `${row.db_system} ${row.db_table} ${row.peer} ${row.status === 2 ? 'error' : 'unset'}`,
    )
    expect(found).toEqual(lines)
  })
})

describe('HTTP', () => {
  it.each(['js/kafkajs-send-http.pb', 'js/kafkajs-send-json.json', 'js-old/official-send.pb'])('%s', (name) => {
    const rows = spanRows(name)
    const servers = rows.filter((row) => row.kind === 2)
    expect(servers.map((row) => row['keys.value'])).toEqual([['8123'], ['8124']])
    for (const server of servers) {
      const client = rows.find((row) => row.span_id === server.parent_span_id)!
      expect(client).toMatchObject({
        kind: 3,
        trace_id: server.trace_id,
        peer: expect.stringMatching(/^localhost:\d+$/),
      })
      expect(server).toMatchObject({
        peer: '',
        messaging_system: '',
        operation: 0,
        topic: '',
        partition: -1,
        offset: -1n,
      })
    }
  })
})

describe('errors', () => {
  it.each([
    ['js/kafkajs-each-message-http.pb', 'card of order 8124 was declined', undefined],
    ['java/agent-default-consume.pb', 'card declined', 'java.lang.IllegalStateException'],
    ['python/confluent-consume.pb', 'ValueError: card of order 8124 was declined', 'ValueError'],
    ['go/kotel-consume.pb', 'card declined', '*errors.errorString'],
  ])('%s', (name, message, type) => {
    const failed = spanRows(name).filter((row) => row.status === 2)
    expect(failed.map((row) => row.status_message)).toEqual([message])
    const exceptions = failed.flatMap((row) => row['events.attrs'])
    expect(exceptions.map((attrs) => attrs['exception.type'])).toEqual(type === undefined ? [] : [type])
    for (const attrs of exceptions) expect(attrs['exception.message']).toBe('card of order 8124 was declined')
  })
})
