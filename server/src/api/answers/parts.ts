// The shapes that several answers share, as schemas: /openapi.json describes them, and tests hold real answers against them. The
// types stay in contract/; the compiler checks that the two agree.
import { z } from 'zod'
import type { Problem } from '../../contract/live.ts'
import type { Evidence, Node, Part } from '../../contract/node.ts'

export const text = z.string()
export const texts = z.array(text)
export const count = z.int().min(0)
export const atUs = z.number().describe('Microseconds since the epoch.')
export const durationUs = z.number().describe('Microseconds.')
export const share = z.number().min(0).max(1).describe('0 to 1.')
export const traceId = text.regex(/^[0-9a-f]{32}$/)
export const spanId = text.regex(/^[0-9a-f]{16}$/)
export const attrs = z.record(text, text)

export const problem: z.ZodType<Problem> = z
  .strictObject({
    title: text,
    status: z.int(),
    detail: text.describe('What happened, to what.'),
    todo: text.exactOptional().describe('What the reader can do.'),
  })
  .meta({ id: 'Problem' })

const nodeType = z.enum(['service', 'topic', 'group', 'table', 'connector', 'external'])

export const nodeFields = {
  type: nodeType,
  name: text,
  cluster: text.exactOptional(),
  env: text.exactOptional(),
  service: text.exactOptional(),
  group: text.exactOptional(),
}
export const node: z.ZodType<Node> = z.strictObject(nodeFields).meta({ id: 'Node' })

export const part: z.ZodType<Part> = z
  .union([
    z.strictObject({ text }),
    z.strictObject({
      name: text,
      type: z.union([nodeType, z.enum(['key', 'position', 'trace', 'error'])]),
      query: text.exactOptional(),
    }),
  ])
  .meta({ id: 'Part' })

export const evidence: z.ZodType<Evidence> = z
  .strictObject({
    kind: z.enum(['span', 'sighting', 'commit', 'change', 'log', 'connector', 'metric']),
    atUs,
    text,
    ref: text.describe('A path of this API or of the page.'),
    ageUs: durationUs,
  })
  .meta({ id: 'Evidence' })
