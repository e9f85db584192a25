// Which attributes are business keys, what they are called, and what is kept of their values.
import { describe, expect, it } from '@jest/globals'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeHash } from '../../src/keys/hash.ts'
import { loadKeyRules, readSecret } from '../../src/keys/load.ts'
import { defaultKeySettings, makeKeyRules, type KeySettings } from '../../src/keys/rules.ts'

const secret = 'a secret of the tests, long enough'
const rules = (settings: Partial<KeySettings> = {}) =>
  makeKeyRules({ ...defaultKeySettings, ...settings }, makeHash(secret))

describe('a key name', () => {
  it.each(['order.id', 'order_id', 'orderId', 'payment.ref', 'shop.orderId', 'cart-line_id', 'user.id', 'user.email'])(
    '%s is one',
    (name) => expect(rules().isKeyName(name)).toBe(true),
  )
  it.each([
    'id',
    'orderid',
    'valid',
    'order.idle',
    'trace_id',
    'traceId',
    'span.id',
    'parent_span_id',
    'messaging.client.id',
    'messaging.message.id',
    'messaging.consumer.group.id',
    'group_id',
    'host.id',
    'container.id',
    'k8s.pod.uid',
    'k8s.node.id',
    'process.parent_id',
    'thread.id',
    'service.instance.id',
    'cloud.account.id',
    'aws.ecs.task.id',
    'aws.request_id',
    'http.route',
    '',
  ])('%j is none', (name) => expect(rules().isKeyName(name)).toBe(false))

  it('may be added or taken away', () => {
    const own = rules({ keys: ['invoice.number'], technical: ['batch_id'], aliases: { 'app.order.nr': 'order.id' } })
    expect(own.isKeyName('invoiceNumber')).toBe(true)
    expect(own.isKeyName('batchId')).toBe(false)
    expect(own.isKeyName('app.order.nr')).toBe(true)
    expect(own.canonicalName('app.order.nr')).toBe('order.id')
  })
})

it.each([
  ['order_id', 'order.id'],
  ['orderId', 'order.id'],
  ['order.id', 'order.id'],
  ['ORDER_ID', 'order.id'],
  ['customerOrderId', 'customer.order.id'],
  ['HTTPRequestId', 'http.request.id'],
  ['@key', '@key'],
])('%s is called %s', (name, canonical) => expect(rules().canonicalName(name)).toBe(canonical))

describe('a policy', () => {
  it.each([
    ['order.id', 'text'],
    ['customerId', 'hash'],
    ['enduser.id', 'hash'],
    ['session_id', 'hash'],
    ['account.ref', 'hash'],
    ['@key', 'text'],
  ])('of %s is %s', (name, policy) => expect(rules().policyOf(name)).toBe(policy))

  it('may be set under any spelling', () => {
    const own = rules({ policies: { customerId: 'text', order_id: 'off' } })
    expect(own.policyOf('customer.id')).toBe('text')
    expect(own.policyOf('orderId')).toBe('off')
  })
})

describe('a hash', () => {
  it('is the same for storing and for searching, and stays what it is', () => {
    const hashed = rules().valueOf('customer.id', 'mia')
    expect(hashed).toMatch(/^hash:[0-9a-f]{32}$/)
    expect(rules().valueOf('customer_id', 'mia')).toBe(hashed)
    expect(rules().valueOf('customer.id', hashed)).toBe(hashed)
    expect(rules().valuesOf('mia')).toEqual(['mia', hashed])
    expect(rules().valueOf('order.id', 'mia')).toBe('mia')
  })

  it('depends on the secret', () => {
    expect(makeHash('another')('mia')).not.toBe(makeHash(secret)('mia'))
  })

  it('is right also when the cache has overflowed', () => {
    const hash = makeHash(secret)
    const first = hash('0')
    for (let i = 1; i < 30_000; i += 1) hash(String(i))
    expect(hash('0')).toBe(first)
  })
})

describe('the files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hopscope-keys-'))
  const file = (content: unknown): string => {
    const path = join(folder, 'keys.json')
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
    return path
  }
  const load = (content: unknown) => loadKeyRules({ KEYS_FILE: file(content), DATA_DIR: folder, HASH_SECRET: secret })

  it('set everything they may set', () => {
    const own = load({ aliases: { nr: 'order.id' }, policies: { 'order.id': 'hash' }, fanOutMax: 7 })
    expect([own.canonicalName('nr'), own.policyOf('nr'), own.fanOutMax]).toEqual(['order.id', 'hash', 7])
  })

  it.each([
    [{ policies: { 'order.id': 'plain' } }, /policies\.order\.id/],
    [{ fanoutMax: 3 }, /fanoutMax/],
    [{ fanOutMax: 0 }, /fanOutMax/],
    ['{', /cannot be read as JSON/],
  ])('that are wrong are refused by name: %j', (content, message) => {
    expect(() => load(content)).toThrow(message)
    expect(() => load(content)).toThrow(/KEYS_FILE=/)
  })

  it('keep a secret that only its owner can read, and keep it', () => {
    const made = readSecret(folder)
    expect(made).toMatch(/^[0-9a-f]{64}$/)
    expect(statSync(join(folder, 'hash-secret')).mode & 0o777).toBe(0o600)
    expect(readSecret(folder)).toBe(made)
    expect(readFileSync(join(folder, 'hash-secret'), 'utf8').trim()).toBe(made)
    writeFileSync(join(folder, 'hash-secret'), 'short')
    expect(() => readSecret(folder)).toThrow(/shorter than 32/)
    rmSync(folder, { recursive: true })
  })
})
