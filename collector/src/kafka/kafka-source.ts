// A Kafka cluster as something to poll. Only this folder imports kafkajs. It reads and never writes: the one option of kafkajs
// that would move a group's offsets (resolveOffsets) is never passed. One connection, opened when first needed and again
// after it broke.
import { Kafka, logLevel, type Admin, type SASLOptions } from 'kafkajs'
import type { Config } from '../config.ts'
import type { Failure, Snapshot, Source } from '../snapshot.ts'
import { within } from './bounds.ts'
import { readGroups } from './groups.ts'
import type { Poll } from './poll.ts'
import { readTopics } from './topics.ts'

/** Opens nothing yet: the first read does. */
export function openKafka(config: Config): Source {
  const kafka = new Kafka({
    clientId: 'hopscope-collector',
    brokers: [...config.KAFKA_BROKERS],
    ssl: config.KAFKA_SSL,
    ...saslOf(config),
    connectionTimeout: config.KAFKA_CALL_TIMEOUT_MS,
    requestTimeout: config.KAFKA_CALL_TIMEOUT_MS,
    retry: { retries: 1, initialRetryTime: 200, maxRetryTime: 1_000 },
    logLevel: logLevel.NOTHING,
  })
  let connected: Admin | undefined

  const connect = async (): Promise<Admin> => {
    if (connected) return connected
    const admin = kafka.admin()
    // kafkajs tries each broker of the list in turn, so this takes longer than one call.
    await within(admin.connect(), config.KAFKA_CALL_TIMEOUT_MS * 2, 'connecting')
    connected = admin
    return admin
  }
  const disconnect = async () => {
    const admin = connected
    connected = undefined
    if (admin) await within(admin.disconnect(), config.KAFKA_CALL_TIMEOUT_MS, 'disconnecting').catch(() => undefined)
  }

  return {
    close: disconnect,
    async read() {
      const failures: Failure[] = []
      const fail = (what: string, name: string, error: unknown) =>
        failures.push({ what, name, reason: reasonOf(error) })
      try {
        const deadline = Date.now() + config.KAFKA_POLL_TIMEOUT_MS
        const admin = await connect()
        const ask = <T>(what: string, call: Promise<T>) =>
          within(call, Math.max(1, Math.min(config.KAFKA_CALL_TIMEOUT_MS, deadline - Date.now())), what)
        return { ...(await readCluster(config, { admin, ask, fail })), failures }
      } catch (error) {
        await disconnect()
        fail('brokers', config.KAFKA_BROKERS.join(', '), error)
        return { reachable: false, readMs: Date.now(), topics: [], groups: [], failures }
      }
    },
  }
}

// Commits before ends, always: the other way round a busy group would seem to be past the end.
async function readCluster(config: Config, poll: Poll): Promise<Omit<Snapshot, 'failures'>> {
  const { brokers, clusterId } = await poll.ask('describeCluster', poll.admin.describeCluster())
  const groups = await readGroups(config.KAFKA_GROUPS_MAX, poll)
  const topics = await readTopics(config.KAFKA_TOPICS_EXCLUDE, config.KAFKA_TOPICS_MAX, poll)
  return { reachable: true, readMs: Date.now(), clusterId, brokers: brokers.length, groups, topics }
}

function saslOf(config: Config): { sasl?: SASLOptions } {
  const mechanism = config.KAFKA_SASL_MECHANISM
  if (!mechanism) return {}
  return {
    sasl: {
      mechanism,
      username: config.KAFKA_SASL_USERNAME ?? '',
      password: config.KAFKA_SASL_PASSWORD ?? '',
    } as SASLOptions,
  }
}

/** A short word for an error, so that counters by reason stay few: Kafka's own type, or the error's name. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  const type = 'type' in error && typeof error.type === 'string' ? error.type : undefined
  return type ?? error.name
}
