// The collector on a real Kafka: what it reads, what it leaves out, and that it goes on when a broker is away.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { Kafka, logLevel, type Consumer } from 'kafkajs'
import { start as startKafka, type KafkaNode } from '../../../deploy/kafka/kafka.mjs'
import { needs } from '../../../deploy/run/needs.mjs'
import { startReceiver, until, type Receiver } from '../../../deploy/demo/test/otlp-receiver.ts'
import { defaults, start } from '../../src/collector.ts'
import { loadConfig } from '../../src/config.ts'
import { openKafka } from '../../src/kafka/kafka-source.ts'

const real = needs('kafka') ? describe : describe.skip

real('a real Kafka', () => {
  let folder: string
  let node: KafkaNode
  let kafka: Kafka
  let member: Consumer

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hopscope-kafka-'))
    node = await startKafka({ dir: join(folder, 'kafka') })
    kafka = new Kafka({ brokers: [node.bootstrap], logLevel: logLevel.NOTHING })
    const admin = kafka.admin()
    await admin.connect()
    await admin.createTopics({
      waitForLeaders: true,
      topics: [{ topic: 'orders', numPartitions: 2 }, { topic: 'idle' }],
    })
    const producer = kafka.producer()
    await producer.connect()
    const messages = Array.from({ length: 10 }, (_, n) => ({ value: `order ${n}`, partition: 0 }))
    await producer.send({ topic: 'orders', messages })
    await producer.disconnect()
    await admin.setOffsets({ groupId: 'behind', topic: 'orders', partitions: [{ partition: 0, offset: '7' }] })
    await admin.deleteTopicRecords({ topic: 'orders', partitions: [{ partition: 0, offset: '3' }] })
    await admin.disconnect()
    // A member that never commits: it must show as a member, and without any offset.
    member = kafka.consumer({ groupId: 'silent' })
    await member.connect()
    await member.subscribe({ topics: ['idle'] })
    const joined = new Promise((resolve) => member.on(member.events.GROUP_JOIN, resolve))
    await member.run({ autoCommit: false, eachMessage: async () => undefined })
    await joined
  })
  afterAll(async () => {
    await member?.disconnect()
    await node?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  const settings = (env: Record<string, string> = {}) => loadConfig({ KAFKA_BROKERS: node.bootstrap, ...env })

  it('is read: cluster, topics with start and end, groups with commits and members', async () => {
    const source = openKafka(settings())
    const snapshot = await source.read()
    await source.close()
    expect(snapshot).toMatchObject({ reachable: true, brokers: 1, clusterId: node.cluster, failures: [] })
    expect(snapshot.topics.map(({ topic, partitions }) => ({ topic, partitions }))).toEqual([
      { topic: 'idle', partitions: [{ partition: 0, start: '0', end: '0' }] },
      {
        topic: 'orders',
        partitions: [
          { partition: 0, start: '3', end: '10' },
          { partition: 1, start: '0', end: '0' },
        ],
      },
    ])
    expect(snapshot.groups.map(({ group, members, commits }) => ({ group, members, commits }))).toEqual([
      { group: 'behind', members: 0, commits: [{ topic: 'orders', partition: 0, offset: '7' }] },
      { group: 'silent', members: 1, commits: [] },
    ])
  })

  it('never has commits read after the ends', async () => {
    const source = openKafka(settings())
    const { groups, topics } = await source.read()
    await source.close()
    expect(Math.max(...groups.map((g) => g.readMs))).toBeLessThanOrEqual(Math.min(...topics.map((t) => t.readMs)))
  })

  it('says what it left out when there are more topics than it may ask for', async () => {
    const source = openKafka(settings({ KAFKA_TOPICS_MAX: '1' }))
    const snapshot = await source.read()
    await source.close()
    expect(snapshot.topics.map((t) => t.topic)).toEqual(['idle'])
    expect(snapshot.failures).toEqual([{ what: 'topics beyond KAFKA_TOPICS_MAX', name: '1', reason: 'TooMany' }])
  })

  it('becomes OTLP metrics under the stock names', async () => {
    const receiver: Receiver = await startReceiver()
    const config = {
      ...defaults,
      endpoint: receiver.endpoint,
      pollMs: 500,
      env: 'test',
      version: '1',
      log: () => undefined,
    }
    const collector = start(config, openKafka(settings()))
    const lag = await until('lag', () => receiver.points.find((p) => p.metric === 'kafka.consumer_group.lag'))
    expect(lag).toMatchObject({ value: 3, attributes: { group: 'behind', topic: 'orders', partition: 0 } })
    expect(lag.resource['messaging.kafka.cluster.id']).toBe(node.cluster)
    await until('a second poll', () => collector.counters().polls >= 2)
    await collector.stop()
    expect(collector.counters()).toMatchObject({ dropped: {}, failures: {} })
    await receiver.close()
  })
})

describe('a Kafka that is away', () => {
  it('is said to be unreachable in bounded time, as itself and as a metric, and nothing is made up', async () => {
    const receiver = await startReceiver()
    const said: string[] = []
    const config = {
      ...defaults,
      endpoint: receiver.endpoint,
      pollMs: 500,
      version: '1',
      log: (line: string) => said.push(line),
    }
    const source = openKafka(loadConfig({ KAFKA_BROKERS: '127.0.0.1:1', KAFKA_CALL_TIMEOUT_MS: '500' }))
    const collector = start(config, source)
    const reachable = await until('the metric', () =>
      receiver.points.find((p) => p.metric === 'hopscope.collector.reachable'),
    )
    await until('two polls', () => collector.counters().polls >= 2)
    await collector.stop()
    await receiver.close()
    expect(reachable.value).toBe(0)
    expect(receiver.points.some((p) => p.metric.startsWith('kafka.'))).toBe(false)
    expect(said.filter((line) => line.includes('No broker can be reached'))).toHaveLength(1)
  })
})
