// What is answered to questions about traces. See parts.ts.
import { z } from 'zod'
import type { LogRecord, Span, Trace, TraceList } from '../../contract/traces.ts'
import { atUs, attrs, count, durationUs, spanId, text, texts, traceId } from './parts.ts'

export const traceList: z.ZodType<TraceList> = z
  .strictObject({
    asOfUs: atUs,
    traces: z.array(
      z.strictObject({
        traceId,
        env: text,
        startUs: atUs,
        durationUs,
        spans: count,
        errors: count,
        services: texts,
        root: z.strictObject({ service: text, name: text }).exactOptional(),
        lastIngestUs: atUs,
      }),
    ),
    more: z.boolean(),
    searchedFromUs: atUs.describe('Earlier than this was not searched.'),
  })
  .meta({ id: 'TraceList' })

const span: z.ZodType<Span> = z
  .strictObject({
    traceId,
    spanId,
    parentSpanId: text,
    env: text,
    cluster: text,
    service: text,
    name: text,
    kind: z.enum(['unspecified', 'internal', 'server', 'client', 'producer', 'consumer']),
    status: z.enum(['unset', 'ok', 'error']),
    statusMessage: text,
    startUs: atUs,
    durationUs,
    scope: text,
    traceState: text,
    attrs,
    resourceAttrs: attrs,
    events: z.array(z.strictObject({ atUs, name: text, attrs })),
    links: z.array(z.strictObject({ traceId, spanId, attrs })),
    messaging: z
      .strictObject({
        system: text,
        operation: z.enum(['', 'create', 'send', 'receive', 'process', 'settle']),
        topic: text,
        partition: z.int().exactOptional(),
        offset: text.regex(/^\d+$/).exactOptional(),
        group: text.exactOptional(),
        clientId: text.exactOptional(),
      })
      .exactOptional(),
    db: z.strictObject({ system: text, table: text }).exactOptional(),
    peer: text.exactOptional(),
  })
  .meta({ id: 'Span' })

const log: z.ZodType<LogRecord> = z
  .strictObject({
    id: text,
    atUs,
    traceId: text,
    spanId: text,
    service: text,
    severity: text,
    body: text,
    eventName: text,
    attrs,
  })
  .meta({ id: 'LogRecord' })

export const trace: z.ZodType<Trace> = z
  .strictObject({
    traceId,
    env: text,
    asOfUs: atUs,
    startUs: atUs,
    endUs: atUs,
    state: z.enum(['receiving', 'quiet']),
    spans: z.array(span),
    total: count,
    missingParents: count,
    backlinks: z.array(z.strictObject({ traceId, spanId, toSpanId: spanId, service: text, name: text, atUs })),
    logs: z.array(log),
    keys: texts.describe('Business keys found in it, as searches.'),
  })
  .meta({ id: 'Trace' })
