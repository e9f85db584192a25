// Live patches: what a view showed and one patch in, what it shows now out. Pure; never changes what it was given, and
// keeps the identity of items that did not change, so that only what changed is drawn again.
import type { Candidates, Hop, Journey } from '@hopscope/server/contract/journey'
import type { Items, Patch, View } from '@hopscope/server/contract/live'
import type { Overview } from '@hopscope/server/contract/topology'
import type { Trace } from '@hopscope/server/contract/traces'

export interface ViewData {
  overview: Overview
  journey: Journey | Candidates
  trace: Trace
}

type AnyPatch = Pick<Patch<View>, 'asOfUs' | 'head' | 'upsert' | 'remove' | 'order'>

/** Applies one patch. The number of the patch is the caller's to check: see `follows`. */
export function applyPatch<V extends View>(view: V, data: ViewData[V], patch: Patch<V>): ViewData[V] {
  const patchers = { overview: patchOverview, journey: patchJourney, trace: patchTrace } as const
  return (patchers[view] as unknown as (data: ViewData[V], patch: AnyPatch) => ViewData[V])(data, patch)
}

/** True when nothing was missed between what is shown and this patch. */
export function follows(seq: number, patch: { seq: number }): boolean {
  return patch.seq === seq + 1
}

/** The same question has the same text, whatever the order of its arguments. */
export function argsKey(args: object): string {
  const entries = Object.entries(args).filter(([, value]) => value !== undefined && value !== '')
  return JSON.stringify(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}

function patchOverview(data: Overview, patch: AnyPatch): Overview {
  const items = patch.upsert as Items['overview'][]
  const of = <P extends Items['overview']['part']>(part: P) =>
    items.filter((item) => item.part === part).map(withoutPart) as Omit<
      Extract<Items['overview'], { part: P }>,
      'part'
    >[]
  const byId = (item: { id: string }) => item.id
  // A head replaces all of the head: what it leaves out is gone.
  const { topology: _t, vitals: _v, fresh: _f, recent: _r, failing: _b, ...head } = data
  return {
    ...((patch.head as typeof head | undefined) ?? head),
    asOfUs: patch.asOfUs,
    topology: {
      ...data.topology,
      asOfUs: patch.asOfUs,
      toUs: patch.asOfUs,
      fromUs: patch.asOfUs - (data.topology.toUs - data.topology.fromUs),
      nodes: patchList(data.topology.nodes, byId, of('node'), patch),
      edges: patchList(data.topology.edges, byId, of('edge'), patch),
    },
    vitals: patchList(data.vitals, byId, of('vital'), patch) as Overview['vitals'],
    fresh: patchList(data.fresh, (item) => `fresh:${item.source}`, of('fresh').map(withoutId), patch),
    recent: patchList(data.recent, byId, of('recent'), patch),
    failing: patchList(data.failing, byId, of('failing'), patch),
  }
}

function patchJourney(data: Journey | Candidates, patch: AnyPatch): Journey | Candidates {
  const hops = (patch.upsert as Items['journey'][]).map(withoutPart) as Hop[]
  const head = patch.head as object | undefined
  // Several candidates may become one journey, and the other way round.
  if (head && 'candidates' in head) return { ...head, asOfUs: patch.asOfUs } as Candidates
  const before = 'hops' in data ? data : undefined
  const base = (head ?? before) as Journey
  return { ...base, asOfUs: patch.asOfUs, hops: patchList(before?.hops ?? [], (hop) => hop.id, hops, patch) }
}

function patchTrace(data: Trace, patch: AnyPatch): Trace {
  const items = patch.upsert as Items['trace'][]
  const spans = items.filter((item) => item.part === 'span').map((item) => withoutId(withoutPart(item)))
  const logs = items.filter((item) => item.part === 'log').map(withoutPart)
  const base = (patch.head ? { ...patch.head } : data) as Trace
  return {
    ...base,
    asOfUs: patch.asOfUs,
    spans: patchList(data.spans, (span) => span.spanId, spans, patch),
    logs: patchList(data.logs, (log) => log.id, logs, patch),
  }
}

/** Replaces items in place, adds new ones at the end, then takes the order of the patch where it names one. */
export function patchList<T>(
  list: readonly T[],
  idOf: (item: T) => string,
  upsert: readonly T[],
  patch: { remove: readonly string[]; order?: readonly string[] },
): T[] {
  const same = upsert.length === 0 && !patch.order && !list.some((item) => patch.remove.includes(idOf(item)))
  if (same) return list as T[]
  const items = new Map(list.map((item) => [idOf(item), item]))
  for (const id of patch.remove) items.delete(id)
  for (const item of upsert) items.set(idOf(item), item)
  const all = [...items.values()]
  if (!patch.order) return all
  const place = new Map(patch.order.map((id, index) => [id, index]))
  if (!all.some((item) => place.has(idOf(item)))) return all
  const placeOf = (item: T) => place.get(idOf(item)) ?? Number.MAX_SAFE_INTEGER
  return all.sort((a, b) => placeOf(a) - placeOf(b))
}

function withoutPart<T extends { part: string }>(item: T): Omit<T, 'part'> {
  const { part: _part, ...rest } = item
  return rest
}

function withoutId<T extends { id: string }>(item: T): Omit<T, 'id'> {
  const { id: _id, ...rest } = item
  return rest
}
