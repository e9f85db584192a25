// What the three decoders share while they read one request: the cursor, the counts, the attribute rules, the resource and the
// scope of the items at hand, and the times that are allowed. Reading is synchronous, so one Reading serves all requests in turn.
import type { KeyRules } from '../keys/rules.ts'
import { AnyValues } from './any-value.ts'
import { AttributeNames } from './attribute-names.ts'
import { Attributes } from './attributes.ts'
import { meanings } from './conventions.ts'
import { Facts } from './facts.ts'
import { attributesMax, aheadSecondsMax, nameBytesMax, windowDaysMax, type RejectReason } from './limits.ts'
import { Bytes, cutAt, nativeString, textCut } from './native/bytes.ts'
import { mapStreams, type MapStreams } from './native/table.ts'
import { PairList } from './pair-list.ts'
import type { Privacy } from './privacy.ts'
import { Tally } from './tally.ts'
import { WireReader } from './wire/reader.ts'

export interface ReadingSettings {
  rules: KeyRules
  privacy: Privacy
  defaultEnv: string
  defaultCluster: string
}

/** Resource attributes as columns, encoded once for all items below them. */
export interface Resource {
  env: Buffer
  cluster: Buffer
  service: Buffer
  keys: Buffer
  values: Buffer
  count: number
}

/** Nanoseconds since the epoch, as numbers for comparison and as halves for storing. */
export interface Window {
  fromNs: number
  toNs: number
  now: bigint
}

const two32 = 4_294_967_296n
const unknownService = nativeString('unknown_service')
const noScope = Buffer.from([0])
const resourceTag = 10
const itemsTag = 18
const attributesTag = 10

/** Items may be this old and this much ahead; `nowUs` is our clock. */
export function windowOf(nowUs: number, retentionDays: number): Window {
  const now = BigInt(Math.floor(nowUs)) * 1000n
  const days = Math.min(retentionDays, windowDaysMax)
  return {
    fromNs: Number(now - BigInt(days) * 86_400_000_000_000n),
    toNs: Number(now + BigInt(aheadSecondsMax) * 1_000_000_000n),
    now,
  }
}

export class Reading {
  readonly wire = new WireReader()
  readonly tally = new Tally()
  readonly values: AnyValues
  readonly attributes: Attributes
  /** Of the item at hand. */
  readonly facts = new Facts()
  readonly pairs = new PairList(attributesMax)
  window: Window = windowOf(0, 1)
  resource: Resource
  scope: Buffer = noScope
  private readonly bare: Resource
  private readonly resourceFacts = new Facts()
  private readonly resourceMap = mapStreams()
  private readonly name = new Bytes(nameBytesMax)

  constructor(readonly settings: ReadingSettings) {
    const names = new AttributeNames(settings.rules, settings.privacy)
    this.values = new AnyValues(this.wire, names, settings.rules, settings.privacy, this.tally)
    this.attributes = new Attributes(this.wire, names, this.values, this.tally)
    this.bare = {
      env: nativeString(settings.defaultEnv),
      cluster: nativeString(settings.defaultCluster),
      service: unknownService,
      keys: Buffer.alloc(0),
      values: Buffer.alloc(0),
      count: 0,
    }
    this.resource = this.bare
  }

  /** Starts a request: nothing of the one before is left. */
  open(body: Buffer, window: Window): void {
    this.wire.open(body)
    this.tally.clear()
    this.window = window
    this.resource = this.bare
    this.scope = noScope
  }

  /** Walks request, resources and scopes, which have the same shape for every signal, and calls back for each item. */
  eachItem(item: (from: number, to: number) => void): void {
    const { wire } = this
    const end = wire.bytes.length
    while (wire.pos < end) {
      const tag = wire.tag(end)
      if (tag !== resourceTag) {
        wire.skip(tag, end)
        continue
      }
      const stop = wire.block(end)
      const start = wire.pos
      this.resource = this.readResource(start, stop)
      this.eachBlock(start, stop, itemsTag, (from, to) => {
        this.scope = this.readScope(from, to)
        this.eachBlock(from, to, itemsTag, item)
      })
      wire.pos = stop
    }
  }

  /** Calls back for each length-delimited field `wanted` of the message [from, to). */
  eachBlock(from: number, to: number, wanted: number, found: (from: number, to: number) => void): void {
    const { wire } = this
    wire.pos = from
    while (wire.pos < to) {
      const tag = wire.tag(to)
      if (tag !== wanted) {
        wire.skip(tag, to)
        continue
      }
      const end = wire.block(to)
      found(wire.pos, end)
      wire.pos = end
    }
  }

  private readResource(from: number, to: number): Resource {
    const { pairs, resourceMap: map, resourceFacts: facts } = this
    pairs.clear()
    this.eachBlock(from, to, resourceTag, (start, end) =>
      this.eachBlock(start, end, attributesTag, (pairFrom, pairTo) => pairs.add(pairFrom, pairTo)),
    )
    map.offsets.clear()
    map.keys.clear()
    map.values.clear()
    facts.clear()
    this.attributes.writeMap(pairs, map, facts, undefined)
    return {
      env: this.factString(facts, meanings.environment) ?? this.bare.env,
      cluster: this.factString(facts, meanings.cluster) ?? this.bare.cluster,
      service: this.factString(facts, meanings.service) ?? this.bare.service,
      keys: map.keys.copy(),
      values: map.values.copy(),
      count: map.offsets.total,
    }
  }

  /** A fact as a String with its length; undefined when it is absent or empty. */
  factString(facts: Facts, meaning: number): Buffer | undefined {
    if (!facts.has(meaning)) return undefined
    this.name.clear()
    this.values.write(this.name, facts.from(meaning), facts.to(meaning), nameBytesMax)
    return this.name.length > 1 ? this.name.copy() : undefined
  }

  private readScope(from: number, to: number): Buffer {
    let scope: Buffer = noScope
    this.eachBlock(from, to, resourceTag, (start, end) =>
      this.eachBlock(start, end, attributesTag, (nameFrom, nameTo) => {
        this.name.clear()
        this.writeName(this.name, nameFrom, nameTo)
        scope = this.name.copy()
      }),
    )
    return scope
  }

  /** A name of the protocol (span, scope, metric, state) as a String, cut where it is too long. */
  writeName(out: Bytes, from: number, to: number): void {
    const outcome = out.text(this.wire.bytes, from, to, nameBytesMax)
    if (outcome & textCut) this.tally.change('name_cut')
    this.values.note(outcome & ~textCut)
  }

  /** A text that people wrote: masked as the rules say. */
  writeMasked(out: Bytes, from: number, to: number, bytesMax: number): void {
    if (to === from) {
      out.uint8(0)
      return
    }
    const isLong = to - from > bytesMax
    if (isLong) this.tally.change('value_cut')
    const text = this.wire.textAt(from, isLong ? cutAt(this.wire.bytes, from, from + bytesMax) : to)
    this.values.writeText(out, this.values.masked(text), bytesMax)
  }

  /** Why an item of this time is refused; undefined when it is not. */
  refuseTime(at: number): RejectReason | undefined {
    const ns = at < 0 ? 0 : this.wire.roughUint64At(at)
    if (ns === 0) return 'no_time'
    if (ns < this.window.fromNs) return 'too_old'
    return ns > this.window.toNs ? 'in_future' : undefined
  }

  /** Writes a time that is only shown, never sorted by: 0 when absent or past the year 2262. */
  writeTime(out: Bytes, at: number): void {
    const high = at < 0 ? 0 : this.wire.uint32At(at + 4)
    if (high > 0x7fffffff) this.tally.change('time_out_of_range')
    if (at < 0 || high > 0x7fffffff) out.uint64(0, 0)
    else out.uint64(this.wire.uint32At(at), high)
  }

  writeNow(out: Bytes): void {
    out.uint64(Number(this.window.now % two32), Number(this.window.now / two32))
  }

  /** Env, cluster, service, scope and the attributes of the resource, which stand on every row. */
  writeResource(out: { env: Bytes; cluster: Bytes; service: Bytes; scope: Bytes; resource: MapStreams }): void {
    const { resource, scope } = this
    out.env.all(resource.env)
    out.service.all(resource.service)
    out.scope.all(scope)
    out.resource.offsets.offset(resource.count)
    out.resource.keys.all(resource.keys)
    out.resource.values.all(resource.values)
    const cluster = this.factString(this.facts, meanings.cluster) ?? resource.cluster
    out.cluster.all(cluster)
  }
}
