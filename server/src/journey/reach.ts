// Which spans belong to the event. In: all spans that were loaded and where the search entered. Out: the spans that caused the
// seeds and what followed from them, without what belongs to other messages of the same batch or to another value of the
// searched key. A least fixed point of rules that only ever add, so the order of evidence cannot matter. Pure.
import { type Gathered, type Seed, type SpanEvidence, type SpanRef, positionOf, refOf } from './evidence.ts'
import { roleOf } from './roles.ts'
import { type SpanIndex, mayShareCluster, messageLinks } from './span-index.ts'

/**
 * open: everything below belongs to the event. shared: work on several messages at once, so that below only what is ours or
 * cannot be split is taken. above: caused ours but carries another value of the searched key, so nothing below is taken.
 */
type Mode = 'above' | 'shared' | 'open'
const strength: Record<Mode, number> = { above: 0, shared: 1, open: 2 }

export interface Reached {
  spans: Map<SpanRef, SpanEvidence>
  /** Traces that a followed link points into and that were not among the loaded spans. */
  linkedTraces: Set<string>
  /** Spans below a batch of ours that cannot be told apart, by what they are. */
  unattributed: Map<string, number>
}

export function reach(index: SpanIndex, gathered: Gathered): Reached {
  const walk = new Walk(index, gathered)
  for (const seed of gathered.seeds) {
    const span = index.byRef.get(seed.ref)
    if (span) walk.enter(span, seed)
  }
  walk.run()
  const spans = new Map([...walk.modes.keys()].sort().map((ref) => [ref, index.byRef.get(ref)!]))
  return { spans, linkedTraces: walk.linkedTraces, unattributed: walk.unattributed }
}

class Walk {
  readonly modes = new Map<SpanRef, Mode>()
  readonly linkedTraces = new Set<string>()
  readonly unattributed = new Map<string, number>()
  /** Seeds of a trace that was asked for as a whole: which of a batch's messages is meant is not known, so none is followed up. */
  private readonly wholeTrace = new Set<SpanRef>()
  /** Positions of the event's messages: what makes a part of a batch ours. By environment and position, with clusters. */
  private readonly positions = new Map<string, Set<string>>()
  /** Traces whose fragments were taken. */
  private readonly whole = new Set<string>()
  private readonly queue: SpanEvidence[] = []

  constructor(
    private readonly index: SpanIndex,
    private readonly gathered: Gathered,
  ) {}

  enter(span: SpanEvidence, seed: Seed): void {
    if (seed.by === 'trace') this.wholeTrace.add(refOf(span))
    if (seed.by === 'position' && this.gathered.place) this.note(span, this.gathered.place)
    this.admit(span, 'open')
  }

  run(): void {
    for (let span = this.queue.pop(); span !== undefined; span = this.queue.pop()) {
      const mode = this.modes.get(refOf(span))!
      this.climb(span)
      this.followMessages(span, mode)
      this.descend(span, mode)
      if (mode === 'open') this.takeFragments(span.traceId)
    }
  }

  private admit(span: SpanEvidence, wanted: Mode): void {
    const ref = refOf(span)
    const batch = this.index.batchOf(span) > 1 && !this.wholeTrace.has(ref)
    const mode: Mode = wanted === 'open' && batch ? 'shared' : wanted
    const before = this.modes.get(ref)
    if (before !== undefined && strength[before] >= strength[mode]) return
    this.modes.set(ref, mode)
    this.queue.push(span)
    if (mode === 'open') this.remember(span)
  }

  /** A new position of ours may make parts of batches ours that were passed over before: look at those batches again. */
  private remember(span: SpanEvidence): void {
    const position = positionOf(span)
    if (position === undefined) return
    this.note(span, position)
    for (const other of this.index.besides(span)) {
      const around = this.index.parentOf(other)
      if (around && this.modes.get(refOf(around)) === 'shared') this.queue.push(around)
    }
  }

  private note(span: SpanEvidence, position: string): void {
    const place = `${span.env}\n${position}`
    const clusters = this.positions.get(place) ?? new Set<string>()
    this.positions.set(place, clusters.add(span.cluster))
  }

  private climb(span: SpanEvidence): void {
    const parent = this.index.parentOf(span)
    if (parent === undefined) return
    // A batch may hang in the trace of its first message: that is one of its messages, not the cause of all of them.
    const batch = this.index.batchOf(span) > 1 && roleOf(span) === 'consume'
    const sender = roleOf(parent) === 'publish' || parent.service !== span.service
    if (batch && sender && !this.modes.has(refOf(parent)) && !this.wholeTrace.has(refOf(span))) return
    this.admit(parent, this.differs(parent) ? 'above' : this.index.batchOf(parent) > 1 ? 'shared' : 'open')
  }

  private followMessages(span: SpanEvidence, mode: Mode): void {
    const sent = messageLinks(this.index, span)
    const many = sent.length > 1 || this.index.batchOf(span) > 1 || this.insideWholeBatch(span)
    this.followUp(many ? this.oursOf(span) : sent)
    if (mode === 'above') return
    for (const other of this.index.linkedBy(span)) this.admit(other, 'open')
    if (many && roleOf(span) === 'consume') return
    for (const other of this.index.besides(span)) if (this.isSingle(other)) this.admit(other, 'open')
    for (const other of this.index.sameMessageId(span)) if (this.isSingle(other)) this.admit(other, 'open')
  }

  /** Of a batch's links only those whose position is known to be ours. */
  private oursOf(span: SpanEvidence): SpanRef[] {
    return span.links.flatMap((link) =>
      link.position !== undefined && this.isPlace(span, link.position) ? [refOf(link)] : [],
    )
  }

  private followUp(sent: SpanRef[]): void {
    for (const ref of sent) {
      const target = this.index.byRef.get(ref)
      if (target) this.admit(target, 'open')
      else this.linkedTraces.add(ref.slice(0, ref.indexOf(':')))
    }
  }

  /** True when this span was asked for only as part of its trace and the trace took several messages around it. */
  private insideWholeBatch(span: SpanEvidence): boolean {
    if (!this.wholeTrace.has(refOf(span))) return false
    let around: SpanEvidence | undefined = span
    while (around && around.service === span.service) {
      if (this.index.batchOf(around) > 1) return true
      around = this.index.parentOf(around)
    }
    return false
  }

  private isSingle(span: SpanEvidence): boolean {
    return this.index.batchOf(span) <= 1 || roleOf(span) !== 'consume'
  }

  private descend(span: SpanEvidence, mode: Mode): void {
    if (mode === 'above') return
    const children = this.index.childrenOf(span).filter((child) => !this.differs(child))
    if (mode === 'open') {
      for (const child of children) this.admit(child, 'open')
      return
    }
    const alike = new Map<string, SpanEvidence[]>()
    for (const child of children) {
      if (hasMessage(this.index, child)) {
        if (this.isOurs(child)) this.admit(child, 'open')
        continue
      }
      const sort = [roleOf(child), child.service, child.name, child.topic, child.peer, child.dbTable].join('\n')
      alike.set(sort, [...(alike.get(sort) ?? []), child])
    }
    for (const group of alike.values()) this.takeShared(span, group)
  }

  /** What a batch did once, it did for all its messages. What it did many times alike cannot be told apart, and is counted. */
  private takeShared(around: SpanEvidence, group: SpanEvidence[]): void {
    const first = group[0]!
    if (group.length === 1) return this.admit(first, 'shared')
    if (roleOf(first) !== 'settle') this.unattributed.set(`${refOf(around)} ${first.name}`, group.length)
  }

  private isOurs(span: SpanEvidence): boolean {
    if (span.links.some((link) => this.modes.has(refOf(link)))) return true
    const position = positionOf(span)
    return position !== undefined && this.isPlace(span, position)
  }

  private isPlace(span: SpanEvidence, position: string): boolean {
    const clusters = this.positions.get(`${span.env}\n${position}`)
    return clusters !== undefined && [...clusters].some((cluster) => mayShareCluster({ cluster }, span))
  }

  /** Parts of the same trace whose parents never came. Only where no batch makes it doubtful whose they are. */
  private takeFragments(traceId: string): void {
    if (this.whole.has(traceId)) return
    this.whole.add(traceId)
    const trace = this.index.byTrace.get(traceId) ?? []
    if (trace.some((other) => this.index.batchOf(other) > 1)) return
    for (const other of trace) {
      if (this.index.parentOf(other) === undefined && !this.differs(other)) this.admit(other, 'open')
    }
  }

  private differs(span: SpanEvidence): boolean {
    const { identity } = this.gathered
    if (identity === undefined) return false
    const values = span.keys.filter((key) => key.name === identity.name)
    return values.length > 0 && !values.some((key) => key.value === identity.value)
  }
}

function hasMessage(index: SpanIndex, span: SpanEvidence): boolean {
  return (
    span.links.length > 0 || (roleOf(span) === 'consume' && (positionOf(span) !== undefined || index.batchOf(span) > 1))
  )
}
