// The real gateway on a real socket, asked through questions whose answers the test decides.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import 'reflect-metadata'
import { randomBytes } from 'node:crypto'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import type { NestExpressApplication } from '@nestjs/platform-express'
import { io, type Socket } from 'socket.io-client'
import type { JourneyAnswer } from '../../src/contract/journey.ts'
import type { OverviewArgs, Patch, Problem, Snapshot } from '../../src/contract/live.ts'
import type { Overview } from '../../src/contract/topology.ts'
import type { Trace } from '../../src/contract/traces.ts'
import { LiveGateway } from '../../src/live/live.gateway.ts'
import { SocketAdapter } from '../../src/live/socket-adapter.ts'
import { roomsPerClientMax } from '../../src/live/rooms.ts'
import { Questions } from '../../src/live/views.ts'
import { ProblemError } from '../../src/problem.ts'
import { waitFor } from '../app/server-process.ts'

/** Answers with a list of `events`, and counts how often it is asked. */
class Scripted extends Questions {
  asked: OverviewArgs[] = []
  events: string[] = ['1']
  noteBytes = 1
  broken = false

  overview(args: OverviewArgs): Promise<Overview> {
    this.asked.push(args)
    if (this.broken) return Promise.reject(new Error('the store is away'))
    const recent = this.events.map((id) => ({
      id,
      key: 'order.id',
      startUs: 1,
      lastUs: 1,
      spans: 1,
      errors: 0,
      services: [],
    }))
    const topology = { asOfUs: 1, fromUs: 0, toUs: 1, rateSeconds: 60, nodes: [], edges: [] }
    const demoNote = randomBytes(this.noteBytes).toString('base64')
    const lists = { vitals: [], fresh: [], recentKeys: [], failing: [] }
    return Promise.resolve({ asOfUs: this.asked.length, env: '', empty: false, topology, recent, demoNote, ...lists })
  }
  journey(): Promise<JourneyAnswer> {
    return Promise.reject(
      new ProblemError({ title: 'Nothing found', status: 404, detail: 'nothing', todo: 'look again' }),
    )
  }
  trace(): Promise<Trace> {
    return Promise.reject(new Error('a secret of the inside'))
  }
}

const questions = new Scripted()
@Module({ providers: [{ provide: Questions, useValue: questions }, LiveGateway] })
class LiveModule {}

let app: NestExpressApplication
let gateway: LiveGateway
let url: string
const clients: Socket[] = []

beforeAll(async () => {
  app = await NestFactory.create<NestExpressApplication>(LiveModule, { logger: false })
  app.useWebSocketAdapter(new SocketAdapter(app, { listenHost: '127.0.0.1', allowed: [] }))
  await app.listen(0, '127.0.0.1')
  gateway = app.get(LiveGateway)
  url = `http://127.0.0.1:${((app.getHttpServer() as Server).address() as AddressInfo).port}`
})
afterAll(async () => {
  gateway.close()
  await app.close()
})
beforeEach(async () => {
  for (const client of clients.splice(0)) client.disconnect()
  await waitFor(() => gateway.counters().rooms === 0 && gateway.counters().clients === 0)
  Object.assign(questions, { asked: [], events: ['1'], noteBytes: 1, broken: false })
})

function connect(options: object = {}): Socket {
  const client = io(url, { transports: ['websocket'], forceNew: true, reconnection: false, ...options })
  clients.push(client)
  return client
}
type Answer = Snapshot<'overview'> & { error?: Problem }
const subscribe = (client: Socket, args: unknown = {}, view = 'overview') =>
  client.timeout(5000).emitWithAck('subscribe', { view, args }) as Promise<Answer>
function patchesOf(client: Socket): Patch<'overview'>[] {
  const patches: Patch<'overview'>[] = []
  client.on('overview', (patch: Patch<'overview'>) => patches.push(patch))
  return patches
}

describe('a page that watches', () => {
  it('gets a snapshot, then patches whose numbers follow it without a gap', async () => {
    const client = connect()
    const patches = patchesOf(client)
    const snapshot = await subscribe(client, { rangeS: 300 })
    expect(snapshot).toMatchObject({ args: { rangeS: 300 }, seq: 0, recent: [{ id: '1' }] })
    questions.events = ['2', '1']
    await waitFor(() => patches.length >= 3)
    expect(patches.map(({ seq }) => seq).slice(0, 3)).toEqual([1, 2, 3])
    expect(patches[0]).toMatchObject({
      args: { rangeS: 300 },
      upsert: [{ part: 'recent', id: '2' }],
      remove: [],
      order: ['2', '1'],
    })
    expect(patches[1]).toMatchObject({ upsert: [], remove: [] })
  })

  it('shares one timer with all who ask the same, and joins them in the middle', async () => {
    const first = connect()
    const patches = patchesOf(first)
    await subscribe(first, { env: 'prod' })
    await waitFor(() => patches.length === 2)
    const second = connect()
    const later = patchesOf(second)
    const snapshot = await subscribe(second, { env: 'prod', cluster: '' })
    expect(snapshot.seq).toBe(2)
    await waitFor(() => later.length === 2)
    expect(later[0]?.seq).toBe(3)
    expect(questions.asked.length).toBe(1 + Math.max(...patches.map(({ seq }) => seq)))
    expect(gateway.counters()).toMatchObject({ rooms: 1, clients: 2 })
  })

  it('is left in peace after it has unsubscribed, and its room ends', async () => {
    const client = connect()
    const patches = patchesOf(client)
    await subscribe(client)
    client.emit('unsubscribe', { view: 'overview', args: {} })
    await waitFor(() => gateway.counters().rooms === 0)
    const asked = questions.asked.length
    await new Promise((resolve) => setTimeout(resolve, 1500))
    expect(questions.asked).toHaveLength(asked)
    expect(patches).toHaveLength(0)
  })

  it('leaves no room behind when it goes', async () => {
    const client = connect()
    await Promise.all([subscribe(client), subscribe(client, { env: 'test' })])
    expect(gateway.counters().rooms).toBe(2)
    client.disconnect()
    await waitFor(() => gateway.counters().rooms === 0)
  })

  it('keeps its place while the store is away, and goes on after', async () => {
    const client = connect()
    const patches = patchesOf(client)
    await subscribe(client)
    questions.broken = true
    const asked = questions.asked.length
    await waitFor(() => questions.asked.length > asked)
    questions.broken = false
    questions.events = ['9']
    await waitFor(() => patches.some(({ upsert }) => upsert.some(({ id }) => id === '9')))
    expect(patches.map(({ seq }) => seq)).toEqual(patches.map((_patch, at) => at + 1))
  })
})

describe('a page that asks for what cannot be', () => {
  it.each<[string, string, unknown, number, RegExp]>([
    ['an unknown view', 'nothing', {}, 400, /overview, journey and trace/],
    ['a range of a year', 'overview', { rangeS: 31_536_000 }, 400, /rangeS/],
    ['a trace id that is none', 'trace', { traceId: 'xyz' }, 400, /32 hexadecimal digits/],
    ['arguments that are no object', 'overview', 'all', 400, /object/],
    ['a journey without a question', 'journey', {}, 400, /say what to look for/],
    ['what nobody knows', 'journey', { q: 'order.id=1' }, 404, /nothing/],
  ])('is told about %s', async (_name, view, args, status, detail) => {
    const { error } = await subscribe(connect(), args, view)
    expect(error).toMatchObject({
      status,
      title: expect.any(String),
      detail: expect.stringMatching(detail),
      todo: expect.any(String),
    })
    expect(gateway.counters().rooms).toBe(0)
  })

  it('never sees an error of the inside', async () => {
    const { error } = await subscribe(connect(), { traceId: 'ab'.repeat(16) }, 'trace')
    expect(error).toMatchObject({ status: 500 })
    expect(JSON.stringify(error)).not.toContain('secret')
  })

  it('watches at most so many views', async () => {
    const client = connect()
    for (let at = 0; at < roomsPerClientMax; at++) expect((await subscribe(client, { env: `e${at}` })).seq).toBe(0)
    expect(await subscribe(client, { env: 'one-more' })).toMatchObject({ error: { status: 429 } })
    expect(gateway.counters().rooms).toBe(roomsPerClientMax)
  })

  it('is not let in from another origin', async () => {
    const client = connect({ extraHeaders: { origin: 'https://evil.example' } })
    await new Promise<void>((resolve) => client.once('connect_error', () => resolve()))
    expect(client.connected).toBe(false)
  })
})

describe('a page that does not keep up', () => {
  it('is left out of patches, sees the gap when it reads again, and holds up nobody else', async () => {
    questions.noteBytes = 1_000_000
    const slow = connect()
    const quick = connect()
    const missed = patchesOf(slow)
    const seen = patchesOf(quick)
    await Promise.all([subscribe(slow), subscribe(quick)])
    const { transport } = slow.io.engine as unknown as { transport: { ws: { pause(): void; resume(): void } } }
    transport.ws.pause()
    const before = gateway.dropped
    await waitFor(() => gateway.dropped > before, 60_000)
    const held = seen.length
    await waitFor(() => seen.length > held + 2)
    expect(seen.map(({ seq }) => seq)).toEqual(seen.map((_patch, at) => at + 1))
    transport.ws.resume()
    await waitFor(() => missed.some(({ seq }, at) => at > 0 && seq > missed[at - 1]!.seq + 1), 60_000)
    const again = await subscribe(slow)
    expect(again.seq).toBeGreaterThanOrEqual(missed.at(-1)!.seq)
  })
})
