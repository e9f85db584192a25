// Which span stands for which: a fetch inside a kept call, a driver's statement inside an ORM's, an internal function inside its
// request. In: the spans of the event. Out: for each span its owner, the span whose hop it is part of. Pure.
import { type SpanEvidence, type SpanRef, refOf } from './evidence.ts'
import { type Role, operation, receivesOnly, roleOf } from './roles.ts'
import type { SpanIndex } from './span-index.ts'

export interface Folds {
  /** The owner of a span; itself when it makes a hop of its own. */
  ownerOf: (span: SpanEvidence) => SpanEvidence
  /** What is folded into an owner, the owner itself not included. */
  partsOf: (owner: SpanEvidence) => SpanEvidence[]
  /** Parent among the spans of the event. */
  parentOf: (span: SpanEvidence) => SpanEvidence | undefined
  childrenOf: (span: SpanEvidence) => SpanEvidence[]
}

export function foldSpans(index: SpanIndex, spans: Map<SpanRef, SpanEvidence>): Folds {
  const parentOf = (span: SpanEvidence) => {
    const parent = index.parentOf(span)
    return parent && spans.has(refOf(parent)) ? parent : undefined
  }
  const childrenOf = (span: SpanEvidence) => index.childrenOf(span).filter((child) => spans.has(refOf(child)))
  const owners = new Map<SpanRef, SpanEvidence>()
  const parts = new Map<SpanRef, SpanEvidence[]>()
  const ownerOf = (span: SpanEvidence): SpanEvidence => owners.get(refOf(span)) ?? span

  // Walked with a list and not by recursion: a trace may be thousands of spans deep, and a broken one may even be a ring.
  for (const span of spans.values()) {
    const chain: SpanEvidence[] = []
    const seen = new Set<SpanRef>()
    let top = span
    for (let up = parentOf(top); up && !owners.has(refOf(top)) && foldsInto(index, top, up); up = parentOf(top)) {
      if (seen.has(refOf(up))) break
      seen.add(refOf(up))
      chain.push(top)
      top = up
    }
    for (const link of chain) owners.set(refOf(link), ownerOf(top))
  }
  for (const span of spans.values()) {
    const owner = ownerOf(span)
    if (owner === span) continue
    const list = parts.get(refOf(owner)) ?? []
    list.push(span)
    parts.set(refOf(owner), list)
  }
  return { ownerOf, partsOf: (owner) => parts.get(refOf(owner)) ?? [], parentOf, childrenOf }
}

const transport: readonly Role[] = ['client', 'db', 'publish']

function foldsInto(index: SpanIndex, span: SpanEvidence, parent: SpanEvidence): boolean {
  if (parent.service !== span.service || parent.env !== span.env) return false
  const above = roleOf(parent)
  switch (roleOf(span)) {
    case 'internal':
      return true
    case 'settle':
      return true
    case 'server':
      return above === 'server'
    // The call that carries a statement, a message or another call is that statement, message or call.
    case 'client':
      return transport.includes(above) || (above === 'consume' && receivesOnly(parent))
    case 'db':
      return above === 'db'
    case 'publish':
      return above === 'publish' && isOneMessage(index, span, parent)
    case 'consume':
      return false
  }
}

/** A create span and its send span are one message; a send span over many create spans is a batch of many. */
function isOneMessage(index: SpanIndex, span: SpanEvidence, parent: SpanEvidence): boolean {
  if (parent.topic !== span.topic && parent.topic !== '' && span.topic !== '') return false
  const created = [parent, span].some((one) => one.operation === operation.create)
  return created && index.childrenOf(parent).filter((child) => roleOf(child) === 'publish').length === 1
}
