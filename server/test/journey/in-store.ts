// Puts a story's spans into a real store, as the receiver would: one segment a call, keys beside the attributes. Times are moved to
// now, since retention drops what is old.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SpanEvidence } from '../../src/journey/evidence.ts'
import { positionOf } from '../../src/journey/evidence.ts'
import { nativeBlock, type Row } from '../store/native-blocks.ts'
import type { OpenedStore } from '../store/transports.ts'
import { startUs } from '../story.ts'

/** What is added to the times of a story. */
export const shiftUs = (Math.floor(Date.now() / 3_600_000) - 24) * 3_600_000_000 - startUs

let segments = 0

export async function keep({ store, dir }: OpenedStore, spans: SpanEvidence[]): Promise<void> {
  segments += 1
  const file = join(dir, `story-${segments}.native`)
  writeFileSync(file, nativeBlock('spans_in', spans.map(rowOf)).bytes)
  await store.insertSegment('spans_in', file, `story-${segments}-${process.pid}`)
}

export async function keepLogs({ store, dir }: OpenedStore, rows: Row[]): Promise<void> {
  segments += 1
  const file = join(dir, `story-${segments}.native`)
  writeFileSync(file, nativeBlock('logs_in', rows).bytes)
  await store.insertSegment('logs_in', file, `story-${segments}-${process.pid}`)
}

export const nsOf = (us: number) => BigInt(us + shiftUs) * 1000n

function rowOf(span: SpanEvidence): Row {
  const keys = [
    ...span.keys,
    ...(span.messageKey === '' ? [] : [{ name: '@key', value: `${span.topic}\n${span.messageKey}` }]),
    ...(span.messageId === '' ? [] : [{ name: '@message', value: span.messageId }]),
    ...span.links.flatMap((link) =>
      link.position && link.position !== positionOf(span) ? [{ name: '@position', value: link.position }] : [],
    ),
  ]
  return {
    env: span.env,
    cluster: span.cluster,
    service: span.service,
    ts: nsOf(span.startUs),
    duration_ns: BigInt(span.durationUs) * 1000n,
    trace_id: span.traceId,
    span_id: span.spanId,
    parent_span_id: span.parentSpanId,
    name: span.name,
    kind: span.kind,
    status: span.status,
    status_message: span.errorMessage,
    attrs: attrsOf(span),
    'links.trace_id': span.links.map((link) => link.traceId),
    'links.span_id': span.links.map((link) => link.spanId),
    'links.attrs': span.links.map((link) => linkAttrs(link.position)),
    messaging_system: span.topic === '' ? '' : 'kafka',
    operation: span.operation,
    topic: span.topic,
    partition: span.partition,
    offset: span.offset === '' ? -1 : span.offset,
    consumer_group: span.group,
    db_system: span.dbSystem,
    db_table: span.dbTable,
    peer: span.peer,
    'keys.name': keys.map((key) => key.name),
    'keys.value': keys.map((key) => key.value),
  }
}

function attrsOf(span: SpanEvidence): Record<string, string> {
  const keys = new Map<string, string[]>()
  for (const key of span.keys) keys.set(key.name, [...(keys.get(key.name) ?? []), key.value])
  return {
    ...Object.fromEntries(
      [...keys].map(([name, values]) => [name, values.length === 1 ? values[0]! : JSON.stringify(values)]),
    ),
    ...(span.messageKey === '' ? {} : { 'messaging.kafka.message.key': span.messageKey }),
    ...(span.messageId === '' ? {} : { 'messaging.message.id': span.messageId }),
    ...(span.batch === 0 ? {} : { 'messaging.batch.message_count': String(span.batch) }),
    ...(span.protocol === 'http' ? { 'http.request.method': 'POST' } : {}),
    ...(span.protocol === 'rpc' ? { 'rpc.system': 'grpc' } : {}),
    ...(span.errorType === '' ? {} : { 'error.type': span.errorType }),
  }
}

function linkAttrs(position: string | undefined): Record<string, string> {
  const [, topic, partition, offset] = /^(.*)\/(\d+)@(\d+)$/.exec(position ?? '') ?? []
  if (topic === undefined || partition === undefined || offset === undefined) return {}
  return {
    'messaging.destination.name': topic,
    'messaging.destination.partition.id': partition,
    'messaging.kafka.offset': offset,
  }
}
