// "What happens in my shop right now, and what happened to this order?" Asked of the real server, fed by the real exporter.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { io, type Socket } from 'socket.io-client'
import type { Journey } from '../../src/contract/journey.ts'
import type { Patch, Snapshot } from '../../src/contract/live.ts'
import type { Status } from '../../src/contract/status.ts'
import type { Overview, Topology } from '../../src/contract/topology.ts'
import type { Trace, TraceList } from '../../src/contract/traces.ts'
import { getJson, startServer, waitFor, type ServerProcess } from './server-process.ts'
import { Shop, type Order } from './shop.ts'

let server: ServerProcess
let shop: Shop
let good: Order
let bad: Order
const sockets: Socket[] = []

beforeAll(async () => {
  server = await startServer()
  shop = new Shop(server.grpcUrl)
  good = shop.place('8123')
  bad = shop.place('8124', { fails: true })
  // Old enough for the pairing of calls, which takes only windows that have been closed for a while.
  for (let at = 0; at < 30; at++) shop.place(String(9000 + at), { atMs: Date.now() - 20_000 - at * 500 })
  await shop.flush()
})
afterAll(async () => {
  for (const socket of sockets) socket.disconnect()
  await shop.close()
  await server.stop()
})

const ask = <T>(path: string) => getJson<T>(`${server.url}${path}`)
const journey = (q: string) =>
  waitFor(async () => {
    const { status, body } = await ask<Journey>(`/api/v1/journey?q=${encodeURIComponent(q)}`)
    return status === 200 && body
  })

describe('what happens right now', () => {
  it('shows who writes to and reads from what, from spans alone', async () => {
    const edges = await waitFor(async () => {
      const { body } = await ask<Topology>('/api/v1/topology?env=prod')
      return body.edges.length >= 3 && body.edges.map(({ id }) => id)
    })
    expect(edges).toEqual(
      expect.arrayContaining([
        'service:orders>table:postgresql/orders:db',
        'service:orders>topic:orders.events:publish',
        'topic:orders.events>service:billing:consume',
      ]),
    )
  })

  it('names the group on its service, the partitions seen, and what fails', async () => {
    const { nodes } = (await ask<Topology>('/api/v1/topology?env=prod')).body
    expect(nodes.find(({ id }) => id === 'service:billing')).toMatchObject({ group: 'billing-sync', state: 'failing' })
    expect(nodes.find(({ id }) => id === 'topic:orders.events')?.partitions).toHaveLength(3)
    expect(nodes.find(({ id }) => id === 'service:api-gateway')).toMatchObject({ state: 'ok', errors: 0 })
  })

  it('pairs calls after a moment', async () => {
    const call = await waitFor(async () => {
      const { edges } = (await ask<Topology>('/api/v1/topology?env=prod')).body
      return edges.find(({ via }) => via === 'call')
    }, 60_000)
    expect(call).toMatchObject({ id: 'service:api-gateway>service:orders:call', errors: 0, state: 'ok' })
  })

  it('knows only the environment that was asked for', async () => {
    expect((await ask<Topology>('/api/v1/topology?env=other')).body).toMatchObject({ nodes: [], edges: [] })
    expect((await ask<Topology>('/api/v1/topology')).body.nodes.map(({ id }) => id)).toContain('service:prod/billing')
  })

  it('lists the newest orders and the place that fails, with an error to look at', async () => {
    const { body } = await ask<Overview>('/api/v1/overview?env=prod')
    expect(body).toMatchObject({ env: 'prod', empty: false, recentKey: 'order.id' })
    expect(
      body.recent
        .slice(0, 2)
        .map(({ id }) => id)
        .sort(),
    ).toEqual(['order.id=8123', 'order.id=8124'])
    expect(body.recent.find(({ id }) => id === 'order.id=8124')).toMatchObject({ spans: 6, errors: 1 })
    expect(body.failing).toEqual([
      expect.objectContaining({
        service: 'billing',
        name: 'process orders.events',
        errors: 1,
        sampleTraceId: bad.traceId,
        sampleError: expect.stringContaining('declined'),
      }),
    ])
  })

  it('says what is not known, and does not call it 0', async () => {
    const { vitals } = (await ask<Overview>('/api/v1/overview')).body
    for (const vital of vitals.filter(({ state }) => state === 'unknown')) expect(vital).not.toHaveProperty('value')
    expect(vitals.filter(({ state }) => state === 'unknown').map(({ id }) => id)).toEqual(['wait', 'capture'])
  })
})

describe('what happened to this order', () => {
  it.each([
    ['its id', () => 'order.id=8123'],
    ['another spelling of it', () => 'orderId=8123'],
    ['the bare number', () => '8123'],
    ['its trace', () => good.traceId],
    ['the position of its message', () => good.position],
  ])('is found by %s', async (_name, query) => {
    const { hops, traceIds, state } = await journey(query())
    expect(traceIds).toEqual([good.traceId])
    expect(hops.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['http', 'db', 'publish', 'consume']))
    expect(state).not.toBe('broken')
  })

  it('names the hop that failed', async () => {
    const { hops, state } = await journey('order.id=8124')
    expect(state).toBe('broken')
    expect(hops.find((hop) => hop.state === 'failed')).toMatchObject({
      kind: 'consume',
      error: { type: 'CardDeclined' },
    })
  })

  it('lists its trace and shows all of it', async () => {
    const list = await ask<TraceList>(`/api/v1/traces?service=billing&status=error&attr=order.id=8124`)
    expect(list.body.traces.map(({ traceId }) => traceId)).toEqual([bad.traceId])
    const { body } = await ask<Trace>(`/api/v1/traces/${bad.traceId}`)
    expect(body).toMatchObject({ total: 6, missingParents: 0, env: 'prod' })
    expect(body.spans.map(({ service }) => service)).toEqual(
      expect.arrayContaining(['api-gateway', 'orders', 'billing']),
    )
  })
})

describe('a page that stays open', () => {
  const connect = () => {
    const socket = io(server.url, { transports: ['websocket'], forceNew: true })
    sockets.push(socket)
    return socket
  }

  it('sees a new order within seconds, by patches that follow the snapshot', async () => {
    const socket = connect()
    const patches: Patch<'overview'>[] = []
    socket.on('overview', (patch: Patch<'overview'>) => patches.push(patch))
    const snapshot: Snapshot<'overview'> = await socket
      .timeout(20_000)
      .emitWithAck('subscribe', { view: 'overview', args: { env: 'prod' } })
    expect(snapshot).toMatchObject({ args: { env: 'prod' }, empty: false })
    expect(snapshot.topology.nodes.length).toBeGreaterThan(3)
    shop.place('8200')
    await shop.flush()
    await waitFor(() => patches.some(({ upsert }) => upsert.some(({ id }) => id === 'order.id=8200')), 15_000)
    expect(patches.map(({ seq }) => seq)).toEqual(patches.map((_patch, at) => snapshot.seq + 1 + at))
  })

  it('sees the hops of a journey arrive', async () => {
    shop.place('8300')
    await shop.flush()
    await journey('order.id=8300')
    const socket = connect()
    const patches: Patch<'journey'>[] = []
    socket.on('journey', (patch: Patch<'journey'>) => patches.push(patch))
    const snapshot = await socket
      .timeout(20_000)
      .emitWithAck('subscribe', { view: 'journey', args: { q: 'order.id=8300' } })
    expect(snapshot.hops.length).toBeGreaterThan(3)
    await waitFor(() => patches.length > 0, 15_000)
    expect(patches[0]).toMatchObject({ args: { q: 'order.id=8300' }, seq: snapshot.seq + 1 })
  })

  it('gets a hop that happens later as a patch, in the journey and in the trace', async () => {
    const order = shop.place('8400')
    await shop.flush()
    await journey('order.id=8400')
    const socket = connect()
    const hops: Patch<'journey'>['upsert'] = []
    const spans: Patch<'trace'>['upsert'] = []
    socket.on('journey', ({ upsert }: Patch<'journey'>) => hops.push(...upsert))
    socket.on('trace', ({ upsert }: Patch<'trace'>) => spans.push(...upsert))
    const watch = (view: string, args: object) => socket.timeout(20_000).emitWithAck('subscribe', { view, args })
    const before = (await watch('journey', { q: 'order.id=8400' })) as Journey
    const trace = (await watch('trace', { traceId: order.traceId })) as Trace
    expect(before.hops.some(({ group }) => group === 'mail-sender')).toBe(false)
    expect(trace.spans).toHaveLength(6)
    shop.mail(order)
    await shop.flush()
    await waitFor(() => hops.some(({ group }) => group === 'mail-sender'), 20_000)
    await waitFor(() => spans.some((item) => item.part === 'span' && item.service === 'mailer'), 20_000)
  })

  it('is one of several that watch ten different things at once, and all hear', async () => {
    const sockets = [connect(), connect()]
    const heard = new Set<string>()
    for (const socket of sockets)
      socket.on('overview', ({ args }: Patch<'overview'>) => heard.add(JSON.stringify(args)))
    const watched = Array.from({ length: 10 }, (_, at) => ({ env: 'prod', rangeS: 60 * (at + 1) }))
    for (const [at, args] of watched.entries()) {
      const answer = await sockets[at % 2]!.timeout(20_000).emitWithAck('subscribe', { view: 'overview', args })
      expect(answer).toMatchObject({ args, seq: expect.any(Number) })
    }
    await waitFor(() => heard.size === watched.length, 60_000)
    for (const socket of sockets) socket.disconnect()
    await waitFor(async () => (await ask<Status>('/api/v1/status')).body.live.clients < 5)
  })

  it('is told when nothing is known', async () => {
    const answer = await connect()
      .timeout(20_000)
      .emitWithAck('subscribe', { view: 'journey', args: { q: 'order.id=none' } })
    expect(answer).toMatchObject({ error: { status: 404, detail: expect.stringMatching(/go back to \d{4}-/) } })
  })
})

describe('what came in', () => {
  it('counts every span once, in the status and in the tables', async () => {
    // 35 orders, and one mail.
    const spans = 35 * 6 + 1
    const { signals, storage, env } = (await ask<Status>('/api/v1/status')).body
    expect(signals.spans).toMatchObject({ accepted: spans, rejected: {} })
    expect(env).toEqual(['prod'])
    expect(storage.tables.find(({ name }) => name === 'spans')?.rows).toBe(spans)
  })
})
