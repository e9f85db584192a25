// Old and new semantic conventions give the same columns; the names are a table, so are these cases.
import { describe, expect, it } from '@jest/globals'
import { operationOf, operations, tableOf } from '../../src/receive/conventions.ts'
import { attributes, send, span, spanId, testRules, traceId, traces } from './requests.ts'

async function row(attrs: Record<string, unknown>, kind = 5, links: unknown[] = []) {
  const { rows } = await send('spans', traces([span({ kind, attributes: attributes(attrs), links })]))
  const found = rows[0]!
  const keys = (found['keys.name'] as string[]).map((name, i) => `${name}=${(found['keys.value'] as string[])[i]}`)
  return { ...found, keys }
}

const full = {
  messaging_system: 'kafka',
  operation: operations.process,
  topic: 'orders.events',
  partition: 3,
  offset: 1842n,
  consumer_group: 'billing',
  client_id: 'billing-1',
}

describe('messaging', () => {
  const cases: [string, Record<string, unknown>][] = [
    [
      'the current names',
      {
        'messaging.system': 'kafka',
        'messaging.operation.type': 'process',
        'messaging.destination.name': 'orders.events',
        'messaging.destination.partition.id': '3',
        'messaging.kafka.offset': 1842,
        'messaging.consumer.group.name': 'billing',
        'messaging.client.id': 'billing-1',
      },
    ],
    [
      'the Java agent, with 1.24 names',
      {
        'messaging.system': 'kafka',
        'messaging.operation': 'process',
        'messaging.destination.name': 'orders.events',
        'messaging.destination.partition.id': '3',
        'messaging.kafka.message.offset': 1842,
        'messaging.kafka.consumer.group': 'billing',
        'messaging.client_id': 'billing-1',
      },
    ],
    [
      'JavaScript, with the offset as a string',
      {
        'messaging.system': 'kafka',
        'messaging.operation.name': 'process',
        'messaging.destination.name': 'orders.events',
        'messaging.destination.partition.id': '3',
        'messaging.kafka.offset': '1842',
        'messaging.consumer.group.name': 'billing',
        'messaging.kafka.client_id': 'billing-1',
      },
    ],
    [
      'names before 1.17',
      {
        'messaging.system': 'kafka',
        'messaging.operation': 'deliver',
        'messaging.destination': 'orders.events',
        'messaging.kafka.partition': 3,
        'messaging.kafka.offset': 1842,
        'messaging.kafka.consumer_group': 'billing',
        'messaging.consumer_id': 'billing-1',
      },
    ],
    [
      'both generations: the current one wins, whatever the order',
      {
        'messaging.operation': 'receive',
        'messaging.kafka.message.offset': 1,
        'messaging.destination': 'old',
        'messaging.system': 'kafka',
        'messaging.operation.type': 'process',
        'messaging.destination.name': 'orders.events',
        'messaging.destination.partition.id': '3',
        'messaging.kafka.destination.partition': 9,
        'messaging.kafka.offset': 1842,
        'messaging.consumer.group.name': 'billing',
        'messaging.kafka.consumer.group': 'old',
        'messaging.client.id': 'billing-1',
        'messaging.client_id': 'old',
      },
    ],
  ]
  it.each(cases)('%s', async (_name, attrs) => {
    const found = await row(attrs)
    expect(found).toMatchObject(full)
    expect(Object.keys((found as Record<string, unknown>)['attrs'] as object)).toHaveLength(Object.keys(attrs).length)
  })

  it.each([
    ['a word', 'x'],
    ['a negative number', -2],
    ['beyond 64 bits', '99999999999999999999'],
    ['a fraction', 1.5],
    ['empty', ''],
  ])('an offset that is %s is not known', async (_name, offset) => {
    expect(await row({ 'messaging.destination.name': 't', 'messaging.kafka.offset': offset })).toMatchObject({
      topic: 't',
      offset: -1n,
      partition: -1,
    })
  })

  it('keeps the largest offset there can be', async () => {
    const offset = 2n ** 63n - 1n
    expect(await row({ 'messaging.destination.name': 't', 'messaging.kafka.offset': offset })).toMatchObject({ offset })
    expect(await row({ 'messaging.destination.name': 't', 'messaging.kafka.offset': String(offset) })).toMatchObject({
      offset,
    })
  })

  it('indexes message key and message id under names of their own', async () => {
    const { keys } = await row({
      'messaging.system': 'kafka',
      'messaging.destination.name': 'orders',
      'messaging.kafka.message.key': '8123',
      'messaging.message.id': 'm-1',
    })
    expect(keys).toEqual(['@key=orders\n8123', '@message=m-1'])
  })

  it('hashes a message key where its policy says so, as a search for it would be', async () => {
    const attrs = { 'messaging.destination.name': 'orders', 'messaging.kafka.message.key': 'mia' }
    const settings = { policies: { '@key': 'hash' as const } }
    const { rows } = await send('spans', traces([span({ attributes: attributes(attrs) })]), { keys: settings })
    const rules = testRules(settings)
    expect(rows[0]!['keys.value']).toEqual([rules.valueOf('@key', 'orders\nmia')])
    expect(rows[0]!['keys.value']).toEqual([`orders\n${rules.hash('mia')}`])
    expect((rows[0]!['attrs'] as Record<string, string>)['messaging.kafka.message.key']).toBe(rules.hash('mia'))
  })

  it('indexes the position of every message of a batch from its link', async () => {
    const link = (partition: string, offset: number) => ({
      traceId,
      spanId,
      attributes: attributes({
        'messaging.destination.partition.id': partition,
        'messaging.kafka.offset': offset,
        'order.id': `o${offset}`,
      }),
    })
    const { keys } = await row(
      { 'messaging.system': 'kafka', 'messaging.destination.name': 'orders', 'messaging.batch.message_count': 2 },
      5,
      [link('0', 7), link('1', 8)],
    )
    expect(keys).toEqual(['order.id=o7', '@position=orders/0@7', 'order.id=o8', '@position=orders/1@8'])
  })

  it('takes the cluster of a span before that of its resource', async () => {
    const request = traces([span({ attributes: attributes({ 'messaging.kafka.cluster.id': 'k2' }) }), span()], {
      'messaging.kafka.cluster.id': 'k1',
    })
    const { rows } = await send('spans', request)
    expect(rows.map((found) => found['cluster'])).toEqual(['k2', 'k1'])
  })
})

describe('the operation', () => {
  const cases: [
    type: string,
    name: string,
    kind: number,
    batch: boolean,
    wanted: keyof typeof operations,
    title?: string,
  ][] = [
    ['publish', '', 4, false, 'send'],
    ['create', '', 4, false, 'create'],
    ['receive', '', 5, false, 'receive'],
    ['receive', '', 3, false, 'receive'],
    ['deliver', '', 5, false, 'process'],
    ['settle', '', 3, false, 'settle'],
    ['', 'poll', 3, false, 'receive'],
    ['', 'commit', 3, false, 'settle'],
    ['', 'SEND', 4, false, 'send'],
    ['', '', 4, false, 'send'],
    ['', '', 5, false, 'process'],
    ['', '', 5, true, 'receive'],
    ['', '', 3, false, 'none'],
    ['nonsense', '', 5, false, 'process'],
    ['constructor', '', 1, false, 'none'],
    ['', '', 5, false, 'receive', 'orders receive'],
    ['process', '', 5, false, 'process', 'orders receive'],
    ['', '', 5, false, 'process', 'orders of today'],
  ]
  it.each(cases)('type %j, name %j, kind %i, batch %s is %s', (type, name, kind, batch, wanted, title = '') => {
    expect(operationOf({ type, name, title, kind, batch })).toBe(operations[wanted])
  })
})

describe('database and peer', () => {
  const cases: [string, number, Record<string, unknown>, Record<string, unknown>][] = [
    [
      'current names',
      3,
      { 'db.system.name': 'postgresql', 'db.collection.name': 'orders' },
      { db_system: 'postgresql', db_table: 'orders' },
    ],
    [
      'old names',
      3,
      { 'db.system': 'mysql', 'db.sql.table': 'orders', 'db.name': 'shop' },
      { db_system: 'mysql', db_table: 'orders' },
    ],
    [
      'a statement only',
      3,
      { 'db.system': 'postgresql', 'db.statement': 'INSERT INTO "public"."orders" (id) VALUES ($1)' },
      { db_table: 'public.orders' },
    ],
    ['a database only', 3, { 'db.system': 'postgresql', 'db.name': 'shop' }, { db_table: 'shop' }],
    ['a numbered database', 3, { 'db.system': 'redis', 'db.namespace': '0' }, { db_system: 'redis', db_table: '' }],
    ['a peer by service', 2, { 'peer.service': 'payment' }, { peer: 'payment' }],
    ['a peer by address', 3, { 'server.address': 'payment', 'server.port': 8080 }, { peer: 'payment:8080' }],
    ['a peer by old names', 3, { 'net.peer.name': 'payment', 'net.peer.port': '80' }, { peer: 'payment:80' }],
    ['no peer: a server names itself', 2, { 'server.address': 'me', 'server.port': 1 }, { peer: '' }],
  ]
  it.each(cases)('%s', async (_name, kind, attrs, wanted) => {
    expect(await row(attrs, kind)).toMatchObject(wanted)
  })

  it.each([
    ['select * from orders o join x on 1=1', 'orders'],
    ['UPDATE `shop`.`orders` SET a=1', 'shop.orders'],
    ['delete from only public.orders', 'public.orders'],
    ['select 1', ''],
    ['select * from (select * from inner_orders) t', 'inner_orders'],
    ['', ''],
  ])('the table of %j is %j', (statement, table) => {
    expect(tableOf(statement)).toBe(table)
  })
})
