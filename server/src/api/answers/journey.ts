// What is answered to "what happened to this event". See parts.ts.
import { z } from 'zod'
import { hopStates, type Candidates, type Hop, type Journey, type JourneyAnswer } from '../../contract/journey.ts'
import { atUs, count, durationUs, evidence, node, part, share, spanId, text, texts, traceId } from './parts.ts'

const hop: z.ZodType<Hop> = z
  .strictObject({
    id: text,
    kind: z.enum(['http', 'rpc', 'db', 'change', 'publish', 'consume', 'dlq', 'internal']),
    name: text,
    from: node,
    to: node,
    state: z.enum(hopStates),
    flags: texts,
    startUs: atUs.exactOptional(),
    durationUs: durationUs.exactOptional(),
    waitedUs: durationUs.exactOptional(),
    expectedAtUs: atUs.exactOptional(),
    position: text.exactOptional().describe('`topic/partition@offset`.'),
    cluster: text.exactOptional(),
    env: text.exactOptional(),
    group: text.exactOptional(),
    key: text.exactOptional(),
    traceId: traceId.exactOptional(),
    spanId: spanId.exactOptional(),
    via: z.enum(['trace', 'link', 'position', 'header', 'id', 'row', 'key', 'learned']),
    confidence: share,
    oneOf: count.exactOptional(),
    attempts: z.array(z.strictObject({ atUs, durationUs, error: text, traceId, spanId })).exactOptional(),
    error: z.strictObject({ type: text, message: text }).exactOptional(),
    evidence: z.array(evidence),
    after: texts.describe('Ids of the hops that caused this one.'),
  })
  .meta({ id: 'Hop' })

const state = z.enum(['done', 'moving', 'broken', 'unknown'])
const wideKeys = z.array(z.strictObject({ key: text, roots: count, limit: count })).exactOptional()

const oneJourney: z.ZodType<Journey> = z
  .strictObject({
    id: text,
    query: text,
    key: text,
    kind: text,
    asOfUs: atUs,
    startUs: atUs,
    endUs: atUs,
    state,
    sentence: z.array(part),
    rest: z.array(part).exactOptional(),
    hops: z.array(hop).describe('In causal order.'),
    breaks: texts,
    traceIds: z.array(traceId),
    coverage: z.strictObject({
      hops: z.array(z.strictObject({ hopId: text, share, windowUs: durationUs })),
      gaps: z.array(z.strictObject({ source: text, sinceUs: atUs.exactOptional(), text })),
    }),
    bounded: z.enum(['depth', 'hops', 'keys']).exactOptional(),
    boundText: text.exactOptional(),
    wideKeys,
  })
  .meta({ id: 'Journey' })

const candidates: z.ZodType<Candidates> = z
  .strictObject({
    query: text,
    asOfUs: atUs,
    candidates: z.array(
      z.strictObject({ query: text, key: text, kind: text, startUs: atUs, state, sentence: z.array(part) }),
    ),
    wideKeys,
    total: count.exactOptional(),
  })
  .meta({ id: 'Candidates' })

export const journey: z.ZodType<JourneyAnswer> = z.union([oneJourney, candidates])
