// Hops of everything but consumers: calls (client and server span are one hop), statements, publishes, and work that only an
// internal span shows. In: the spans of the event and their owners. Out: drafts by owner. Pure.
import type { HopKind } from '../contract/journey.ts'
import type { Node } from '../contract/node.ts'
import { type Draft, addSpans, serviceNode, topicNode } from './draft.ts'
import { type SpanEvidence, type SpanRef, positionOf, refOf } from './evidence.ts'
import type { Folds } from './fold.ts'
import { roleOf } from './roles.ts'
import type { SpanIndex } from './span-index.ts'

/** The word for whoever called a service from outside of what is traced. */
export const outsideName = 'outside'

export function makeCallHops(index: SpanIndex, spans: Map<SpanRef, SpanEvidence>, folds: Folds): Map<SpanRef, Draft[]> {
  const drafts = new Map<SpanRef, Draft[]>()
  const add = (owner: SpanEvidence, draft: Draft) => {
    const ref = refOf(owner)
    drafts.set(ref, [...(drafts.get(ref) ?? []), draft])
  }
  const answered = new Set<SpanRef>()
  for (const span of spans.values()) {
    if (folds.ownerOf(span) !== span || roleOf(span) !== 'server') continue
    const client = callerOf(span, folds)
    const draft = serverHop(span, client, folds)
    if (client) answered.add(refOf(client))
    add(span, draft)
  }
  for (const span of spans.values()) {
    if (folds.ownerOf(span) !== span) continue
    const role = roleOf(span)
    if (role === 'client' && !answered.has(refOf(span))) add(span, clientHop(index, span, folds))
    if (role === 'db') add(span, dbHop(span, folds))
    if (role === 'publish' && !isBatchSend(span, folds)) add(span, publishHop(span, folds))
    if (role === 'internal' && !isAroundConsume(span, folds)) add(span, internalHop(span, folds))
  }
  return drafts
}

/** The client span that this server span answers, where both were received. */
function callerOf(server: SpanEvidence, folds: Folds): SpanEvidence | undefined {
  const parent = folds.parentOf(server)
  const owner = parent && folds.ownerOf(parent)
  return owner && roleOf(owner) === 'client' ? owner : undefined
}

/** A send span over several create spans, above or beside them: the create spans are the messages. */
function isBatchSend(span: SpanEvidence, folds: Folds): boolean {
  const below = folds.childrenOf(span).filter((child) => roleOf(child) === 'publish' && folds.ownerOf(child) === child)
  return below.length > 1 && below.every((child) => child.service === span.service)
}

/** The span around a poll is no step of the event; the consume inside it is. */
function isAroundConsume(span: SpanEvidence, folds: Folds): boolean {
  const inside = [span, ...folds.partsOf(span)].flatMap((part) => folds.childrenOf(part))
  return inside.some((child) => roleOf(child) === 'consume' && child.service === span.service)
}

function draftOf(kind: HopKind, core: SpanEvidence[], from: Node, to: Node, folds: Folds): Draft {
  const main = core.at(-1)!
  const draft: Draft = {
    id: refOf(main),
    kind,
    name: main.name,
    from,
    to,
    core: [],
    folded: [],
    positions: new Set(core.flatMap((span) => positionOf(span) ?? [])),
    joins: [],
    flags: new Set(),
  }
  addSpans(draft.core, core)
  for (const span of core) addSpans(draft.folded, folds.partsOf(span))
  return draft
}

const callKind = (...spans: SpanEvidence[]): HopKind => (spans.some((span) => span.protocol === 'rpc') ? 'rpc' : 'http')

function serverHop(server: SpanEvidence, client: SpanEvidence | undefined, folds: Folds): Draft {
  const core = client ? [client, server] : [server]
  const parent = folds.parentOf(server)
  const caller = client ?? (parent && folds.ownerOf(parent))
  let from: Node = { type: 'external', name: outsideName, env: server.env }
  if (caller) from = roleOf(caller) === 'publish' ? topicNode(caller) : serviceNode(caller)
  return draftOf(callKind(...core), core, from, serviceNode(server), folds)
}

function clientHop(index: SpanIndex, client: SpanEvidence, folds: Folds): Draft {
  const isService = index.all.some((span) => span.service === client.peer)
  const name = client.peer === '' ? 'a peer that the span does not name' : client.peer
  const to: Node = { type: isService ? 'service' : 'external', name, env: client.env }
  return draftOf(callKind(client), [client], serviceNode(client), to, folds)
}

function dbHop(span: SpanEvidence, folds: Folds): Draft {
  const table = [span, ...folds.partsOf(span)].find((part) => part.dbTable !== '')?.dbTable
  const to: Node = { type: 'table', name: table ?? span.dbSystem, env: span.env }
  return draftOf('db', [span], serviceNode(span), to, folds)
}

function publishHop(span: SpanEvidence, folds: Folds): Draft {
  const draft = draftOf('publish', [span], serviceNode(span), topicNode(span), folds)
  for (const position of folds.partsOf(span).flatMap((part) => positionOf(part) ?? [])) draft.positions.add(position)
  return draft
}

function internalHop(span: SpanEvidence, folds: Folds): Draft {
  const parent = folds.parentOf(span)
  const from = parent ? serviceNode(parent) : serviceNode(span)
  return draftOf('internal', [span], from, serviceNode(span), folds)
}
