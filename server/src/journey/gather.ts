// How much one search may read, and what it has read. In: spans and handles as they are found. Out: the same once, within named
// bounds, and which bound was reached. Pure; journeys.ts does the asking.
import { type Gathered, type KeyValue, type Seed, type SpanEvidence, endUs, keyText, refOf } from './evidence.ts'
import type { Bound, WideKey } from './write-journey.ts'

/** Rounds of following what the last round found. */
export const depthMax = 6
/** Different keys, positions and ids that one search looks up. */
export const keysMax = 5_000
/** Traces that one search reads. */
export const tracesMax = 500
/** Spans that one search reads. */
export const spansMax = 50_000
/** Rows of the key index that one look-up reads. */
export const keyRowsMax = 5_000
/** Traces that a key of the event, other than the searched one, may add. */
export const besideTracesMax = 100
/** A part that lost its context is looked for by key this long after the rest of the event; by the searched key always. */
export const besideUs = 7 * 86_400_000_000

export class Gathering {
  readonly gathered: Gathered & { spans: SpanEvidence[]; seeds: Seed[]; wide: Set<string> }
  /** Handles and traces that were asked for, so that each is asked once. */
  readonly asked = new Set<string>()
  readonly wideKeys: WideKey[] = []
  bound: Bound | undefined
  private readonly traces = new Set<string>()
  private readonly seeded = new Set<string>()
  private beside = 0
  private near: { fromUs: number; toUs: number } | undefined

  constructor(identity: KeyValue | undefined, place?: string) {
    const asked = { ...(identity ? { identity } : {}), ...(place === undefined ? {} : { place }) }
    this.gathered = { spans: [], logs: [], seeds: [], wide: new Set(), ...asked }
  }

  /** True at a time near the spans that the search itself led to. */
  isNear(atUs: number): boolean {
    this.near ??= timesOf(this.gathered.spans)
    return atUs >= this.near.fromUs - besideUs && atUs <= this.near.toUs + besideUs
  }

  seed(seed: Seed): void {
    if (this.seeded.has(seed.ref)) return
    this.seeded.add(seed.ref)
    this.gathered.seeds.push(seed)
  }

  /** Those of these traces that may still be read. */
  newTraces(ids: Iterable<string>): string[] {
    const wanted = [...new Set(ids)].filter((id) => id !== '' && !this.traces.has(id)).sort()
    const room = Math.max(0, tracesMax - this.traces.size)
    if (wanted.length > room) this.reach('hops', `${tracesMax} traces were read; more belong to this search`)
    const taken = wanted.slice(0, room)
    for (const id of taken) {
      this.traces.add(id)
      this.asked.add(`@trace=${id}`)
    }
    return taken
  }

  isRead(traceId: string): boolean {
    return this.traces.has(traceId)
  }

  /** Those of these keys that may still be looked up. */
  newKeys(keys: KeyValue[]): KeyValue[] {
    const room = Math.max(0, keysMax - this.asked.size)
    if (keys.length > room) this.reach('keys', `${keysMax} keys and positions were looked up; there are more`)
    const taken = keys.slice(0, room)
    for (const key of taken) this.asked.add(keyText(key))
    return taken
  }

  /** Traces that a key beside the search leads to, within their own bound. */
  besideTraces(ids: string[]): string[] {
    const wanted = [...new Set(ids)].filter((id) => id !== '' && !this.traces.has(id))
    const room = Math.max(0, besideTracesMax - this.beside)
    if (wanted.length > room)
      this.reach('keys', `${besideTracesMax} traces with keys of this event were read; there are more`)
    const taken = wanted.slice(0, room)
    this.beside += taken.length
    return taken
  }

  addSpans(spans: SpanEvidence[]): void {
    this.gathered.spans.push(...spans)
    if (this.gathered.spans.length >= spansMax) this.reach('hops', `${spansMax} spans were read; there are more`)
  }

  spansLeft(): number {
    return Math.max(0, spansMax - this.gathered.spans.length)
  }

  addWide(key: KeyValue, roots: number, limit: number): void {
    if (this.gathered.wide.has(keyText(key))) return
    this.gathered.wide.add(keyText(key))
    if (!key.name.startsWith('@')) this.wideKeys.push({ key: keyText(key), roots, limit })
  }

  /** The first bound that is reached is the one that is told. */
  reach(kind: Bound['kind'], text: string): void {
    this.bound ??= { kind, text }
  }

  seedTrace(traceId: string): void {
    for (const span of this.gathered.spans) if (span.traceId === traceId) this.seed({ ref: refOf(span), by: 'trace' })
  }
}

function timesOf(spans: SpanEvidence[]): { fromUs: number; toUs: number } {
  let [fromUs, toUs] = [Infinity, -Infinity]
  for (const span of spans) {
    fromUs = Math.min(fromUs, span.startUs)
    toUs = Math.max(toUs, endUs(span))
  }
  return { fromUs, toUs }
}
