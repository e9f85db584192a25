// The description of this API, made of the same schemas that check the questions. What answers look like is in words here and
// as types in contract/.
import { z } from 'zod'
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

interface Route {
  method?: 'get' | 'post'
  path: string
  summary: string
  query?: z.ZodObject
  params?: z.ZodObject
  body?: z.ZodObject
  type?: string
  answers: Record<number, string>
}

const problem = 'What is wrong, and what to do.'

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
      400: problem,
      404: 'Nothing is known of it.',
    },
  },
  {
    path: '/api/v1/overview',
    summary: 'The live page as one answer: map, vital signs, newest events, what fails.',
    query: overviewParams,
    answers: { 200: 'An Overview.', 400: problem },
  },
  {
    path: '/api/v1/topology',
    summary: 'Nodes and edges with rates, errors and latency; the last 15 minutes when no window is named.',
    query: topologyParams,
    answers: { 200: 'A Topology.', 400: problem },
  },
  {
    path: '/api/v1/traces',
    summary: 'Summaries of traces, newest first.',
    query: tracesParams,
    answers: { 200: 'A TraceList: `traces`, `more`, and how far back was searched.', 400: problem },
  },
  {
    path: '/api/v1/traces/{traceId}',
    summary: 'One trace: spans, links both ways, logs.',
    params: traceParams,
    query: traceOptions,
    answers: { 200: 'A Trace.', 400: problem, 404: 'No span of it was received, or it has expired.' },
  },
  {
    path: '/api/v1/status',
    summary: 'What came in, what was refused and why, what waits on disk, how old each source is.',
    query: emptyParams,
    answers: { 200: 'A Status.' },
  },
  {
    method: 'post',
    path: '/api/v1/erase',
    summary: 'Removes a value of a key from every table. Answers when that is done.',
    body: eraseBody,
    answers: { 200: 'What was removed, by table.', 400: problem, 403: problem },
  },
]

export function describeApi(version: string): object {
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
    paths: Object.fromEntries(routes.map((route) => [route.path, { [route.method ?? 'get']: operation(route) }])),
  }
}

function operation({ summary, query, params, body, answers, type = 'application/json' }: Route): object {
  const parameters = [...parametersOf(query, 'query'), ...parametersOf(params, 'path')]
  return {
    summary,
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && {
      requestBody: { required: true, content: { 'application/json': { schema: schemaOf(body) } } },
    }),
    responses: Object.fromEntries(
      Object.entries(answers).map(([status, description]) => [
        status,
        { description, content: { [Number(status) < 400 ? type : 'application/problem+json']: {} } },
      ]),
    ),
  }
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
