// What each question by HTTP takes, as schemas: they check the query and describe it in /openapi.json. Parameters that a
// question does not know are ignored.
import { z } from 'zod'
import { cluster, env, journeyQuery, traceId } from '../live/args.ts'
import { rangeSecondsMax } from '../topology/window.ts'

const textMax = 500
const tracesMax = 500

const optional = (what: string) =>
  z
    .string()
    .trim()
    .max(textMax)
    .optional()
    .transform((text) => text || undefined)
    .describe(what)

/** An empty parameter is the same as none. */
const number = (what: string, max: number, min = 0) =>
  z
    .preprocess((text) => (text === '' ? undefined : text), z.coerce.number().int().min(min).max(max).optional())
    .describe(what)

const timeMax = 4e15
const from = number('Start of the window, microseconds since the epoch.', timeMax)
const to = number('End of the window, microseconds since the epoch; now when absent.', timeMax)

const inOrder = ({ from, to }: { from?: number | undefined; to?: number | undefined }) =>
  from === undefined || to === undefined || from < to

export const journeyParams = z.object({ q: journeyQuery, env, cluster })

export const topologyParams = z
  .object({ env, cluster, from, to })
  .refine(inOrder, { path: ['from'], error: 'must be before `to`' })
  .refine(({ from, to }) => ((to ?? Date.now() * 1000) - (from ?? to ?? Infinity)) / 1e6 <= rangeSecondsMax, {
    path: ['from'],
    error: `the window may be ${rangeSecondsMax} s long at most`,
  })

export const overviewParams = z.object({
  env,
  cluster,
  rangeS: number('How far back the map and the vital signs look, seconds.', rangeSecondsMax, 60),
  key: optional('Key name whose newest events are listed.'),
})

const attributes = z
  .union([z.string(), z.array(z.string())])
  .optional()
  .transform((given) => (given === undefined ? [] : [given].flat()).filter((text) => text !== ''))
  .refine((list) => list.length <= 10, 'at most 10 attributes')
  .refine((list) => list.every((text) => text.length <= textMax && text.indexOf('=') > 0), 'is written name=value')
  .describe('`name=value`: an attribute that a span of the trace has; may be repeated.')

export const tracesParams = z
  .object({
    env,
    cluster,
    service: optional('A service that takes part.'),
    name: optional('Name of an operation in it.'),
    attr: attributes,
    minDurationUs: number('Only traces that took at least this long, microseconds.', timeMax),
    status: z.enum(['error', 'ok', '']).optional().describe('`error`: with a failed span; `ok`: without.'),
    from,
    to,
    limit: number(`Traces in the answer, at most ${tracesMax}; 50 when absent.`, tracesMax, 1),
  })
  .refine(inOrder, { path: ['from'], error: 'must be before `to`' })

export const traceParams = z.object({ traceId })
export const traceOptions = z.object({ env })
export const emptyParams = z.object({ env, cluster })

export const eraseBody = z.strictObject({
  key: z.string().trim().min(1).max(textMax).describe('Name of the key, such as `customer.id`.'),
  value: z
    .string()
    .min(1)
    .max(textMax)
    .describe('The value as it was sent; where the key is hashed, its hash is looked for.'),
})
