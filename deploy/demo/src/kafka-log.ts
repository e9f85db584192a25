// The log on a real Kafka, with kafkajs as a user would use it: one producer a service, one consumer a group member, commits
// after the work. Redelivery is done in place (the same messages again, with heartbeats), so that nothing behind them is read.
import { Kafka, logLevel, Partitioners, type EachBatchPayload, type IHeaders, type Producer } from 'kafkajs'
import { deliver, type Consumer, type Log, type Message, type Received, type Subscription } from './log.ts'

export interface KafkaLogOptions {
  brokers: string[]
  topics: Readonly<Record<string, number>>
  log: (line: string) => void
}

const sessionTimeoutMs = 10_000

/** Connects, and makes the topics that are not there. Rejects when no broker answers. */
export async function openKafkaLog({ brokers, topics, log }: KafkaLogOptions): Promise<Log> {
  const clientOf = (clientId: string) =>
    new Kafka({ clientId, brokers, logLevel: logLevel.NOTHING, retry: { initialRetryTime: 100, retries: 8 } })
  const admin = clientOf('retail-setup').admin()
  await admin.connect()
  const wanted = Object.entries(topics).map(([topic, numPartitions]) => ({
    topic,
    numPartitions,
    replicationFactor: 1,
  }))
  await admin.createTopics({ topics: wanted, waitForLeaders: true })
  await admin.disconnect()

  const producers = new Map<string, Promise<Producer>>()
  const consumers = new Set<Consumer>()
  const producerOf = (clientId: string) => {
    const known = producers.get(clientId)
    if (known) return known
    const producer = clientOf(clientId).producer({ createPartitioner: Partitioners.DefaultPartitioner })
    const connected = producer.connect().then(() => producer)
    producers.set(clientId, connected)
    return connected
  }

  return {
    async send(clientId, topic, message) {
      const producer = await producerOf(clientId)
      const [result] = await producer.send({ topic, messages: [message], acks: -1 })
      if (result?.baseOffset === undefined) throw new Error(`Kafka did not say where the message to ${topic} went.`)
      return { partition: result.partition, offset: result.baseOffset }
    },
    async subscribe(subscription) {
      const consumer = await consume(clientOf(subscription.clientId), subscription, log)
      consumers.add(consumer)
      return {
        stop: () => {
          consumers.delete(consumer)
          return consumer.stop()
        },
      }
    },
    async close() {
      await Promise.allSettled([...consumers].map((consumer) => consumer.stop()))
      await Promise.allSettled([...producers.values()].map(async (producer) => (await producer).disconnect()))
    },
  }
}

async function consume(kafka: Kafka, subscription: Subscription, log: (line: string) => void): Promise<Consumer> {
  const { group, topics, batch } = subscription
  const consumer = kafka.consumer({
    groupId: group,
    sessionTimeout: sessionTimeoutMs,
    heartbeatInterval: 1_000,
    // A broker holds a fetch back until it has this much or the wait is over; that is what makes batches of a slow stream.
    ...(batch.max > 1 ? { minBytes: 64 * 1024, maxWaitTimeInMs: batch.waitMs } : { maxWaitTimeInMs: 500 }),
  })
  // kafkajs ends a consumer without throwing when it meets what it cannot retry; then nobody reads, and somebody should know.
  consumer.on(consumer.events.CRASH, ({ payload }) =>
    log(`${group} crashed: ${payload.error.message}${payload.restart ? ', starting again' : ''}`),
  )
  await consumer.connect()
  await consumer.subscribe({ topics: [...topics], fromBeginning: true })
  const ending = new AbortController()
  await consumer.run({
    eachBatchAutoResolve: false,
    autoCommitThreshold: 1,
    partitionsConsumedConcurrently: 8,
    eachBatch: (payload) => handBatch(payload, subscription, ending.signal),
  })
  return {
    async stop() {
      ending.abort()
      await consumer.stop()
      await consumer.disconnect()
    },
  }
}

async function handBatch(payload: EachBatchPayload, subscription: Subscription, ending: AbortSignal): Promise<void> {
  const { batch, resolveOffset, heartbeat, commitOffsetsIfNecessary, isRunning, isStale } = payload
  const lost = new AbortController()
  const signal = AbortSignal.any([ending, lost.signal])
  const alive = async () => {
    await heartbeat()
    if (!isRunning() || isStale()) lost.abort()
  }
  const messages = batch.messages.map((message) => ({
    topic: batch.topic,
    partition: batch.partition,
    offset: message.offset,
    timestampMs: Number(message.timestamp),
    key: message.key?.toString() ?? '',
    value: message.value?.toString() ?? '',
    headers: textHeaders(message.headers),
  }))
  for (let from = 0; from < messages.length && !signal.aborted; from += subscription.batch.max) {
    const handed: Received[] = messages.slice(from, from + subscription.batch.max)
    if (!(await deliver(handed, subscription, signal, alive))) return
    const last = handed.at(-1)
    if (last) resolveOffset(last.offset)
    await commitOffsetsIfNecessary()
  }
}

/** Headers as text; of a repeated header the first that has a value. */
export function textHeaders(headers: IHeaders | undefined): Message['headers'] {
  const texts: Message['headers'] = {}
  for (const [name, value] of Object.entries(headers ?? {})) {
    const first = Array.isArray(value) ? value.find((one) => one !== undefined && one !== null) : value
    if (first !== undefined && first !== null) texts[name] = first.toString()
  }
  return texts
}
