// The demo as a process of its own on a real Kafka: its spans say topics, groups and the very offsets that Kafka gave.
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { Kafka, logLevel } from 'kafkajs'
import { start as startKafka, type KafkaNode } from '../../kafka/kafka.mjs'
import { needs } from '../../run/needs.mjs'
import type { ControlState } from '../src/control/state.ts'
import { startReceiver, until, type Receiver, type SeenSpan } from './otlp-receiver.ts'

const real = needs('kafka') ? describe : describe.skip
const main = join(import.meta.dirname, '../dist/main.js')

real('the demo on a real Kafka', () => {
  let folder: string
  let node: KafkaNode
  let receiver: Receiver
  let demo: ChildProcess
  let url: string

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hopscope-demo-'))
    node = await startKafka({ dir: join(folder, 'kafka') })
    receiver = await startReceiver()
    const env = {
      ...process.env,
      TRANSPORT: 'kafka',
      KAFKA_BROKERS: node.bootstrap,
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
      DEMO_PORT: '0',
      ORDER_ID_START: '8000',
    }
    demo = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'inherit'] })
    const lines: string[] = []
    createInterface({ input: demo.stdout! }).on('line', (line) => lines.push(line))
    const ready = await until('DEMO_READY', () => lines.find((line) => line.startsWith('DEMO_READY ')), 60_000)
    const said = JSON.parse(ready.slice('DEMO_READY '.length)) as { url: string; transport: string }
    expect(said.transport).toBe('kafka')
    url = said.url
  })
  afterAll(async () => {
    if (demo && demo.exitCode === null) {
      const exited = new Promise((resolve) => demo.once('exit', resolve))
      demo.kill('SIGKILL')
      await exited
    }
    await receiver?.close()
    await node?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  const state = async () => (await (await fetch(`${url}/state`)).json()) as ControlState
  const post = async (path: string, body: object) => {
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) })
    return (await response.json()) as ControlState
  }
  const sent = () =>
    receiver.spans.filter(
      (s) => s.name === 'send orders.events' && s.attributes['messaging.kafka.offset'] !== undefined,
    )
  const processed = (span: SeenSpan, service: string) =>
    receiver.spans.find(
      (s) =>
        s.service === service &&
        s.attributes['order.id'] === span.attributes['order.id'] &&
        s.kind === 5 &&
        Number(s.attributes['messaging.kafka.offset'] ?? s.attributes['messaging.kafka.message.offset']) ===
          span.attributes['messaging.kafka.offset'],
    )

  it('publishes orders and reads them in every group at the offset that Kafka gave', async () => {
    const [first] = await until('a published order', () => sent().length > 0 && sent())
    for (const service of ['payment', 'notification', 'billing'])
      await until(`${service} at that offset`, () => processed(first!, service))
    const batch = await until('a batch of shipping', () =>
      receiver.spans.find((s) => s.service === 'shipping' && s.links.some((link) => link.spanId === first!.spanId)),
    )
    expect(batch.kind === 5 || batch.kind === 4).toBe(true)
    expect((await state()).orders.length).toBeGreaterThan(0)
  })

  it('has those offsets in Kafka, and groups that commit and have a member', async () => {
    const kafka = new Kafka({ brokers: [node.bootstrap], logLevel: logLevel.NOTHING })
    const admin = kafka.admin()
    await admin.connect()
    const partitions = await admin.fetchTopicOffsets('orders.events')
    for (const span of sent()) {
      const at = partitions.find((p) => String(p.partition) === span.attributes['messaging.destination.partition.id'])
      expect(Number(at?.high)).toBeGreaterThan(Number(span.attributes['messaging.kafka.offset']))
    }
    const { groups } = await admin.describeGroups(['payment-worker', 'shipping-worker', 'notifier', 'billing-sync'])
    expect(groups.map((g) => `${g.groupId} ${g.state} ${g.members.length}`).sort()).toEqual([
      'billing-sync Stable 1',
      'notifier Stable 1',
      'payment-worker Stable 1',
      'shipping-worker Stable 1',
    ])
    await post('/stop', { group: 'notifier' })
    const stopped = await admin.describeGroups(['notifier'])
    expect(stopped.groups[0]?.members).toEqual([])
    await post('/start', { group: 'notifier' })
    await admin.disconnect()
  })

  it('delivers a poisonous message again and again at the same offset, until it is mended', async () => {
    const { faults } = await post('/poison', {})
    const [order] = faults.poisonedOrders
    const attempts = () => receiver.spans.filter((s) => s.service === 'billing' && s.attributes['order.id'] === order)
    const failed = await until('two failed attempts', () => {
      const bad = attempts().filter((s) => s.exceptions[0] === 'InvalidAmount')
      return bad.length >= 2 && bad
    })
    expect(new Set(failed.map((s) => s.attributes['messaging.kafka.message.offset'])).size).toBe(1)
    await post('/reset', {})
    await until('the booking', () => attempts().some((s) => s.status !== 2))
  })

  it('ends by itself when it is told to', async () => {
    const exited = new Promise((resolve) => demo.once('exit', resolve))
    demo.kill('SIGTERM')
    expect(await exited).toBe(0)
  })
})
