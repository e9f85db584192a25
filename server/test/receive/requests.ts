// Requests, decoders and an intake for the tests of this room. The intake is one more implementation of the journal's interface
// (journal/block.ts): it keeps blocks in a list and remembers hashes, so that these tests need no disk.
import { JournalFull, type Block, type Intake } from '../../src/journal/block.ts'
import type { Signal } from '../../src/contract/status.ts'
import { makeHash } from '../../src/keys/hash.ts'
import { defaultKeySettings, makeKeyRules, type KeySettings } from '../../src/keys/rules.ts'
import { Exports, type ExportSettings } from '../../src/receive/export.ts'
import { encodeJson } from '../../src/receive/json/encode.ts'
import { Meters } from '../../src/receive/meters.ts'
import { defaultPrivacy, makePrivacy, type PrivacySettings } from '../../src/receive/privacy.ts'
import { Tally } from '../../src/receive/tally.ts'
import { readTableRows } from './native-block.ts'

export const nowUs = 1_800_000_000_000_000
export const nowNs = BigInt(nowUs) * 1000n
export const traceId = '0af7651916cd43dd8448eb211c80319c'
export const spanId = 'b7ad6b7169203331'

export class ListIntake implements Intake {
  readonly blocks: Block[] = []
  private readonly hashes = new Set<string>()
  failure: Error | undefined
  isFull = false

  append(hash: string, block: Block): Promise<'stored' | 'resent'> {
    if (this.isFull) return Promise.reject(new JournalFull(3))
    if (this.failure) return Promise.reject(this.failure)
    if (this.hashes.has(hash)) return Promise.resolve('resent')
    this.hashes.add(hash)
    this.blocks.push(block)
    return Promise.resolve('stored')
  }

  full(): boolean {
    return this.isFull
  }

  forget(): void {
    this.blocks.length = 0
    this.hashes.clear()
  }

  rows(): Record<string, unknown>[] {
    return this.blocks.flatMap((block) => readTableRows(block))
  }
}

export const testRules = (settings: Partial<KeySettings> = {}) =>
  makeKeyRules({ ...defaultKeySettings, ...settings }, makeHash('a secret of the tests'))

export function makeExports(
  change: Partial<ExportSettings> & { keys?: Partial<KeySettings>; privacySettings?: Partial<PrivacySettings> } = {},
) {
  const intake = new ListIntake()
  const meters = new Meters()
  const exports = new Exports({
    intake,
    meters,
    now: () => nowUs,
    rules: testRules(change.keys),
    privacy: makePrivacy({ ...defaultPrivacy, ...change.privacySettings }),
    defaultEnv: 'default',
    defaultCluster: '',
    bodyBytesMax: 1024 * 1024,
    inflightBytesMax: 8 * 1024 * 1024,
    retentionDays: { spans: 7, logs: 7, points: 30 },
    ...change,
  })
  return { intake, meters, exports }
}

/** A value as OTLP/JSON has it. */
export function any(value: unknown): unknown {
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  if (typeof value === 'bigint') return { intValue: String(value) }
  if (typeof value === 'number') return Number.isInteger(value) ? { intValue: value } : { doubleValue: value }
  if (Array.isArray(value)) return { arrayValue: { values: value.map(any) } }
  if (Buffer.isBuffer(value)) return { bytesValue: value.toString('base64') }
  return { kvlistValue: { values: attributes(value as Record<string, unknown>) } }
}

export function attributes(record: Record<string, unknown>): unknown[] {
  return Object.entries(record).map(([key, value]) => ({ key, value: any(value) }))
}

export function span(change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    traceId,
    spanId,
    name: 'POST /orders',
    kind: 2,
    startTimeUnixNano: String(nowNs - 2_000_000_123n),
    endTimeUnixNano: String(nowNs - 1_000_000_000n),
    ...change,
  }
}

export const traces = (spans: unknown[], resource: Record<string, unknown> = { 'service.name': 'orders' }) => ({
  resourceSpans: [{ resource: { attributes: attributes(resource) }, scopeSpans: [{ scope: { name: 'test' }, spans }] }],
})
export const logs = (logRecords: unknown[], resource: Record<string, unknown> = { 'service.name': 'orders' }) => ({
  resourceLogs: [
    { resource: { attributes: attributes(resource) }, scopeLogs: [{ scope: { name: 'test' }, logRecords }] },
  ],
})
export const metrics = (list: unknown[], resource: Record<string, unknown> = { 'service.name': 'orders' }) => ({
  resourceMetrics: [
    { resource: { attributes: attributes(resource) }, scopeMetrics: [{ scope: { name: 'test' }, metrics: list }] },
  ],
})

/** The same as protobuf. */
export const protobuf = (signal: Signal, request: unknown): Buffer =>
  encodeJson(signal, Buffer.from(JSON.stringify(request)), new Tally())

/** Sends one request through a fresh Exports and gives what became of it. */
export async function send(signal: Signal, request: unknown, change: Parameters<typeof makeExports>[0] = {}) {
  const { intake, meters, exports } = makeExports(change)
  const body = Buffer.isBuffer(request) ? request : protobuf(signal, request)
  const outcome = await exports.take({ signal, body, encoding: 'protobuf', from: 'test' })
  const snapshot = meters.snapshot(nowUs)
  return { outcome, rows: intake.rows(), changed: snapshot.changed, status: snapshot.signals[signal], snapshot, intake }
}
