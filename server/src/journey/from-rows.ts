// Rows of the store to evidence. In: a span's columns and attributes as stored. Out: one SpanEvidence, with its business keys by the
// rules of keys/, its error and its message. Values that were hashed on the way in stay as they are. Pure.
import { keysOf } from '../keys/keys-of.ts'
import type { KeyRules } from '../keys/rules.ts'
import type { DeadLetterEvidence, LinkEvidence, SpanEvidence } from './evidence.ts'

/** The columns that are read; rows of the store have these and more. */
export interface SpanFields {
  env: string
  cluster: string
  service: string
  start_us: string
  duration_us: string
  trace_hex: string
  span_hex: string
  parent_hex: string
  name: string
  kind: number
  status: number
  status_message: string
  attrs: Record<string, string>
  event_names: string[]
  event_attrs: Record<string, string>[]
  link_traces: string[]
  link_spans: string[]
  link_attrs: Record<string, string>[]
  operation: number
  topic: string
  partition: number
  offset_text: string
  consumer_group: string
  db_system: string
  db_table: string
  peer: string
}

type Attrs = Record<string, string>

/** As much of a stack as its first line is looked for in. */
const stackHeadChars = 500

/** Names old and new; the first that is there wins, as on the way in. */
const names = {
  key: ['messaging.kafka.message.key', 'messaging.kafka.message_key', 'kafka.message.key'],
  id: ['messaging.message.id', 'messaging.message_id'],
  batch: ['messaging.batch.message_count'],
  offset: ['messaging.kafka.offset', 'messaging.kafka.message.offset', 'kafka.message.offset', 'kafka.offset'],
  partition: [
    'messaging.destination.partition.id',
    'messaging.kafka.destination.partition',
    'messaging.kafka.source.partition',
    'messaging.kafka.partition',
    'kafka.partition',
  ],
  topic: [
    'messaging.destination.name',
    'messaging.destination',
    'messaging.source.name',
    'messaging.kafka.topic',
    'kafka.topic',
  ],
  rpc: ['rpc.system', 'rpc.system.name', 'rpc.service'],
  http: ['http.request.method', 'http.method', 'http.route', 'url.full', 'http.url'],
} as const

export function spanFromRow(row: SpanFields, rules: KeyRules): SpanEvidence {
  const { attrs } = row
  return {
    traceId: row.trace_hex,
    spanId: row.span_hex,
    parentSpanId: /^0*$/.test(row.parent_hex) ? '' : row.parent_hex,
    env: row.env,
    cluster: row.cluster,
    service: row.service,
    name: row.name,
    kind: row.kind,
    status: row.status,
    startUs: Number(row.start_us),
    durationUs: Number(row.duration_us),
    operation: row.operation,
    topic: row.topic,
    partition: row.partition,
    offset: row.offset_text.startsWith('-') ? '' : row.offset_text,
    group: row.consumer_group,
    messageKey: messageKeyOf(attrs, rules),
    messageId: messageIdOf(row, rules),
    batch: Number(first(attrs, names.batch)) || 0,
    protocol: protocolOf(attrs),
    dbSystem: row.db_system,
    dbTable: row.db_table,
    peer: row.peer,
    ...errorOf(row),
    links: row.link_traces.map((traceId, at) => linkOf(row, traceId, at)),
    keys: keysOf(attrs, rules),
    ...deadLetterOf(attrs),
  }
}

function first(attrs: Attrs, candidates: readonly string[]): string {
  for (const name of candidates) if (attrs[name]) return attrs[name]
  return ''
}

function protocolOf(attrs: Attrs): 'http' | 'rpc' | '' {
  if (first(attrs, names.rpc) !== '') return 'rpc'
  return first(attrs, names.http) === '' ? '' : 'http'
}

/** As it is stored: the rule for message keys takes them behind their topic. */
function messageKeyOf(attrs: Attrs, rules: KeyRules): string {
  const key = first(attrs, names.key)
  return key === '' ? '' : rules.valueOf('@key', `\n${key}`).slice(1)
}

/** Kafka has no message ids: one that only repeats the offset would join strangers. */
function messageIdOf(row: SpanFields, rules: KeyRules): string {
  const id = first(row.attrs, names.id)
  if (id === '' || /^\d{1,18}$/.test(id) || id.startsWith(`${row.topic}.${row.partition}.`)) return ''
  return rules.valueOf('@message', id)
}

/**
 * The exception that was recorded says more than the status; the error type says more than nothing. A type that is only a number
 * (the code of a DOMException) says less than any word: the name in the first line of the stack is what people search for.
 */
function errorOf(row: SpanFields): { errorType: string; errorMessage: string } {
  if (row.status !== 2) return { errorType: '', errorMessage: '' }
  const at = row.event_names.findLastIndex((name) => name === 'exception' || name.endsWith('.exception'))
  const exception = row.event_attrs[at] ?? {}
  const stack = exception['exception.stacktrace'] || row.attrs['exception.stacktrace'] || ''
  const types = [
    exception['exception.type'],
    row.attrs['exception.type'],
    row.attrs['error.type'],
    /^\s*(?:Uncaught )?([A-Za-z_$][\w.$]*)(?=:|\s*$)/.exec(stack.slice(0, stackHeadChars).split('\n')[0] ?? '')?.[1],
  ].filter((type): type is string => type !== undefined && type !== '')
  const errorType = types.find((type) => !/^-?\d+$/.test(type)) ?? types[0] ?? ''
  const errorMessage = exception['exception.message'] || row.attrs['exception.message'] || row.status_message
  return { errorType, errorMessage }
}

const deadLetterHeader =
  /^(?:messaging\.(?:kafka\.)?(?:message\.)?header\.)?(kafka_dlt[-_]original|__connect[._]errors|__streams[._]errors|x[-_]original)[-_.](topic|partition|offset)$/i

/** Headers that libraries put on dead letters, where instrumentation was told to capture them; lists of one value are that value. */
function deadLetterOf(attrs: Attrs): { deadLetter?: DeadLetterEvidence } {
  const found: Record<string, string> = {}
  let isNamed = false
  for (const [name, text] of Object.entries(attrs)) {
    const [, family = '', part = ''] = deadLetterHeader.exec(name) ?? []
    if (part === '') continue
    // Names that people choose themselves are on messages to be tried again, too.
    if (!/^x/i.test(family)) isNamed = true
    found[part.toLowerCase()] = /^\["([^"]*)"\]$/.exec(text)?.[1] ?? text
  }
  const { topic = '', partition = '', offset = '' } = found
  if (topic === '' && !isNamed) return {}
  const isPlace = topic !== '' && /^\d+$/.test(partition) && /^\d+$/.test(offset)
  const position = isPlace ? { position: `${topic}/${partition}@${offset}` } : {}
  return { deadLetter: { isNamed, ...(topic === '' ? {} : { topic }), ...position } }
}

function linkOf(row: SpanFields, traceId: string, at: number): LinkEvidence {
  const spanId = row.link_spans[at] ?? ''
  const attrs = row.link_attrs[at] ?? {}
  const offset = first(attrs, names.offset)
  const partition = first(attrs, names.partition) || (row.partition >= 0 ? String(row.partition) : '')
  const topic = first(attrs, names.topic) || row.topic
  if (!/^\d+$/.test(offset) || !/^\d+$/.test(partition) || topic === '') return { traceId, spanId }
  return { traceId, spanId, position: `${topic}/${partition}@${offset}` }
}
