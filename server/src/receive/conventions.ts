// The one place that knows what attributes are called, now and in older releases of OpenTelemetry's semantic conventions, and
// in libraries that never followed them. Names and values in, our meaning out; raw attributes are kept as they came.
// Source: semantic conventions 1.44.0 and its schema files back to 1.16. The first name of a line is the current one and wins
// when several are present. Pure.

/** What an attribute means to us, with its names, best first. */
const names = {
  messagingSystem: ['messaging.system', 'messaging.system.name'],
  topic: [
    'messaging.destination.name',
    'messaging.destination',
    'messaging.source.name',
    'messaging.kafka.topic',
    'kafka.topic',
    'messaging.destination.template',
  ],
  partition: [
    'messaging.destination.partition.id',
    'messaging.kafka.destination.partition',
    'messaging.kafka.source.partition',
    'messaging.kafka.partition',
    'kafka.partition',
  ],
  offset: ['messaging.kafka.offset', 'messaging.kafka.message.offset', 'kafka.message.offset', 'kafka.offset'],
  consumerGroup: [
    'messaging.consumer.group.name',
    'messaging.kafka.consumer.group',
    'messaging.kafka.consumer_group',
    'messaging.eventhubs.consumer.group',
    'messaging.rocketmq.client_group',
    'kafka.group',
    'kafka.consumer.group',
  ],
  clientId: [
    'messaging.client.id',
    'messaging.client_id',
    'messaging.kafka.client_id',
    'messaging.consumer.id',
    'messaging.consumer_id',
  ],
  operationType: ['messaging.operation.type', 'messaging.operation'],
  operationName: ['messaging.operation.name'],
  messageId: ['messaging.message.id', 'messaging.message_id'],
  messageKey: ['messaging.kafka.message.key', 'messaging.kafka.message_key', 'kafka.message.key'],
  batchCount: ['messaging.batch.message_count'],
  cluster: ['messaging.kafka.cluster.id', 'kafka.cluster_id', 'kafka.cluster.id', 'kafka.cluster.alias'],
  dbSystem: ['db.system.name', 'db.system'],
  dbTable: [
    'db.collection.name',
    'db.sql.table',
    'db.mongodb.collection',
    'db.cassandra.table',
    'db.cosmosdb.container',
  ],
  dbNamespace: ['db.namespace', 'db.name', 'db.cassandra.keyspace'],
  dbStatement: ['db.query.text', 'db.statement'],
  peerService: ['service.peer.name', 'peer.service'],
  peerAddress: [
    'server.address',
    'net.peer.name',
    'network.peer.address',
    'net.sock.peer.name',
    'net.sock.peer.addr',
    'net.peer.ip',
  ],
  peerPort: ['server.port', 'net.peer.port', 'network.peer.port', 'net.sock.peer.port'],
  service: ['service.name'],
  environment: ['deployment.environment.name', 'deployment.environment'],
} as const

export type MeaningName = keyof typeof names

/** A small number for each meaning; 0 is none. */
export const meanings = Object.fromEntries(Object.keys(names).map((name, index) => [name, index + 1])) as Record<
  MeaningName,
  number
>
export const meaningsCount = Object.keys(names).length + 1

const byAttribute = new Map<string, { meaning: number; rank: number }>()
for (const [name, attributes] of Object.entries(names)) {
  for (const [rank, attribute] of attributes.entries()) {
    byAttribute.set(attribute, { meaning: meanings[name as MeaningName], rank })
  }
}

/** What this attribute means, and how good a source for it the name is (0 is best). */
export function meaningOf(attribute: string): { meaning: number; rank: number } | undefined {
  return byAttribute.get(attribute)
}

/** OTLP SpanKind. */
export const spanKinds = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 } as const
/** Column `operation`. */
export const operations = { none: 0, create: 1, send: 2, receive: 3, process: 4, settle: 5 } as const

const typeWords: Record<string, number> = {
  create: operations.create,
  send: operations.send,
  publish: operations.send,
  receive: operations.receive,
  process: operations.process,
  deliver: operations.process,
  settle: operations.settle,
}

/** Names that libraries give to the call itself, used only where no type is given. */
const nameWords: Record<string, number> = {
  ...typeWords,
  produce: operations.send,
  poll: operations.receive,
  consume: operations.process,
  ack: operations.settle,
  nack: operations.settle,
  commit: operations.settle,
  reject: operations.settle,
  complete: operations.settle,
}

// Maps, since the words come from outside: `constructor` is a property of every object.
const operationTypes = new Map(Object.entries(typeWords))
const operationNames = new Map(Object.entries(nameWords))

/**
 * What a span did with messages: by its operation first, then by its title's last word ("orders receive", all that
 * kafka-python says), then by its kind, since the kind of a receive changed from CONSUMER to CLIENT. A CONSUMER span that says
 * nothing handled a message, unless it counts a batch: then it only took it.
 */
export function operationOf(span: { type: string; name: string; title: string; kind: number; batch: boolean }): number {
  const titled = span.title.slice(span.title.lastIndexOf(' ') + 1)
  const named =
    operationTypes.get(span.type.toLowerCase()) ??
    operationNames.get(span.name.toLowerCase()) ??
    operationTypes.get(titled)
  if (named !== undefined) return named
  if (span.kind === spanKinds.producer) return operations.send
  if (span.kind === spanKinds.consumer) return span.batch ? operations.receive : operations.process
  return operations.none
}

/**
 * The offset inside a message id: `17` (otelsarama) or `orders.0.17` (Python's confluent-kafka and aiokafka). Kafka has no
 * message ids, so such a one is a place, and as an id it would join strangers. -1 when it is an id that somebody gave.
 */
export function offsetInId(id: string, topic: string, partition: number): bigint {
  const place = `${topic}.${partition}.`
  const digits = id.startsWith(place) ? id.slice(place.length) : id
  return /^\d{1,18}$/.test(digits) ? BigInt(digits) : -1n
}

/** Only these kinds have someone at the other end; on a server span `server.address` is the server itself. */
export function hasPeer(kind: number): boolean {
  return kind === spanKinds.client || kind === spanKinds.producer || kind === spanKinds.consumer
}

const tableInStatement =
  /\b(?:from|into|update|join|table)\s{1,8}(?:only\s{1,8}|if\s{1,8}(?:not\s{1,8})?exists\s{1,8})?([`"[]?[\w$]{1,128}[`"\]]?(?:\.[`"[]?[\w$]{1,128}[`"\]]?){0,2})/i
const statementCharsMax = 2000
const notTables = new Set(['select', 'where', 'set', 'lateral', 'unnest', 'values', 'only'])

/** The first table that a statement names, for drivers that give the statement and no table; empty when none is seen. */
export function tableOf(statement: string): string {
  const found = tableInStatement.exec(statement.slice(0, statementCharsMax))?.[1]
  if (found === undefined) return ''
  const table = found.replace(/[`"[\]]/g, '')
  return notTables.has(table.toLowerCase()) ? '' : table
}
