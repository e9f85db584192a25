// The description of this API, made of the same schemas that check the questions, and of those that real answers are held
// against in the tests (answers/).
import { z } from 'zod'
import { journey } from './answers/journey.ts'
import { overview, topology } from './answers/map.ts'
import { problem } from './answers/parts.ts'
import { alive, ready, status } from './answers/status.ts'
import { trace, traceList } from './answers/traces.ts'
import {
  emptyParams,
  eraseBody,
  journeyParams,
  overviewParams,
  topologyParams,
  traceOptions,
  traceParams,
  tracesParams,
} from './queries.ts'

/** Every answer by its call, for the tests. Absent where it is not JSON of ours. */
export const answerSchemas: Record<string, z.ZodType> = {
  '/healthz': alive,
  '/readyz': ready,
  '/api/v1/journey': journey,
  '/api/v1/overview': overview,
  '/api/v1/topology': topology,
  '/api/v1/traces': traceList,
  '/api/v1/traces/{traceId}': trace,
  '/api/v1/status': status,
  '/api/v1/erase': z.strictObject({ rows: z.record(z.string(), z.int()), quarantinedSegments: z.int() }),
}
export const problemSchema = problem

interface Route {
  method?: 'get' | 'post'
  path: string
  summary: string
  query?: z.ZodObject
  params?: z.ZodObject
  body?: z.ZodObject
  type?: string
  /** What each status means. Those that every question has are added. */
  answers: Record<number, string>
}

const wrong = 'What is wrong, and what to do.'
/** Answers that any question may get. */
const always = {
  403: 'Asked by another page than the dashboard, or by a host name that is not allowed.',
  500: 'Something failed inside; the log has the cause under the number given.',
}
/** Answers of questions that ask the store. */
const ofStore = { 503: 'The question took too long, or the store is away.' }

const routes: Route[] = [
  { path: '/healthz', summary: 'The process is alive.', answers: { 200: '`{ "status": "ok" }`' } },
  {
    path: '/readyz',
    summary: 'The store answers and is migrated, and the journal takes telemetry.',
    answers: { 200: '`{ "status": "ready" }` and the checks', 503: 'Which check fails.' },
  },
  {
    path: '/metrics',
    summary: "The server's own figures for Prometheus.",
    type: 'text/plain',
    answers: { 200: 'Text.' },
  },
  { path: '/openapi.json', summary: 'This description.', answers: { 200: 'OpenAPI 3.1.' } },
  {
    path: '/api/v1/journey',
    summary: 'What happened to one event, hop by hop. Not bound by a time range.',
    query: journeyParams,
    answers: {
      200: 'A Journey, or `candidates` when several events match.',
      400: wrong,
      404: 'Nothing is known of it.',
    },
  },
  {
    path: '/api/v1/overview',
    summary: 'The live page as one answer: map, vital signs, newest events, what fails.',
    query: overviewParams,
    answers: { 200: 'An Overview.', 400: wrong },
  },
  {
    path: '/api/v1/topology',
    summary: 'Nodes and edges with rates, errors and latency; the last 15 minutes when no window is named.',
    query: topologyParams,
    answers: { 200: 'A Topology.', 400: wrong },
  },
  {
    path: '/api/v1/traces',
    summary: 'Summaries of traces, newest first.',
    query: tracesParams,
    answers: { 200: 'A TraceList: `traces`, `more`, and how far back was searched.', 400: wrong },
  },
  {
    path: '/api/v1/traces/{traceId}',
    summary: 'One trace: spans, links both ways, logs.',
    params: traceParams,
    query: traceOptions,
    answers: { 200: 'A Trace.', 400: wrong, 404: 'No span of it was received, or it has expired.' },
  },
  {
    path: '/api/v1/status',
    summary: 'What came in, what was refused and why, what waits on disk, how old each source is.',
    query: emptyParams,
    answers: { 200: 'A Status.', 400: wrong },
  },
  {
    method: 'post',
    path: '/api/v1/erase',
    summary: 'Removes a value of a key from every table. Answers when that is done.',
    body: eraseBody,
    answers: {
      200: 'What was removed, by table.',
      400: wrong,
      403: 'Not asked from the machine of the server.',
      409: 'Another value is being erased.',
      413: wrong,
    },
  },
]

export function describeApi(version: string): object {
  const components: Components = {}
  return {
    openapi: '3.1.0',
    info: {
      title: 'Hopscope',
      version,
      description:
        'Times are microseconds since the epoch, durations microseconds, offsets decimal strings, ids lower-case hex. ' +
        'Errors are application/problem+json with title, detail, status and what to do (todo). ' +
        'Live views: socket.io at /socket.io, `subscribe { view, args }`.',
    },
    servers: [{ url: '/' }],
    paths: Object.fromEntries(
      routes.map((route) => [route.path, { [route.method ?? 'get']: operation(route, components) }]),
    ),
    components: { schemas: components },
  }
}

type Components = Record<string, unknown>

function operation(route: Route, components: Components): object {
  const { path, summary, query, params, body, answers } = route
  const parameters = [...parametersOf(query, 'query'), ...parametersOf(params, 'path')]
  const all = { ...(path.startsWith('/api/') && ofStore), ...always, ...answers }
  return {
    operationId: `${route.method ?? 'get'}${path.replace(/[^a-z0-9]+(\w)?/gi, (_all, next: string = '') => next.toUpperCase())}`,
    summary,
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && {
      requestBody: { required: true, content: { 'application/json': { schema: schemaOf(body) } } },
    }),
    responses: Object.fromEntries(
      Object.entries(all).map(([status, description]) => [
        status,
        { description, content: contentOf(route, Number(status), components) },
      ]),
    ),
  }
}

function contentOf({ path, type = 'application/json' }: Route, status: number, components: Components): object {
  if (status >= 400) return { 'application/problem+json': { schema: refOf(problem, components) } }
  const schema = answerSchemas[path]
  if (schema !== undefined) return { [type]: { schema: refOf(schema, components) } }
  return { [type]: { schema: { type: type === 'text/plain' ? 'string' : 'object' } } }
}

/** The schema of an answer; what has a name of its own goes to the components and is referred to. */
function refOf(schema: z.ZodType, components: Components): unknown {
  const wrapped = z.toJSONSchema(z.object({ answer: schema }), { io: 'output' })
  // Answers may get more fields later, so a reader must not be told that there are no others.
  const open = JSON.stringify(wrapped).replaceAll(',"additionalProperties":false', '')
  const moved = JSON.parse(open.replaceAll('"#/$defs/', '"#/components/schemas/')) as typeof wrapped
  for (const [name, definition] of Object.entries(moved.$defs ?? {})) {
    const { id: _, ...rest } = definition
    components[name] = rest
  }
  return moved.properties?.['answer']
}

function parametersOf(schema: z.ZodObject | undefined, place: 'query' | 'path'): object[] {
  if (schema === undefined) return []
  const { properties = {}, required = [] } = schemaOf(schema)
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...rest } = property as { description?: string }
    return { name, in: place, required: place === 'path' || required.includes(name), description, schema: rest }
  })
}

function schemaOf(schema: z.ZodObject) {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  return rest
}
