// What probably caused a hop of which trace, link and position say nothing: a business key that both carry, and a reason why the
// one can have led to the other. In: drafts after joins.ts. Out: `joins` by key for hops that had none; a call whose two sides lost
// each other is one hop again. Several possible causes are counted in `oneOf` and never shown as certain. Pure.
import { type Draft, addSpans, byStart, finishOf, spansOf, startOf } from './draft.ts'
import { type Gathered, keyText } from './evidence.ts'
import { addJoin, follows } from './joins.ts'
import { Keyed } from './keyed.ts'
import { roleOf } from './roles.ts'

/** Clocks of two hosts may differ by this much before a cause that seems to come after its effect is ruled out. */
export const clockToleranceUs = 120_000_000
/** A call and its answer lie inside one another; hosts may disagree by this much. */
export const callToleranceUs = 1_000_000
/** With more candidates than this a join says nothing any more, so none is made. */
export const keyCandidatesMax = 5
export const keyConfidence = { unique: 0.8, several: 0.7, distant: 0.6 } as const

interface Candidates {
  causes: Draft[]
  confidence: number
}

/** Adds joins by key. Returns the drafts, fewer by the calls that found their other side. */
export function joinByKey(drafts: Draft[], gathered: Gathered): Draft[] {
  const byId = new Map(drafts.map((draft) => [draft.id, draft]))
  const keyed = new Keyed(drafts, gathered)
  const removed = new Set<Draft>()
  for (const root of drafts.filter((draft) => draft.joins.length === 0).sort(byStart)) {
    const possible = (found: Draft[]) => found.filter((other) => !removed.has(other) && !follows(byId, other, root))
    const { causes, confidence } = candidatesOf(root, keyed, possible)
    if (causes.length === 0 || causes.length > keyCandidatesMax) continue
    const cause = causes.findLast((other) => startOf(other) <= startOf(root)) ?? causes[0]!
    const join = { via: 'key' as const, confidence, ...(causes.length > 1 ? { oneOf: causes.length } : {}) }
    if (roleOf(root.core[0]!) === 'server') {
      pair(root, cause, join, drafts)
      removed.add(cause)
    } else addJoin(root, { id: cause.id, ...join })
  }
  return drafts.filter((draft) => !removed.has(draft))
}

function candidatesOf(root: Draft, keyed: Keyed, possible: (found: Draft[]) => Draft[]): Candidates {
  const near = keyed.besides(root)
  const direct = possible(near.filter((other) => mayCause(other, root)))
  if (direct.length > 0) {
    const best = root.kind === 'consume' ? closest(root, direct, keyed) : direct.slice(-1)
    return { causes: best, confidence: best.length === 1 ? keyConfidence.unique : keyConfidence.several }
  }
  // From here on only the key that was searched counts: any other may belong to many events.
  if (!keyed.isSearched(root)) return { causes: [], confidence: 0 }
  const same = near.filter((other) => keyed.isSearched(other))
  return { causes: possible(lastBefore(root, same, keyed)), confidence: keyConfidence.distant }
}

/** The direct reasons, by kind of hop. */
function mayCause(cause: Draft, root: Draft): boolean {
  if (cause.to.env !== root.to.env) return false
  if (root.kind === 'consume') return mayHaveSent(cause, root)
  const [from, until] = [startOf(cause), finishOf(cause)]
  const isInside = startOf(root) >= from - callToleranceUs && startOf(root) <= until + callToleranceUs
  if (!isInside) return false
  if (roleOf(root.core[0]!) === 'server') return isUnanswered(cause, root)
  return serviceOf(cause) === root.core[0]!.service && isWork(cause)
}

/** Something that runs in a service and can begin other things: a request, a message being processed, a job. */
function isWork(draft: Draft): boolean {
  return draft.core.some((span) => ['server', 'consume', 'internal'].includes(roleOf(span)))
}

function mayHaveSent(cause: Draft, root: Draft): boolean {
  if (cause.kind !== 'publish' || cause.to.name !== root.from.name) return false
  if (startOf(cause) > startOf(root) + clockToleranceUs) return false
  const [sent, taken] = [messageKeyOf(cause), messageKeyOf(root)]
  if (sent !== '' && taken !== '' && sent !== taken) return false
  const known = [...cause.positions]
  return known.length === 0 || root.positions.size === 0 || known.some((position) => root.positions.has(position))
}

const messageKeyOf = (draft: Draft): string => spansOf(draft).find((span) => span.messageKey !== '')?.messageKey ?? ''

/** Where the work of a hop is done. */
const serviceOf = (draft: Draft): string => draft.core.at(-1)!.service

function isUnanswered(call: Draft, root: Draft): boolean {
  if (call.kind !== root.kind || call.core.some((span) => roleOf(span) !== 'client')) return false
  const { service } = root.core[0]!
  if (call.core[0]!.service === service) return false
  return call.to.type === 'external' || call.to.name === service
}

/** Of several reasons those with the most keys in common; of these the ones whose own spans carry them. */
function closest(root: Draft, direct: Draft[], keyed: Keyed): Draft[] {
  const mine = keyed.keysOf(root)
  const own = new Set(root.core.flatMap((span) => span.keys.map(keyText)))
  const score = (draft: Draft) => {
    const theirs = keyed.keysOf(draft)
    const shared = [...mine.keys()].filter((key) => theirs.has(key)).length
    const spoken = spansOf(draft)
      .flatMap((span) => span.keys.map(keyText))
      .filter((key) => own.has(key)).length
    return shared * 1000 + Math.min(spoken, 999)
  }
  const best = Math.max(...direct.map(score))
  return direct.filter((draft) => score(draft) === best)
}

/**
 * No publish of the topic was seen (its sender is not traced), or the publish began after the request that caused it had ended
 * (an outbox): the last hop before it. Components with messages come first, since a mere look-up of the order causes nothing;
 * without any, the earliest component is the one that can have begun it.
 */
function lastBefore(root: Draft, same: Draft[], keyed: Keyed): Draft[] {
  if (root.kind !== 'consume' && root.kind !== 'publish' && root.kind !== 'internal') return []
  const before = same.filter((other) => {
    if (startOf(other) > startOf(root)) return false
    return root.kind === 'consume' || (serviceOf(other) === root.core[0]!.service && isWork(other))
  })
  const withMessages = before.filter((other) =>
    keyed.componentOf(other).some((draft) => draft.kind === 'publish' || draft.kind === 'consume'),
  )
  if (withMessages.length > 0) return [withMessages.at(-1)!]
  const earliest = before[0] && keyed.componentOf(before[0])
  return before.filter((other) => keyed.componentOf(other) === earliest).slice(-1)
}

/** The two sides of a call are one hop again: it stands where the client stood. */
function pair(
  server: Draft,
  client: Draft,
  join: { via: 'key'; confidence: number; oneOf?: number },
  drafts: Draft[],
): void {
  addSpans(server.core, client.core)
  addSpans(server.folded, client.folded)
  server.from = client.from
  server.joins = client.joins
  server.pairedBy = join
  for (const draft of drafts) {
    for (const other of draft.joins) if (other.id === client.id) other.id = server.id
  }
}
