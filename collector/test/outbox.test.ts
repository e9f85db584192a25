// The outbox through the real gRPC exporter to a real endpoint that can refuse, and be away.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-grpc'
import { startReceiver, until, type Receiver } from '../../deploy/demo/test/otlp-receiver.ts'
import { Outbox } from '../src/outbox.ts'
import { toRequests } from '../src/points.ts'

let receiver: Receiver
let outbox: Outbox
let said: string[]

const limits = { pointsMax: 6, retryMs: 50 }
beforeEach(async () => {
  receiver = await startReceiver()
  said = []
  const exporter = new OTLPMetricExporter({ url: receiver.endpoint, timeoutMillis: 2_000 })
  outbox = new Outbox(exporter, limits, (line) => said.push(line))
})
afterEach(async () => {
  receiver.refuseWith = undefined
  await outbox.close(1_000)
  await receiver.close()
})

/** One request of two points, told apart by the number of polls. */
const request = (polls: number) =>
  toRequests(
    { reachable: true, readMs: 1_000, topics: [], groups: [], failures: [] },
    { startedMs: 0, polls, failures: new Map(), dropped: new Map() },
    { version: '1' },
    100,
  )
const polls = () => receiver.points.filter((p) => p.metric === 'hopscope.collector.polls').map((p) => p.value)

describe('the outbox', () => {
  it('sends in order', async () => {
    for (const n of [1, 2, 3]) outbox.push(request(n))
    await until('all', () => polls().length === 3)
    expect(polls()).toEqual([1, 2, 3])
    expect([outbox.sent, outbox.dropped.size]).toEqual([6, 0])
  })

  it('sends again what was refused for now (UNAVAILABLE), and says so once', async () => {
    receiver.refuseWith = 14
    outbox.push(request(1))
    await until('two refusals', () => receiver.refused >= 2)
    receiver.refuseWith = undefined
    await until('the points', () => polls().length === 1)
    await until('a word that it works again', () => said.length === 2)
    expect(said[0]).toContain('does not take metrics')
    expect(said[1]).toContain('again')
  })

  it('drops what was refused for good (INVALID_ARGUMENT), counts it, and goes on', async () => {
    receiver.refuseWith = 3
    outbox.push(request(1))
    await until('the drop', () => outbox.dropped.get('refused') === 2)
    receiver.refuseWith = undefined
    outbox.push(request(2))
    await until('the next', () => polls().length === 1)
    expect(polls()).toEqual([2])
  })

  it('drops the oldest when the endpoint is away for too long, and counts it', async () => {
    receiver.refuseWith = 14
    for (let n = 1; n <= 6; n += 1) {
      outbox.push(request(n))
      await until('a refusal', () => receiver.refused >= n)
    }
    expect(outbox.dropped.get('endpoint-away')).toBe(6)
    receiver.refuseWith = undefined
    await until('the newest', () => polls().includes(6))
    expect(polls()).toHaveLength(3)
  })
})
