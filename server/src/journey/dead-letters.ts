// Messages that were given up and put aside. In: judged hops. Out: the publish to a dead-letter topic becomes a `dlq` hop of the
// consume it came from, and that consume is dead-lettered. Only where the origin is proven: the publish happened inside the work on
// the message, names its position, or points to the same message from the same service. A batch proves it by message only. Pure.
import type { HopState } from '../contract/journey.ts'
import { type Draft, type Join, spansOf, startOf } from './draft.ts'
import { type Gathered, type SpanEvidence, keyText, refOf } from './evidence.ts'
import type { Folds } from './fold.ts'
import { confidenceOf } from './joins.ts'
import { failed, receivesOnly } from './roles.ts'

/** Names under which consumers park what they cannot process. */
const deadLetterName = /(^|[._-])(dlq|dlt|dead[._-]?letters?|poison|parking[._-]?lot)([._-]|$)/i

export const isDeadLetterTopic = (topic: string): boolean => deadLetterName.test(topic)

interface Parking {
  drafts: Draft[]
  states: Map<string, HopState>
  folds: Folds
  gathered: Gathered
}

interface Origin {
  consume: Draft
  /** How the publish and the consume found each other, where no span is inside the other. */
  join?: Join
}

export function markDeadLetters(parking: Parking): void {
  const { drafts, states } = parking
  const byId = new Map(drafts.map((draft) => [draft.id, draft]))
  for (const publish of drafts) {
    if (publish.kind !== 'publish' || states.get(publish.id) !== 'done' || !isParking(publish)) continue
    const origin = originOf(publish, byId, parking)
    if (origin === undefined) continue
    const { consume, join } = origin
    publish.kind = 'dlq'
    if (join) publish.joins = [join]
    consume.parkedIn = [...(consume.parkedIn ?? []), publish.id]
    if (!wentWellOtherwise(publish, consume, parking.folds)) states.set(consume.id, 'dead-lettered')
  }
}

/** By the name of the topic or by what the message says of itself; a message that goes back to where it was is no dead letter. */
function isParking(publish: Draft): boolean {
  const said = publish.core.find((span) => span.deadLetter !== undefined)?.deadLetter
  if (said !== undefined && said.topic === publish.to.name) return false
  return said?.isNamed === true || isDeadLetterTopic(publish.to.name)
}

function originOf(publish: Draft, byId: Map<string, Draft>, parking: Parking): Origin | undefined {
  const causes = publish.joins.filter(
    (join) => join.oneOf === undefined && (join.via === 'trace' || join.via === 'link'),
  )
  const near = causes.flatMap((join) => byId.get(join.id) ?? [])
  const around = only(near.filter((cause) => cause.kind === 'consume' && isAbout(publish, cause, parking)))
  if (around) return { consume: around }
  const isOwn = (draft: Draft) => draft.kind === 'consume' && draft.core[0]!.service === publish.core[0]!.service
  const own = parking.drafts.filter((draft) => isOwn(draft) && startOf(draft) <= startOf(publish))
  const place = placeOf(publish)
  const placed = place === undefined ? undefined : only(own.filter((draft) => draft.positions.has(place)))
  if (placed) return { consume: placed, join: { id: placed.id, via: 'header', confidence: confidenceOf.id } }
  // Beside the consume and not in it: both name the same message as what came before, and that work had failed.
  const sent = new Set(near.filter((cause) => cause.kind === 'publish').map((cause) => cause.id))
  const beside = own.filter(
    (draft) => parking.states.get(draft.id) === 'failed' && draft.joins.some((join) => sent.has(join.id)),
  )
  const one = only(beside)
  return one && { consume: one, join: { id: one.id, via: causes[0]!.via, confidence: confidenceOf.fragment } }
}

/** A span that took several messages parks perhaps another one of them: then the message itself must say so. */
function isAbout(publish: Draft, consume: Draft, { gathered }: Parking): boolean {
  if (consume.messages === undefined && !consume.flags.has('batch')) return true
  const spans = spansOf(publish)
  const place = placeOf(publish)
  if (place !== undefined) return consume.positions.has(place)
  if (spans.some((span) => span.links.some((link) => consume.messages?.includes(refOf(link))))) return true
  const { identity } = gathered
  return identity !== undefined && spans.some((span) => span.keys.some((key) => keyText(key) === keyText(identity)))
}

/** True when the message was also worked on without error, before or after: then it is parked and done. */
function wentWellOtherwise(publish: Draft, consume: Draft, folds: Folds): boolean {
  const around = new Set<SpanEvidence>()
  for (let up = folds.parentOf(publish.core[0]!); up && !around.has(up); up = folds.parentOf(up)) around.add(up)
  return consume.core.some((span) => span.status !== failed && !receivesOnly(span) && !around.has(span))
}

const placeOf = (publish: Draft): string | undefined =>
  publish.core.flatMap((span) => span.deadLetter?.position ?? []).at(0)

const only = <T>(list: T[]): T | undefined => (list.length === 1 ? list[0] : undefined)
