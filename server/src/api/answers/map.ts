// What is answered to "what happens right now". See parts.ts.
import { z } from 'zod'
import type { MapEdge, MapNode, Overview, Topology, Vital } from '../../contract/topology.ts'
import { atUs, count, durationUs, nodeFields, share, text, texts, traceId } from './parts.ts'

const state = z.enum(['ok', 'failing', 'quiet', 'unknown'])
const rate = z.number().min(0).describe('Per second.')

const mapNode: z.ZodType<MapNode> = z
  .strictObject({
    ...nodeFields,
    id: text,
    rate,
    errors: share.exactOptional(),
    p95Us: durationUs.exactOptional(),
    partitions: z.array(z.strictObject({ partition: z.int(), state: z.enum(['ok', 'unknown']) })).exactOptional(),
    state,
    folded: z.boolean().exactOptional(),
    lastUs: atUs,
  })
  .meta({ id: 'MapNode' })

const mapEdge: z.ZodType<MapEdge> = z
  .strictObject({
    id: text,
    from: text,
    to: text,
    via: z.enum(['call', 'publish', 'consume', 'db']),
    rate,
    errors: share.exactOptional(),
    p95Us: durationUs.exactOptional(),
    state,
    lastUs: atUs,
  })
  .meta({ id: 'MapEdge' })

export const topology: z.ZodType<Topology> = z
  .strictObject({
    asOfUs: atUs,
    fromUs: atUs,
    toUs: atUs,
    rateSeconds: z.number().describe('Rates are averages over this newest part of the window, seconds.'),
    nodes: z.array(mapNode),
    edges: z.array(mapEdge),
    left: count.exactOptional().describe('Nodes beyond the bound of an answer.'),
  })
  .meta({ id: 'Topology' })

const vital: z.ZodType<Vital> = z
  .strictObject({
    id: z.enum(['events', 'failed', 'wait', 'capture', 'telemetry']),
    label: text,
    value: z.number().exactOptional().describe('Absent when it is not known.'),
    unit: text,
    note: text,
    series: z.array(z.number().nullable()),
    state: z.enum(['ok', 'warn', 'unknown']),
  })
  .meta({ id: 'Vital' })

export const overview: z.ZodType<Overview> = z
  .strictObject({
    asOfUs: atUs,
    env: text,
    empty: z.boolean().describe('True until the first span of another service was stored.'),
    topology,
    vitals: z.array(vital),
    fresh: z.array(
      z.strictObject({
        source: text,
        ageUs: durationUs.exactOptional(),
        state: z.enum(['ok', 'late', 'never', 'not-set']),
      }),
    ),
    recent: z.array(
      z.strictObject({
        id: text,
        key: text,
        startUs: atUs,
        lastUs: atUs,
        spans: count,
        errors: count,
        services: texts,
      }),
    ),
    recentKey: text.exactOptional(),
    recentKeys: texts,
    failing: z.array(
      z.strictObject({
        id: text,
        service: text,
        name: text,
        errors: count,
        spans: count,
        usualShare: share.exactOptional(),
        sampleTraceId: traceId.exactOptional(),
        sampleError: text.exactOptional(),
        sinceUs: atUs,
        lastUs: atUs,
      }),
    ),
    demoUrl: text.exactOptional(),
    demoNote: text.exactOptional(),
  })
  .meta({ id: 'Overview' })
