// "Is the server well, what does it offer, and what does it say to those who ask wrongly?"
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Problem } from '../../src/contract/live.ts'
import type { Status } from '../../src/contract/status.ts'
import { getJson, runServer, startServer, type ServerProcess } from './server-process.ts'

let server: ServerProcess
beforeAll(async () => {
  server = await startServer()
})
afterAll(async () => {
  await server.stop()
})
const ask = <T = Problem>(path: string) => getJson<T>(`${server.url}${path}`)

describe('a server that is well', () => {
  it('is alive and ready, and says what it has checked', async () => {
    expect(await ask('/healthz')).toMatchObject({ status: 200, body: { status: 'ok' } })
    const checks = { store: 'ok', inserts: 'ok', journal: 'ok' }
    expect(await ask('/readyz')).toMatchObject({ status: 200, body: { status: 'ready', checks } })
  })

  it('says in one line where it is, and in another to programs', () => {
    expect(server.output()).toMatch(
      /^Hopscope is at http:\/\/127\.0\.0\.1:\d+ and takes OTLP at 127\.0\.0\.1:\d+ \(gRPC\)/m,
    )
    expect(server.output()).toMatch(/^HOPSCOPE_READY \{"httpPort":\d+,"grpcPort":\d+,"otlpHttpPort":\d+,"pid":\d+\}$/m)
  })

  it('has figures for Prometheus', async () => {
    const response = await fetch(`${server.url}/metrics`)
    const text = await response.text()
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
    for (const name of [
      'accepted_total{signal="spans"}',
      'journal_bytes',
      'inserted_rows_total{table="spans_in"}',
      'live_clients',
    ])
      expect(text).toContain(`hopscope_${name} 0`)
  })

  it('knows itself', async () => {
    const { body } = await ask<Status>('/api/v1/status')
    expect(body.listening.map(({ name, state }) => [name, state])).toEqual([
      ['OTLP gRPC', 'ok'],
      ['OTLP HTTP', 'ok'],
      ['Dashboard and API', 'ok'],
    ])
    expect(body.storage.kind).toBe(process.env['STORE_URL'] === undefined ? 'embedded' : 'server')
    expect(body.storage.retention).toMatchObject({ spans: '7 days', keys: '30 days' })
    expect(body.sources.map(({ name, state }) => [name, state])).toEqual([
      ['OTLP', 'never'],
      ['Kafka offsets', 'not-set'],
      ['Change capture', 'not-set'],
    ])
  })

  it('says how to begin while nothing has come', async () => {
    expect((await ask('/api/v1/overview')).body).toMatchObject({ empty: true, recent: [], failing: [] })
  })

  it('describes every question with the schemas that check it', async () => {
    const { body } = await ask<{
      openapi: string
      paths: Record<string, Record<string, { parameters?: { name: string }[] }>>
    }>('/openapi.json')
    expect(body.openapi).toBe('3.1.0')
    for (const path of Object.keys(body.paths).filter((path) => body.paths[path]?.['get'] && !path.includes('{'))) {
      expect([path, (await fetch(`${server.url}${path}`)).status]).toEqual([
        path,
        path.endsWith('/journey') ? 400 : 200,
      ])
    }
    const names = body.paths['/api/v1/traces']?.['get']?.parameters?.map(({ name }) => name)
    expect(names).toEqual(
      expect.arrayContaining([
        'service',
        'name',
        'attr',
        'minDurationUs',
        'status',
        'from',
        'to',
        'limit',
        'env',
        'cluster',
      ]),
    )
  })
})

describe('a question that cannot be answered', () => {
  it.each<[string, number, RegExp]>([
    ['/api/v1/journey', 400, /q: say what to look for/],
    ['/api/v1/journey?q=', 400, /say what to look for/],
    ['/api/v1/journey?q=a&q=b', 400, /q/],
    ['/api/v1/journey?q=order.id%3D1', 404, /"order\.id=1".*No spans are stored yet/],
    ['/api/v1/traces/xyz', 400, /32 hexadecimal digits/],
    [`/api/v1/traces/${'0'.repeat(32)}`, 400, /all zeros/],
    [`/api/v1/traces/${'ab'.repeat(16)}`, 404, /No span of trace abab/],
    ['/api/v1/traces?limit=many', 400, /limit/],
    ['/api/v1/traces?attr=order.id', 400, /name=value/],
    ['/api/v1/topology?from=5&to=3', 400, /must be before/],
    ['/api/v1/topology?from=1', 400, /86400 s/],
    ['/api/v1/breaks', 404, /GET \/api\/v1\/breaks is not known/],
    ['/api/v2', 404, /not known/],
    ['/no-such-file.js', 404, /not known/],
    ['/api/v1/traces/%E0%A4%A', 400, /%E0%A4%A/],
  ])('%s: %d with what to do', async (path, status, detail) => {
    const { body, ...answer } = await ask(path)
    expect(answer).toEqual({ status, type: 'application/problem+json; charset=utf-8' })
    expect(body).toEqual({
      title: expect.any(String),
      status,
      detail: expect.stringMatching(detail),
      todo: expect.any(String),
    })
    expect(JSON.stringify(body)).not.toMatch(/node_modules|\.ts:|\.js:\d|at \w+ \(/)
  })

  it('is refused when it is asked by another page, or by a name that is not ours', async () => {
    const refused = await fetch(`${server.url}/api/v1/status`, { headers: { origin: 'https://evil.example' } })
    expect([refused.status, await refused.json()]).toMatchObject([
      403,
      { detail: expect.stringContaining('evil.example') },
    ])
  })

  it('does not read a body that is no JSON, or too long', async () => {
    const post = (body: string) =>
      fetch(`${server.url}/api/v1/erase`, { method: 'POST', body, headers: { 'content-type': 'application/json' } })
    expect((await post('{"key')).status).toBe(400)
    expect((await post(JSON.stringify({ key: 'a'.repeat(100_000), value: 'b' }))).status).toBe(413)
  })
})

describe('every answer', () => {
  it.each(['/', '/api/v1/status', '/nothing', '/healthz'])('%s has the strict policy', async (path) => {
    const { headers } = await fetch(`${server.url}${path}`)
    const policy = headers.get('content-security-policy') ?? ''
    for (const rule of [
      "default-src 'self'",
      "script-src 'self'",
      "style-src 'self'",
      "object-src 'none'",
      "frame-ancestors 'none'",
    ])
      expect(policy).toContain(rule)
    expect(policy).not.toMatch(/unsafe|\*|https?:/)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('x-powered-by')).toBeNull()
  })
})

describe('a server that cannot start', () => {
  it('names the setting of a port that is taken, and ends with 1', async () => {
    const port = new URL(server.url).port
    const { code, output } = await runServer({ HTTP_PORT: port })
    expect(output).toContain(`HTTP_PORT=${port} is in use`)
    expect(output).not.toMatch(/\n\s+at /)
    expect(code).toBe(1)
  })

  it('names each wrong setting', async () => {
    const { code, output } = await runServer({ JOURNAL_SEAL_MS: 'soon', HTTP_PORT: '99999' })
    expect(output).toMatch(/JOURNAL_SEAL_MS="soon".*HTTP_PORT="99999"|HTTP_PORT="99999".*JOURNAL_SEAL_MS="soon"/s)
    expect(code).toBe(1)
  })
})
