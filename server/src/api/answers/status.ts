// What the server answers about itself. See parts.ts.
import { z } from 'zod'
import type { SignalStatus, Status } from '../../contract/status.ts'
import { atUs, count, durationUs, text, texts } from './parts.ts'

const byReason = z.record(text, count)

const signal: z.ZodType<SignalStatus> = z
  .strictObject({
    accepted: count,
    rate: z.number().min(0).describe('Per second, over the last 10 s.'),
    rejected: byReason,
    deferred: byReason,
    resent: count,
    lastUs: atUs.exactOptional(),
  })
  .meta({ id: 'SignalStatus' })

export const status: z.ZodType<Status> = z
  .strictObject({
    asOfUs: atUs,
    startedUs: atUs,
    version: text,
    env: texts,
    clusters: texts,
    listening: z.array(
      z.strictObject({
        name: text,
        address: text,
        note: text.exactOptional(),
        state: z.enum(['ok', 'not-set', 'failed']),
      }),
    ),
    signals: z.strictObject({ spans: signal, logs: signal, points: signal }),
    changed: byReason,
    notUnderstood: z.array(z.strictObject({ atUs, from: text, what: text, hint: text, count })),
    notUnderstoodTotal: count,
    journal: z.strictObject({
      bytes: count,
      bytesMax: count,
      segments: count,
      oldestSegmentUs: atUs.exactOptional(),
      quarantined: count,
      fsyncP95Us: durationUs.exactOptional(),
    }),
    storage: z.strictObject({
      kind: z.enum(['embedded', 'server']),
      bytes: count,
      freeBytes: count.exactOptional(),
      tables: z.array(z.strictObject({ name: text, rows: count, bytes: count })),
      retention: z.record(text, text),
    }),
    live: z.strictObject({ clients: count, dropped: count }),
    sources: z.array(
      z.strictObject({
        name: text,
        ageUs: durationUs.exactOptional(),
        state: z.enum(['ok', 'late', 'never', 'not-set']),
      }),
    ),
  })
  .meta({ id: 'Status' })

export const alive = z.strictObject({ status: z.literal('ok') })
export const ready = z.strictObject({ status: z.literal('ready'), checks: z.record(text, text) })
