// What a view or a question may be asked with. The same schemas check the socket's arguments and the queries of HTTP.
import { z } from 'zod'
import type { JourneyArgs, OverviewArgs, TraceArgs, View, ViewArgs } from '../contract/live.ts'
import { rangeSecondsMax } from '../topology/window.ts'

const nameCharsMax = 200
const queryCharsMax = 1000

/** An empty text is the same as none: a form sends what it has. */
const optionalText = (what: string) =>
  z
    .string()
    .trim()
    .max(nameCharsMax)
    .optional()
    .transform((text) => text || undefined)
    .describe(what)

export const env = optionalText('Environment; all of them when absent.')
export const cluster = optionalText('Kafka cluster; all of them when absent.')

export const traceId = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[0-9a-f]{32}$/, 'a trace id is 32 hexadecimal digits')
  .refine((id) => !/^0+$/.test(id), 'a trace id is not all zeros')
  .describe('Trace id: 32 hexadecimal digits.')

export const journeyQuery = z
  .string('say what to look for: order.id=8123, a trace id, topic/partition@offset')
  .trim()
  .min(1, 'say what to look for: order.id=8123, a trace id, topic/partition@offset')
  .max(queryCharsMax)
  .describe(
    '`order.id=8123`, a bare value, a trace id, `topic/partition@offset`, `cluster:topic/partition@offset`, or `topic key=K`.',
  )

const overview = z.object({
  env,
  cluster,
  rangeS: z.number().int().min(60).max(rangeSecondsMax).optional(),
  key: optionalText('Key name whose newest events are listed.'),
})
const journey = z.object({ q: journeyQuery, env, cluster })
const trace = z.object({ traceId, env })

const schemas = { overview, journey, trace }

export const subscribeRequest = z.object({
  view: z.enum(['overview', 'journey', 'trace'], 'there are the views overview, journey and trace'),
  args: z.unknown(),
})

/** The arguments of a view in their one normal form: known fields in a fixed order, absent ones left out. */
export function normalise<V extends View>(view: V, args: unknown): z.ZodSafeParseResult<ViewArgs[V]> {
  const result = schemas[view].safeParse(args ?? {})
  if (!result.success) return result as z.ZodSafeParseError<ViewArgs[V]>
  const given = Object.entries(result.data).filter(([, value]) => value !== undefined)
  return { success: true, data: Object.fromEntries(given) as unknown as ViewArgs[V] }
}

export type AnyArgs = OverviewArgs | JourneyArgs | TraceArgs
