// Hops of consumers: one for each message and group, however many spans tell of it. In: the spans of the event and their owners.
// Out: drafts by owner span; a span that took several of our messages owns several. Process spans of one message that are not
// inside one another are attempts; receive spans, listeners inside listeners and polls around them are folded. Pure.
import { type Draft, addSpans, serviceNode, topicNode } from './draft.ts'
import { type SpanEvidence, type SpanRef, inTime, positionOf, refOf } from './evidence.ts'
import type { Folds } from './fold.ts'
import { receivesOnly, roleOf } from './roles.ts'
import { type SpanIndex, messageLinks } from './span-index.ts'

/** One span's part in one message: its names, of which spans of the same hop share at least one. */
interface Share {
  span: SpanEvidence
  names: string[]
  message?: SpanRef
}

export function makeConsumeHops(
  index: SpanIndex,
  spans: Map<SpanRef, SpanEvidence>,
  folds: Folds,
): Map<SpanRef, Draft[]> {
  const consumers = [...spans.values()].filter((span) => roleOf(span) === 'consume')
  const around = new Map(
    consumers.flatMap((span) => outerOf(span, folds).map((outer) => [refOf(span), outer] as const)),
  )
  const groups = new Groups(consumers)
  const isPoll = new Set<SpanRef>()
  for (const span of consumers) {
    const outer = around.get(refOf(span))
    if (outer && index.batchOf(outer) > 1) isPoll.add(refOf(outer))
  }
  const shares = consumers
    .filter((span) => !isPoll.has(refOf(span)))
    .flatMap((span) => sharesOf(index, spans, groups, span))
  for (const share of shares) {
    const outer = around.get(refOf(share.span))
    if (outer && !isPoll.has(refOf(outer)) && isSameMessage(share, shares, outer))
      share.names.push(`span ${refOf(outer)}`)
  }
  const drafts = new Map<SpanRef, Draft[]>()
  for (const set of connect(shares)) {
    const draft = consumeHop(set, groups, around, folds)
    for (const { span } of set) drafts.set(refOf(span), [...(drafts.get(refOf(span)) ?? []), draft])
  }
  giveToSurroundings(consumers, drafts, folds)
  return drafts
}

/** The consumer span of the same service around this one, through internal spans only. */
function outerOf(span: SpanEvidence, folds: Folds): SpanEvidence[] {
  const parent = folds.parentOf(span)
  const owner = parent && folds.ownerOf(parent)
  return owner && owner.service === span.service && roleOf(owner) === 'consume' ? [owner] : []
}

/** A listener inside a listener, or work inside a receive, is the same message unless both say which and differ. */
function isSameMessage(share: Share, shares: Share[], outer: SpanEvidence): boolean {
  if (outer.topic !== '' && share.span.topic !== '' && outer.topic !== share.span.topic) return false
  const outerNames = shares.find((other) => other.span === outer)?.names ?? []
  const says = (names: string[]) => names.filter((name) => !name.startsWith('span '))
  if (says(outerNames).length === 0 || says(share.names).length === 0) return true
  return says(outerNames).some((name) => share.names.includes(name))
}

function sharesOf(index: SpanIndex, spans: Map<SpanRef, SpanEvidence>, groups: Groups, span: SpanEvidence): Share[] {
  const label = groups.labelOf(span)
  const sent = messageLinks(index, span)
  const ours = sent.filter((ref) => spans.has(ref))
  const own = `span ${refOf(span)}`
  if (index.batchOf(span) > 1 || sent.length > 1) {
    if (ours.length === 0) return [{ span, names: [own] }]
    return ours.map((ref) => ({
      span,
      names: [...sentNames(spans.get(ref)!, label, groups), ...linkNames(span, ref, label, groups)],
      message: ref,
    }))
  }
  const names = [
    own,
    ...sent.map((ref) => `sent ${ref} ${label}`),
    ...ours.flatMap((ref) => sentNames(spans.get(ref)!, label, groups)),
  ]
  const position = positionOf(span)
  if (position !== undefined) names.push(`at ${groups.clusterOf(span)} ${position} ${label}`)
  return [{ span, names }]
}

function sentNames(sent: SpanEvidence, label: string, groups: Groups): string[] {
  const position = positionOf(sent)
  const names = [`sent ${refOf(sent)} ${label}`]
  return position === undefined ? names : [...names, `at ${groups.clusterOf(sent)} ${position} ${label}`]
}

/** A link of a batch may say where its message stands. */
function linkNames(span: SpanEvidence, ref: SpanRef, label: string, groups: Groups): string[] {
  const position = span.links.find((link) => refOf(link) === ref)?.position
  return position === undefined ? [] : [`at ${groups.clusterOf(span)} ${position} ${label}`]
}

/** Names of groups and clusters, completed where only one is possible: not every span of a consumer says both. */
class Groups {
  private readonly groups = new Map<string, Set<string>>()
  private readonly clusters = new Map<string, Set<string>>()

  constructor(consumers: SpanEvidence[]) {
    for (const span of consumers) {
      note(this.groups, `${span.env}\n${span.service}\n${span.topic}`, span.group)
      note(this.clusters, `${span.env}\n${span.topic}`, span.cluster)
    }
  }

  groupOf(span: SpanEvidence): string {
    return span.group || only(this.groups.get(`${span.env}\n${span.service}\n${span.topic}`))
  }

  clusterOf(span: SpanEvidence): string {
    return span.cluster || only(this.clusters.get(`${span.env}\n${span.topic}`))
  }

  /** What a hop of a consumer is told apart by. Two services that share one group name are one group. */
  labelOf(span: SpanEvidence): string {
    const group = this.groupOf(span)
    return `${span.env} ${group === '' ? `service ${span.service}` : `group ${group}`}`
  }
}

function note(map: Map<string, Set<string>>, key: string, value: string): void {
  if (value !== '') map.set(key, (map.get(key) ?? new Set()).add(value))
}

function only(values: Set<string> | undefined): string {
  return values?.size === 1 ? [...values][0]! : ''
}

/** Shares that have a name in common, directly or through others. */
function connect(shares: Share[]): Share[][] {
  const sets = new Map<string, Set<Share>>()
  for (const share of shares) {
    let merged = new Set([share])
    for (const name of share.names) {
      const other = sets.get(name)
      if (other === undefined || other === merged) continue
      const [large, small] = other.size >= merged.size ? [other, merged] : [merged, other]
      for (const one of small) large.add(one)
      merged = large
    }
    for (const one of merged) for (const name of one.names) sets.set(name, merged)
  }
  return [...new Set(sets.values())].map((set) => [...set].sort((a, b) => inTime(a.span, b.span)))
}

function consumeHop(set: Share[], groups: Groups, around: Map<SpanRef, SpanEvidence>, folds: Folds): Draft {
  const spans = [...new Set(set.map((share) => share.span))]
  const isInside = (span: SpanEvidence) => {
    const outer = around.get(refOf(span))
    return outer !== undefined && spans.includes(outer) && !receivesOnly(outer)
  }
  const attempts = spans.filter((span) => !receivesOnly(span) && !isInside(span))
  const core = attempts.length > 0 ? attempts : spans.filter((span) => !isInside(span))
  const main = core.find((span) => positionOf(span) !== undefined) ?? core[0]!
  const group = spans.map((span) => groups.groupOf(span)).find((name) => name !== '') ?? ''
  const names = [...new Set(set.flatMap((share) => share.names))].sort()
  const messages = [...new Set(set.flatMap((share) => share.message ?? []))].sort()
  const service = serviceNode({ ...main, group })
  const to = group === '' ? service : { type: 'group' as const, name: group, env: main.env, service: main.service }
  const draft: Draft = {
    // By position where it is known, so that an attempt that comes later finds the same hop.
    id: names.find((name) => name.startsWith('at ')) ?? names.find((name) => name.startsWith('sent ')) ?? refOf(main),
    kind: 'consume',
    name: main.name,
    from: topicNode({ ...main, topic: main.topic || (spans.find((span) => span.topic !== '')?.topic ?? '') }),
    to,
    core: [],
    folded: [],
    ...(messages.length > 0 ? { messages } : {}),
    positions: new Set(spans.flatMap((span) => placesOf(span, messages))),
    joins: [],
    flags: new Set(),
  }
  addSpans(draft.core, core)
  addSpans(
    draft.folded,
    spans.filter((span) => !core.includes(span)),
  )
  for (const span of spans) {
    addSpans(draft.folded, folds.partsOf(span))
    const outer = around.get(refOf(span))
    if (outer && !core.includes(outer)) addSpans(draft.folded, [outer])
  }
  return draft
}

/** Where the messages of this hop stand: of a batch only those that are ours. */
function placesOf(span: SpanEvidence, messages: SpanRef[]): string[] {
  const linked = span.links.filter((link) => messages.includes(refOf(link))).flatMap((link) => link.position ?? [])
  return messages.length > 0 ? linked : [positionOf(span) ?? []].flat()
}

/** A poll around our message owns its hops too: what follows inside the poll follows from them. */
function giveToSurroundings(consumers: SpanEvidence[], drafts: Map<SpanRef, Draft[]>, folds: Folds): void {
  const withHops = new Set(drafts.keys())
  for (const span of consumers) {
    const parent = folds.parentOf(span)
    const owner = parent && folds.ownerOf(parent)
    if (!owner || owner.service !== span.service) continue
    const isPoll = roleOf(owner) === 'consume' ? !withHops.has(refOf(owner)) : roleOf(owner) === 'internal'
    if (!isPoll) continue
    const before = drafts.get(refOf(owner)) ?? []
    drafts.set(refOf(owner), [...new Set([...before, ...(drafts.get(refOf(span)) ?? [])])])
  }
}
