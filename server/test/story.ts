// Tells the story of one event in the words of the domain and gives the spans that instrumented services would have sent.
//   story('8123').http('api-gateway', 'POST /orders').call('orders', 'create').publish('orders.events', 3, 1842)
//     .consume('payment-worker', 'payment').publish('payments', 1, 9071)
// Each word adds a hop below the one before. `mark` and `from` make branches. Words that change how the next hop is seen:
// `dropTraceContext` (a new trace, nothing points back), `byLink` (a new trace with a span link), `lateBy`, `unknownPosition`.
// Words that change the hop before: `fails`, `duplicate`, `clock`.
import { createHash } from 'node:crypto'
import { type Gathered, type KeyValue, type SpanEvidence, refOf } from '../src/journey/evidence.ts'

export const startUs = 1_790_000_000_000_000
export const ms = 1_000
export const second = 1_000_000

const hex = (text: string, chars: number) => createHash('sha256').update(text).digest('hex').slice(0, chars)

const plain: Omit<SpanEvidence, 'traceId' | 'spanId' | 'service' | 'name' | 'kind' | 'startUs' | 'durationUs'> = {
  parentSpanId: '',
  env: 'prod',
  cluster: 'main',
  status: 0,
  operation: 0,
  topic: '',
  partition: -1,
  offset: '',
  group: '',
  messageKey: '',
  messageId: '',
  batch: 0,
  protocol: '',
  dbSystem: '',
  dbTable: '',
  peer: '',
  errorType: '',
  errorMessage: '',
  links: [],
  keys: [],
}

export type Fields = Partial<SpanEvidence> & { service: string; name: string; kind: number }
type Seen = 'same' | 'dropped' | 'linked'

export class Story {
  readonly spans: SpanEvidence[] = []
  readonly key: KeyValue
  nowUs = startUs
  private readonly marks = new Map<string, SpanEvidence>()
  private current: SpanEvidence | undefined
  private last: SpanEvidence[] = []
  private seen: Seen = 'same'
  private hidePosition = false
  private carriesKey = true
  private traces = 0

  constructor(
    readonly orderId: string,
    readonly seed = `story ${orderId}`,
  ) {
    this.key = { name: 'order.id', value: orderId }
  }

  // --- hops

  /** A request from outside. */
  http(service: string, name: string): this {
    return this.hop([this.add({ service, name, kind: 2, protocol: 'http' }, undefined)])
  }

  /** A call to another service: its client span here and its server span there. */
  call(service: string, name: string): this {
    const from = this.here().service
    const client = this.add(
      { service: from, name, kind: 3, protocol: 'http', peer: service, durationUs: 40 * ms },
      this.current,
      'same',
    )
    return this.hop([client, this.add({ service, name, kind: 2, protocol: 'http', durationUs: 30 * ms }, client)])
  }

  /** A call to something that sends no spans. */
  callOutside(peer: string, name: string): this {
    const service = this.here().service
    return this.side([this.add({ service, name, kind: 3, protocol: 'http', peer }, this.current)])
  }

  db(table: string, name: string): this {
    const service = this.here().service
    return this.side([this.add({ service, name, kind: 3, dbSystem: 'postgresql', dbTable: table }, this.current)])
  }

  publish(topic: string, partition = -1, offset = -1, more: Partial<SpanEvidence> = {}): this {
    const service = this.here().service
    const place = this.place(partition, offset)
    return this.hop([
      this.add({ service, name: `send ${topic}`, kind: 4, operation: 2, topic, ...place, ...more }, this.current),
    ])
  }

  consume(
    group: string,
    service: string,
    at: { partition: number; offset: number } | 'same' = 'same',
    more: Partial<SpanEvidence> = {},
  ): this {
    const sent = this.here()
    const place =
      at === 'same' ? { partition: sent.partition, offset: sent.offset } : this.place(at.partition, at.offset)
    const fields = {
      service,
      group,
      name: `process ${sent.topic}`,
      kind: 5,
      operation: 4,
      topic: sent.topic,
      ...place,
      ...more,
    }
    return this.hop([this.add(fields, sent)])
  }

  internal(name: string, more: Partial<SpanEvidence> = {}): this {
    return this.hop([this.add({ service: this.here().service, name, kind: 1, ...more }, this.current)])
  }

  // --- how the next hop is seen

  dropTraceContext(): this {
    this.seen = 'dropped'
    return this
  }

  byLink(): this {
    this.seen = 'linked'
    return this
  }

  lateBy(us: number): this {
    this.nowUs += us
    return this
  }

  /** The next hops do not say partition and offset, as of a producer that learns them too late. */
  unknownPosition(): this {
    this.hidePosition = true
    return this
  }

  /** The next spans do not carry the key. */
  withoutKey(): this {
    this.carriesKey = false
    return this
  }

  withKey(): this {
    this.carriesKey = true
    return this
  }

  // --- what was true of the hop before

  fails(type: string, message = ''): this {
    for (const span of this.last) Object.assign(span, { status: 2, errorType: type, errorMessage: message })
    return this
  }

  /** The same message was delivered once more, and worked. */
  again(afterUs = second): this {
    const [span] = this.last
    const copy = {
      ...span!,
      spanId: hex(`${this.seed} again ${this.spans.length}`, 16),
      startUs: span!.startUs + afterUs,
    }
    this.spans.push({ ...copy, status: 0, errorType: '', errorMessage: '' })
    return this.hop([this.spans.at(-1)!])
  }

  /** The exporter sent the last spans twice. */
  duplicate(): this {
    for (const span of this.last) this.spans.push(structuredClone(span))
    return this
  }

  /** The host of the last hop has a clock that is off by this. */
  clock(us: number): this {
    for (const span of this.last) span.startUs += us
    return this
  }

  change(fields: Partial<SpanEvidence>): this {
    for (const span of this.last) Object.assign(span, fields)
    return this
  }

  mark(name: string): this {
    this.marks.set(name, this.here())
    return this
  }

  from(name: string): this {
    const span = this.marks.get(name)
    if (!span) throw new Error(`no mark ${name}`)
    this.current = span
    return this
  }

  // --- what came of it

  here(): SpanEvidence {
    if (!this.current) throw new Error('the story has no hop yet')
    return this.current
  }

  /** A span of any shape below the current one, or with a trace of its own when `parent` is undefined. */
  add(fields: Fields, parent: SpanEvidence | undefined, seen = this.seen): SpanEvidence {
    const isNew = parent === undefined || seen !== 'same'
    if (isNew) this.traces += 1
    const id = hex(`${this.seed} span ${this.spans.length}`, 16)
    const span: SpanEvidence = {
      ...plain,
      traceId: isNew ? hex(`${this.seed} trace ${this.traces}`, 32) : parent.traceId,
      spanId: id,
      parentSpanId: isNew ? '' : parent.spanId,
      links: parent && seen === 'linked' ? [{ traceId: parent.traceId, spanId: parent.spanId }] : [],
      keys: this.carriesKey ? [this.key] : [],
      startUs: this.nowUs,
      durationUs: 5 * ms,
      ...fields,
    }
    this.nowUs += 10 * ms
    if (seen === this.seen) this.seen = 'same'
    this.spans.push(span)
    return span
  }

  /** Found by the key, as a search for `order.id=...` would. */
  byKey(more: Partial<Gathered> = {}): Gathered {
    const carries = (span: SpanEvidence) =>
      span.keys.some((key) => key.name === this.key.name && key.value === this.key.value)
    const seeds = this.spans.filter(carries).map((span) => ({ ref: refOf(span), by: 'key' as const }))
    return { spans: this.spans, logs: [], seeds, identity: this.key, wide: new Set(), ...more }
  }

  byTrace(traceId = this.spans[0]!.traceId, more: Partial<Gathered> = {}): Gathered {
    const seeds = this.spans
      .filter((span) => span.traceId === traceId)
      .map((span) => ({ ref: refOf(span), by: 'trace' as const }))
    return { spans: this.spans, logs: [], seeds, wide: new Set(), ...more }
  }

  private place(partition: number, offset: number): { partition: number; offset: string } {
    return this.hidePosition || offset < 0 ? { partition: -1, offset: '' } : { partition, offset: String(offset) }
  }

  private hop(spans: SpanEvidence[]): this {
    this.last = spans
    this.current = spans.at(-1)
    return this
  }

  /** A hop that nothing follows from: the story goes on where it was. */
  private side(spans: SpanEvidence[]): this {
    this.last = spans
    return this
  }
}

export const story = (orderId: string, seed?: string): Story => new Story(orderId, seed)

/** The shop's order: a request, a call, a row, a message read by two groups, and what they publish. */
export function retailOrder(orderId = '8123', before: (hop: string, told: Story) => void = () => {}): Story {
  const told = story(orderId)
  const step = (name: string, add: (told: Story) => void) => {
    before(name, told)
    add(told)
  }
  step('gateway', (s) => s.http('api-gateway', 'POST /orders'))
  step('orders', (s) => s.call('orders', 'POST /orders').mark('orders'))
  step('row', (s) => s.db('orders', 'INSERT orders'))
  step('published', (s) => s.publish('orders.events', 3, 1842).mark('published'))
  step('payment', (s) => s.consume('payment-worker', 'payment'))
  step('paid', (s) => s.publish('payments', 1, 9071))
  step('notification', (s) => s.consume('notifier', 'notification'))
  step('shipping', (s) => s.from('published').consume('shipping-worker', 'shipping'))
  return told
}

/** A generator of the same numbers for the same seed, so that a shuffle that fails can be repeated. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

export function shuffled<T>(list: readonly T[], random: () => number): T[] {
  const copy = [...list]
  for (let at = copy.length - 1; at > 0; at -= 1) {
    const other = Math.floor(random() * (at + 1))
    ;[copy[at], copy[other]] = [copy[other]!, copy[at]!]
  }
  return copy
}
