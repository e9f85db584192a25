// Rows of the store to evidence: which of several names of an error is said, and what a dead letter says of its origin.
import { describe, expect, it } from '@jest/globals'
import { type SpanFields, spanFromRow } from '../../src/journey/from-rows.ts'
import { defaultKeySettings, makeKeyRules } from '../../src/keys/rules.ts'

const rules = makeKeyRules(defaultKeySettings, (text) => `hash:${text}`)

function evidence(attrs: Record<string, string>, exception?: Record<string, string>) {
  const row: SpanFields = {
    env: 'prod',
    cluster: '',
    service: 'payment',
    start_us: '1',
    duration_us: '1',
    trace_hex: 'a'.repeat(32),
    span_hex: 'b'.repeat(16),
    parent_hex: '',
    name: 'POST /charges',
    kind: 3,
    status: 2,
    status_message: '',
    attrs,
    event_names: exception ? ['exception'] : [],
    event_attrs: exception ? [exception] : [],
    link_traces: [],
    link_spans: [],
    link_attrs: [],
    operation: 0,
    topic: '',
    partition: -1,
    offset_text: '-1',
    consumer_group: '',
    db_system: '',
    db_table: '',
    peer: '',
  }
  return spanFromRow(row, rules)
}

describe('the type of an error', () => {
  const stack = 'TimeoutError: The operation was aborted due to timeout\n    at node:internal/deps/undici'
  it.each([
    ['a word of the exception', { 'error.type': '504' }, { 'exception.type': 'Boom' }, 'Boom'],
    ['a code gives way to error.type', { 'error.type': 'Timeout' }, { 'exception.type': '23' }, 'Timeout'],
    ['a code gives way to the stack', {}, { 'exception.type': '23', 'exception.stacktrace': stack }, 'TimeoutError'],
    ['a status gives way to the stack', { 'error.type': '504' }, { 'exception.stacktrace': stack }, 'TimeoutError'],
    ['a class with its package', {}, { 'exception.stacktrace': 'java.io.IOException: no\n at' }, 'java.io.IOException'],
    ['a stack without a message', {}, { 'exception.stacktrace': 'CardDeclined\n    at x' }, 'CardDeclined'],
    ['a stack that begins with a sentence', {}, { 'exception.stacktrace': 'it went wrong: x' }, ''],
    ['only a code', {}, { 'exception.type': '23' }, '23'],
    ['only a status', { 'error.type': '504' }, undefined, '504'],
    ['nothing', {}, undefined, ''],
  ])('%s', (_case, attrs, exception, type) => {
    expect(evidence(attrs as Record<string, string>, exception as Record<string, string>).errorType).toBe(type)
  })
})

describe('headers of a dead letter', () => {
  it.each([
    ['as captured, a list of one', 'messaging.header.kafka_dlt_original_', '["t"]', true],
    ['as named', 'kafka_dlt-original-', 't', true],
    ['of Connect', '__connect.errors.', 't', true],
    ['chosen by people', 'messaging.header.x-original-', 't', false],
  ])('%s', (_case, prefix, topic, isNamed) => {
    const attrs = { [`${prefix}topic`]: topic, [`${prefix}partition`]: '3', [`${prefix}offset`]: '10' }
    expect(evidence(attrs).deadLetter).toEqual({ isNamed, topic: 't', position: 't/3@10' })
  })

  it('a position that is not text says nothing', () => {
    const attrs = { 'kafka_dlt-original-topic': 't', 'kafka_dlt-original-partition': '\0\0\0\u0003' }
    expect(evidence(attrs).deadLetter).toEqual({ isNamed: true, topic: 't' })
  })

  it('other spans have none', () => {
    expect(evidence({ 'messaging.destination.name': 't' })).not.toHaveProperty('deadLetter')
  })
})
