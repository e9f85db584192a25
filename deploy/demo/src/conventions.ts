// The names of messaging attributes, as three generations of instrumentation write them: a fleet is never all on one. Current
// names have the offset as an int and the partition as a string; those of 1.24 have the offset as a string here, as the
// JavaScript instrumentation sends it; 1.19 is what old Python services still send.
import type { Attributes } from '@opentelemetry/api'
import type { Received } from './log.ts'

export interface Convention {
  sendName(topic: string): string
  processName(topic: string): string
  send(topic: string, key: string, clientId: string): Attributes
  /** Known only after the log has taken the message. */
  sent(partition: number, offset: string): Attributes
  process(message: Received, group: string, clientId: string): Attributes
}

export const current: Convention = {
  sendName: (topic) => `send ${topic}`,
  processName: (topic) => `process ${topic}`,
  send: (topic, key, clientId) => ({
    'messaging.system': 'kafka',
    'messaging.operation.type': 'send',
    'messaging.operation.name': 'send',
    'messaging.destination.name': topic,
    'messaging.kafka.message.key': key,
    'messaging.client.id': clientId,
  }),
  sent: (partition, offset) => ({
    'messaging.destination.partition.id': String(partition),
    'messaging.kafka.offset': Number(offset),
  }),
  process: (message, group, clientId) => ({
    'messaging.system': 'kafka',
    'messaging.operation.type': 'process',
    'messaging.operation.name': 'process',
    'messaging.destination.name': message.topic,
    'messaging.destination.partition.id': String(message.partition),
    'messaging.kafka.offset': Number(message.offset),
    'messaging.kafka.message.key': message.key,
    'messaging.consumer.group.name': group,
    'messaging.client.id': clientId,
  }),
}

export const of124: Convention = {
  sendName: (topic) => `${topic} publish`,
  processName: (topic) => `${topic} process`,
  send: (topic, key, clientId) => ({
    'messaging.system': 'kafka',
    'messaging.operation': 'publish',
    'messaging.destination.name': topic,
    'messaging.kafka.message.key': key,
    'messaging.client_id': clientId,
  }),
  sent: (partition, offset) => ({
    'messaging.kafka.destination.partition': partition,
    'messaging.kafka.message.offset': offset,
  }),
  process: (message, group, clientId) => ({
    'messaging.system': 'kafka',
    'messaging.operation': 'process',
    'messaging.destination.name': message.topic,
    'messaging.kafka.destination.partition': message.partition,
    'messaging.kafka.message.offset': message.offset,
    'messaging.kafka.message.key': message.key,
    'messaging.kafka.consumer.group': group,
    'messaging.client_id': clientId,
  }),
}

export const of119: Pick<Convention, 'processName' | 'process'> = {
  processName: (topic) => `${topic} process`,
  process: (message, group, clientId) => ({
    'messaging.system': 'kafka',
    'messaging.operation': 'process',
    'messaging.source.name': message.topic,
    'messaging.source.kind': 'topic',
    'messaging.kafka.source.partition': message.partition,
    'messaging.kafka.message.offset': Number(message.offset),
    'messaging.kafka.message.key': message.key,
    'messaging.kafka.consumer.group': group,
    'messaging.kafka.client_id': clientId,
  }),
}
