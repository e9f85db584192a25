// Drafts to the hops of the contract. In: one event's drafts in causal order, their states, log records, the time of asking.
// Out: hops with evidence. Raw times are written as they came, also where clocks disagree. Pure.
import type { Attempt, Hop, HopState } from '../contract/journey.ts'
import type { Evidence } from '../contract/node.ts'
import { type Draft, finishOf, isSend, spansOf, startOf } from './draft.ts'
import { type Gathered, type LogEvidence, type SpanEvidence, type SpanRef, endUs, keyText, refOf } from './evidence.ts'
import { onePosition } from './joins.ts'
import { failed, receivesOnly, roleOf } from './roles.ts'

/** Pieces of evidence listed for one hop; the trace has all of them. */
export const evidenceMax = 20
/** Attempts listed for one hop, the newest ones. */
export const attemptsMax = 50

export interface Writing {
  states: Map<string, HopState>
  gathered: Gathered
  asOfUs: number
}

export function writeHops(drafts: Draft[], writing: Writing): Hop[] {
  const byId = new Map(drafts.map((draft) => [draft.id, draft]))
  const logs = new Map<SpanRef, LogEvidence[]>()
  for (const log of writing.gathered.logs) logs.set(refOf(log), [...(logs.get(refOf(log)) ?? []), log])
  return drafts.map((draft) => writeHop(draft, byId, logs, writing))
}

function writeHop(draft: Draft, byId: Map<string, Draft>, logs: Map<SpanRef, LogEvidence[]>, writing: Writing): Hop {
  const causes = draft.joins.flatMap((join) => byId.get(join.id) ?? [])
  const join = draft.pairedBy ?? draft.joins[0]
  const main = draft.core.findLast((span) => span.status !== failed) ?? draft.core.at(-1)!
  const failure = failureOf(draft)
  const attempts = attemptsOf(draft)
  const waitedUs = waited(draft, causes)
  const position = onePosition(draft)
  const cluster = spansOf(draft).find((span) => span.cluster !== '')?.cluster
  const group = draft.kind === 'consume' && draft.to.type === 'group' ? draft.to.name : undefined
  const key = keyOf(draft, writing.gathered)
  const state = writing.states.get(draft.id) ?? 'unknown'
  return {
    id: draft.id,
    kind: draft.kind,
    name: draft.name,
    from: draft.from,
    to: draft.to,
    state,
    flags: [...draft.flags].sort(),
    startUs: startOf(draft),
    durationUs: finishOf(draft) - startOf(draft),
    ...(waitedUs === undefined ? {} : { waitedUs }),
    ...(position === undefined ? {} : { position }),
    ...(cluster === undefined ? {} : { cluster }),
    env: main.env,
    ...(group === undefined ? {} : { group }),
    ...(key === undefined ? {} : { key }),
    traceId: main.traceId,
    spanId: main.spanId,
    via: join?.via ?? 'trace',
    confidence: join?.confidence ?? 1,
    ...(join?.oneOf === undefined ? {} : { oneOf: join.oneOf }),
    ...(attempts.length > 1 ? { attempts } : {}),
    ...(failure && (state === 'failed' || state === 'dead-lettered') ? { error: failure } : {}),
    evidence: evidenceOf(draft, byId, logs, writing.asOfUs),
    after: draft.joins.map((one) => one.id),
  }
}

/** The last failed span's error; where it says nothing, that of a failed span inside it. */
function failureOf(draft: Draft): { type: string; message: string } | undefined {
  const broken = [...draft.core, ...draft.folded].filter((span) => span.status === failed)
  if (broken.length === 0) return undefined
  const own = draft.core.findLast((span) => span.status === failed && span.errorType + span.errorMessage !== '')
  const span = own ?? broken.find((one) => one.errorType + one.errorMessage !== '')
  return { type: span?.errorType ?? '', message: span?.errorMessage ?? '' }
}

function attemptsOf(draft: Draft): Attempt[] {
  if (draft.kind !== 'consume') return []
  const tries = draft.core.filter((span) => !receivesOnly(span))
  return tries.slice(-attemptsMax).map((span) => ({
    atUs: span.startUs,
    durationUs: span.durationUs,
    error: span.status === failed ? span.errorType || span.errorMessage || 'error' : '',
    traceId: span.traceId,
    spanId: span.spanId,
  }))
}

/** From the end of the publish to the first attempt. Nothing is said when the clocks say that it was taken before it was sent. */
function waited(draft: Draft, causes: Draft[]): number | undefined {
  if (draft.kind !== 'consume') return undefined
  const sent = causes.filter(isSend)
  if (sent.length !== 1) return undefined
  const [from, until] = [sent[0]!, startOf(draft)]
  if (until < startOf(from)) return undefined
  return Math.max(0, until - finishOf(from))
}

function keyOf(draft: Draft, { identity, wide }: Gathered): string | undefined {
  const keys = spansOf(draft)
    .flatMap((span) => span.keys)
    .filter((key) => !wide.has(keyText(key)))
  const own = keys.find((key) => key.name === identity?.name && key.value === identity.value) ?? keys[0]
  return own && keyText(own)
}

function evidenceOf(
  draft: Draft,
  byId: Map<string, Draft>,
  logs: Map<SpanRef, LogEvidence[]>,
  asOfUs: number,
): Evidence[] {
  const parked = (draft.parkedIn ?? []).flatMap((id) => byId.get(id)?.core ?? [])
  const told = [
    ...parked,
    ...draft.core,
    ...draft.folded.filter((span) => span.status === failed || roleOf(span) === 'consume'),
  ]
  const spans = [...new Set(told)].slice(0, evidenceMax).map((span) => spanEvidence(span, asOfUs))
  const records = spansOf(draft).flatMap((span) => logs.get(refOf(span)) ?? [])
  return [...spans, ...records.slice(0, Math.max(0, evidenceMax - spans.length)).map((log) => logEvidence(log, asOfUs))]
}

const kinds = ['', 'internal ', 'server ', 'client ', 'producer ', 'consumer ']

function spanEvidence(span: SpanEvidence, asOfUs: number): Evidence {
  const ended =
    span.status === failed ? `ended with an error${span.errorType ? `: ${span.errorType}` : ''}` : 'ended without error'
  return {
    kind: 'span',
    atUs: span.startUs,
    text: `${kinds[span.kind] ?? ''}span ${span.name} of ${span.service} ${ended}`,
    ref: `/api/v1/traces/${span.traceId}`,
    ageUs: Math.max(0, asOfUs - endUs(span)),
  }
}

function logEvidence(log: LogEvidence, asOfUs: number): Evidence {
  return {
    kind: 'log',
    atUs: log.atUs,
    text: `${log.severity} ${log.service}: ${log.body}`,
    ref: `/api/v1/traces/${log.traceId}`,
    ageUs: Math.max(0, asOfUs - log.atUs),
  }
}
