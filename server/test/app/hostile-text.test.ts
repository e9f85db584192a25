// "Is text only text?" Names, keys and values that are SQL, markup, property names of JavaScript or broken lines go in by OTLP and
// into every question: each is found by exactly what it is, nothing else happens, and no answer is an error of ours.
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { answerSchemas, problemSchema } from '../../src/api/openapi.ts'
import type { Journey } from '../../src/contract/journey.ts'
import type { Status } from '../../src/contract/status.ts'
import type { Topology } from '../../src/contract/topology.ts'
import type { Trace, TraceList } from '../../src/contract/traces.ts'
import { getJson, startServer, waitFor, type ServerProcess } from './server-process.ts'

const corpus: [name: string, text: string][] = [
  ['SQL', "'; DROP TABLE spans; --"],
  ['another end of a string', "\\'; SELECT 1 --"],
  ['markup', '<img src=x onerror=alert(1)>'],
  ['a parameter', '{x:String}'],
  ['backslashes', '\\\\N\\x00\\'],
  ['a NUL', 'a\0b'],
  ['lines', 'a\n\r\n\tb'],
  ['marks of direction', 'a\u202Eb\u200Fc'],
  ['emoji', '\u{1F4A5}\u{1F469}\u200D\u{1F680}'],
  ['__proto__', '__proto__'],
  ['constructor', 'constructor'],
  ['a percent sign', '100%_%27'],
  ['a template', '${7*7}{{7*7}}'],
]
const long = 'x'.repeat(10_000)
const traceIdOf = (text: string) => createHash('md5').update(text).digest('hex')
const attribute = (key: string, value: string) => ({ key, value: { stringValue: value } })

/** One trace of one published message that says `text` wherever OTLP has room for text. */
function requestOf(text: string, at: number) {
  const startNs = BigInt(Date.now()) * 1_000_000n
  return {
    resourceSpans: [
      {
        resource: {
          attributes: [attribute('service.name', text), attribute('deployment.environment.name', `env ${text}`)],
        },
        scopeSpans: [
          {
            scope: { name: text, version: text },
            spans: [
              {
                traceId: traceIdOf(text),
                spanId: traceIdOf(text).slice(0, 16),
                name: text,
                kind: 4,
                traceState: text,
                startTimeUnixNano: String(startNs),
                endTimeUnixNano: String(startNs + 5_000_000n),
                status: { code: 2, message: text },
                events: [{ name: text, timeUnixNano: String(startNs), attributes: [attribute(text, text)] }],
                attributes: [
                  attribute(text, text),
                  attribute('order.id', text),
                  attribute('messaging.system', 'kafka'),
                  attribute('messaging.operation.type', 'send'),
                  attribute('messaging.destination.name', text),
                  attribute('messaging.destination.partition.id', '0'),
                  attribute('messaging.kafka.offset', String(1000 + at)),
                  attribute('messaging.kafka.message.key', text),
                  attribute('messaging.consumer.group.name', text),
                ],
              },
            ],
          },
        ],
      },
    ],
  }
}

let server: ServerProcess
const ask = <T>(path: string) => getJson<T>(`${server.url}${path}`)
const q = encodeURIComponent
beforeAll(async () => {
  server = await startServer()
  for (const [at, text] of [...corpus.map(([, text]) => text), long].entries()) {
    const body = JSON.stringify(requestOf(text, at))
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(`${server.otlpUrl}/v1/traces`, { method: 'POST', headers, body })
    expect([text.slice(0, 40), response.status]).toEqual([text.slice(0, 40), 200])
  }
  await waitFor(async () => (await storedSpans()) === corpus.length + 1)
})
afterAll(async () => {
  await server.stop()
})

const storedSpans = async () =>
  (await ask<Status>('/api/v1/status')).body.storage.tables.find(({ name }) => name === 'spans')?.rows

describe.each(corpus)('%s', (_name, text) => {
  it('comes back in the trace as it was sent', async () => {
    const { body } = await ask<Trace>(`/api/v1/traces/${traceIdOf(text)}`)
    const [span] = body.spans
    expect(span).toMatchObject({ service: text, name: text, statusMessage: text, env: `env ${text}` })
    expect(Object.getOwnPropertyDescriptor(span?.attrs, text)?.value).toBe(text)
    expect(Object.getOwnPropertyDescriptor(span?.events[0]?.attrs, text)?.value).toBe(text)
    expect(span?.messaging).toMatchObject({ topic: text, partition: 0 })
    expect(answerSchemas['/api/v1/traces/{traceId}']?.safeParse(body).error?.issues ?? []).toEqual([])
  })

  it.each([
    ['service', (it: string) => `service=${q(it)}`],
    ['name', (it: string) => `name=${q(it)}`],
    ['key', (it: string) => `attr=${q(`order.id=${it}`)}`],
    // The first "=" ends the name, so a name with one cannot be asked for.
    ['attribute', (it: string) => `attr=${q(`${it.includes('=') ? 'messaging.kafka.message.key' : it}=${it}`)}`],
    ['environment', (it: string) => `env=${q(`env ${it}`)}`],
  ])('is found in the list by its %s, and nothing else is', async (_what, query) => {
    const { body } = await ask<TraceList>(`/api/v1/traces?${query(text)}`)
    expect(body.traces.map(({ traceId }) => traceId)).toEqual([traceIdOf(text)])
  })

  it.each([
    ['its key', (it: string) => `order.id=${it}`],
    ['its bare value', (it: string) => it],
  ])('leads to its journey by %s', async (_what, query) => {
    const { status, body } = await ask<Journey>(`/api/v1/journey?q=${q(query(text))}`)
    if (/[\0\n]/.test(text)) {
      expect([status, body]).toMatchObject([400, { detail: expect.stringMatching(/control character/) }])
      return
    }
    expect(status).toBe(200)
    expect(body.traceIds).toEqual([traceIdOf(text)])
    expect(answerSchemas['/api/v1/journey']?.safeParse(body).error?.issues ?? []).toEqual([])
  })

  it('stands on the map of its environment', async () => {
    const { body } = await ask<Topology>(`/api/v1/topology?env=${q(`env ${text}`)}`)
    expect(body.nodes.map(({ type, name }) => [type, name]).sort()).toEqual(
      [
        ['service', text],
        ['topic', text],
      ].sort(),
    )
    expect(answerSchemas['/api/v1/topology']?.safeParse(body).error?.issues ?? []).toEqual([])
  })
})

describe('in every parameter', () => {
  const everywhere = (text: string) => [
    `/api/v1/journey?q=${q(text)}`,
    `/api/v1/journey?q=${q(`${text} key=${text}`)}`,
    `/api/v1/journey?q=${q(`${text}/0@1000`)}`,
    `/api/v1/journey?q=${q(`${text}:${text}/0@1000`)}&env=${q(text)}&cluster=${q(text)}`,
    `/api/v1/topology?env=${q(text)}&cluster=${q(text)}&from=${q(text)}`,
    `/api/v1/overview?env=${q(text)}&cluster=${q(text)}&key=${q(text)}`,
    `/api/v1/overview?rangeS=${q(text)}`,
    `/api/v1/traces?env=${q(text)}&cluster=${q(text)}&service=${q(text)}&name=${q(text)}&attr=${q(`${text}=${text}`)}`,
    `/api/v1/traces?minDurationUs=${q(text)}&status=${q(text)}&limit=${q(text)}&to=${q(text)}`,
    `/api/v1/traces/${q(text)}?env=${q(text)}`,
    `/api/v1/status?env=${q(text)}&cluster=${q(text)}`,
    `/api/v1/${q(text)}`,
    `/api/v1/traces?${q(text)}=${q(text)}&attr[${q(text)}]=1&env[]=a`,
  ]

  it.each([...corpus, ['much text', long]])('%s is an answer or a clear no', async (_name, text) => {
    for (const path of everywhere(text)) {
      const { status, body, type } = await ask(path)
      expect([path.slice(0, 200), status]).toEqual([path.slice(0, 200), expect.any(Number)])
      expect([200, 400, 404, 431]).toContain(status)
      if (status === 200) continue
      expect(type).toMatch(/^application\/problem\+json/)
      expect(problemSchema.safeParse(body).error?.issues ?? []).toEqual([])
    }
  })

  it('can be erased, and only it is', async () => {
    const [, text] = corpus[0]!
    const response = await fetch(`${server.url}/api/v1/erase`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ key: 'order.id', value: text }),
    })
    expect([response.status, await response.json()]).toMatchObject([200, { rows: { spans: 1 } }])
    expect((await ask(`/api/v1/journey?q=${q(`order.id=${text}`)}`)).status).toBe(404)
    expect((await ask(`/api/v1/journey?q=${q('order.id=constructor')}`)).status).toBe(200)
  })

  it('has changed nothing but what was asked for', async () => {
    expect(await storedSpans()).toBe(corpus.length + 1)
  })
})
