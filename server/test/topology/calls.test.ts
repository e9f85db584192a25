// The pairing of calls on the real store: clients and servers that arrive together, apart, late and never.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '../../src/config.ts'
import { openStore, type Store } from '../../src/store/clickhouse.ts'
import { Calls } from '../../src/topology/calls.ts'

let store: Store
let folder: string
let nowS = 1_790_000_000
const errors: unknown[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hopscope-calls-'))
  store = await openStore(
    loadConfig({ DATA_DIR: folder, RETENTION_SPANS_DAYS: '3650', RETENTION_ROLLUPS_DAYS: '3650' }),
  )
})
afterAll(async () => {
  await store.close()
  await rm(folder, { recursive: true, force: true })
})
beforeEach(() => {
  nowS += 86_400
})

const client = 3
const server = 2
let ids = 0

/** One span that began `ago` seconds before now. */
async function insert(span: {
  service: string
  kind: number
  ago: number
  id?: number
  parent?: number
  peer?: string
  status?: number
  db?: string
}) {
  const { service, kind, ago, id = ++ids, parent = 0, peer = '', status = 0, db = '' } = span
  await store.command(
    `INSERT INTO spans_in (env, service, ts, duration_ns, trace_id, span_id, parent_span_id, name, kind, status, peer, db_system)
     SELECT 'prod', {service:String}, toDateTime64({at:Int64}, 9), 1000000, unhex(leftPad('1', 32, '0')),
       unhex({id:String}), unhex({parent:String}), 'x', {kind:UInt8}, {status:UInt8}, {peer:String}, {db:String}`,
    { service, at: nowS - ago, id: hex(id), parent: hex(parent), kind, status, peer, db },
  )
}
const hex = (id: number) => id.toString(16).padStart(16, '0')

async function runAt(seconds: number): Promise<Calls> {
  nowS += seconds
  const calls = new Calls({ store, now: () => nowS * 1e6, failed: (error) => errors.push(error) })
  calls.start()
  await calls.stop()
  expect(errors).toEqual([])
  return calls
}

async function written() {
  const rows = await store.rows<{
    from_service: string
    to_type: string
    to_name: string
    spans: string
    errors: string
  }>(
    `SELECT from_service, to_type, to_name, sum(spans) AS spans, sum(errors) AS errors FROM calls_10s FINAL
     WHERE t > toDateTime({from:UInt32}) AND t <= toDateTime({to:UInt32})
     GROUP BY from_service, to_type, to_name ORDER BY from_service, to_name
     SETTINGS prefer_column_name_to_alias = 1`,
    { from: nowS - 3600, to: nowS },
  )
  return rows
    .filter(({ spans }) => spans !== '0')
    .map((row) => [row.from_service, row.to_type, row.to_name, Number(row.spans), Number(row.errors)])
}

describe('calls of the last windows', () => {
  it('pairs a client with the server span it caused, whatever came first', async () => {
    const one = ++ids
    const two = ++ids
    await insert({ service: 'gateway', kind: client, ago: 35, id: one, status: 2 })
    await insert({ service: 'orders', kind: server, ago: 35, parent: one })
    await insert({ service: 'orders', kind: server, ago: 35, parent: two })
    await insert({ service: 'gateway', kind: client, ago: 35, id: two })
    await runAt(0)
    expect(await written()).toEqual([['gateway', 'service', 'orders', 2, 1]])
  })

  it('changes no count when it runs again over the same windows', async () => {
    const id = ++ids
    await insert({ service: 'gateway', kind: client, ago: 25, id })
    await insert({ service: 'orders', kind: server, ago: 25, parent: id })
    await runAt(0)
    await runAt(10)
    await runAt(10)
    await runAt(10)
    expect(await written()).toEqual([['gateway', 'service', 'orders', 1, 0]])
  })

  it('takes an address back when the server span comes late', async () => {
    const id = ++ids
    await insert({ service: 'gateway', kind: client, ago: 25, id, peer: 'orders:3001' })
    await runAt(0)
    expect(await written()).toEqual([['gateway', 'external', 'orders:3001', 1, 0]])
    await insert({ service: 'orders', kind: server, ago: 25, parent: id })
    await runAt(20)
    expect(await written()).toEqual([['gateway', 'service', 'orders', 1, 0]])
  })

  it('counts a call that was served twice once, and a statement not at all', async () => {
    const id = ++ids
    await insert({ service: 'gateway', kind: client, ago: 35, id })
    await insert({ service: 'orders', kind: server, ago: 35, parent: id })
    await insert({ service: 'orders', kind: server, ago: 35, parent: id })
    await insert({ service: 'orders', kind: client, ago: 35, peer: 'db:5432', db: 'postgresql' })
    await runAt(0)
    expect(await written()).toEqual([['gateway', 'service', 'orders', 1, 0]])
  })

  it('catches up what a stop has missed, a bounded way back', async () => {
    for (const ago of [100, 300, 2000]) await insert({ service: 'billing', kind: client, ago, peer: `bank-${ago}` })
    const calls = new Calls({ store, now: () => nowS * 1e6, failed: (error) => errors.push(error) })
    await store.command(
      "INSERT INTO calls_10s (t, env, from_service, spans) SELECT toDateTime({t:UInt32}), 'x', 'x', 0",
      { t: nowS - 3000 },
    )
    for (let run = 0; run < 10; run++) {
      calls.start()
      await calls.stop()
    }
    expect(errors).toEqual([])
    expect((await written()).map(([, , name]) => name)).toEqual(['bank-100', 'bank-300'])
  })
})
