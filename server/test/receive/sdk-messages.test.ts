// What the receiver understands of messaging in what real SDKs send: every messaging span of every fixture, as one line. The
// lines were checked by hand against the attributes that the SDK sent (test/fixtures/README.md has the names).
import { describe, expect, it } from '@jest/globals'
import { encodeJson } from '../../src/receive/json/encode.ts'
import { SpanBlocks } from '../../src/receive/span-block.ts'
import { Tally } from '../../src/receive/tally.ts'
import { anyTime, blockBytesMax, makeReading, messageLine, messageLines, rowsOf, type SpanRow } from './sdk-rows.ts'

/** kind operation topic/partition@offset group client status keys root|child links; -1 and - are "not said". */
const cases: [fixture: string, lines: string[]][] = [
  [
    'by-hand/generations',
    [
      'consumer process orders/0@9007199254740993 billing billing-1 error order.id=8123 child link',
      'consumer process orders/2@-1 billing worker-1 unset @key=8123 messaging.message.conversation.id=c-117 order.id=8123 child',
      'consumer process orders/2@17 billing - unset child',
      'consumer receive orders/1@41 billing billing-1 unset order.id=8123 child',
      'producer send orders/-1@-1 - - unset root',
      'producer send orders/0@-1 - orders-1 unset @key=8123 root',
      'producer send orders/1@41 - orders-1 unset @key=8123 @message=m-118 root',
      'producer send orders/2@-1 - - unset @key=8123 @message=m-117 root',
    ],
  ],
  [
    'go/kotel-consume-linked',
    [
      'consumer process orders.go/0@0 billing-consume-linked billing error @key=8124 order.id=8124 root link',
      'consumer process orders.go/2@0 billing-consume-linked billing unset @key=8123 order.id=8123 root link',
      'consumer receive orders.go/0@0 billing-consume-linked billing unset @key=8124 root link',
      'consumer receive orders.go/2@0 billing-consume-linked billing unset @key=8123 root link',
    ],
  ],
  [
    'go/kotel-consume',
    [
      'consumer process orders.go/0@0 billing-consume billing error @key=8124 order.id=8124 child',
      'consumer process orders.go/2@0 billing-consume billing unset @key=8123 order.id=8123 child',
      'consumer receive orders.go/0@0 billing-consume billing unset @key=8124 child',
      'consumer receive orders.go/2@0 billing-consume billing unset @key=8123 child',
    ],
  ],
  [
    'go/kotel-produce',
    [
      'producer send orders.go/0@0 - orders unset @key=8124 child',
      'producer send orders.go/2@0 - orders unset @key=8123 child',
    ],
  ],
  // The offset is all of the message id: it must not become an id that joins the first messages of all partitions.
  [
    'go/sarama-consume',
    ['consumer receive orders.sarama/0@0 - - unset child', 'consumer receive orders.sarama/2@0 - - unset child'],
  ],
  [
    'go/sarama-produce',
    ['producer send orders.sarama/0@0 - - unset child', 'producer send orders.sarama/2@0 - - unset child'],
  ],
  [
    'java/agent-1.19-consume',
    [
      'consumer process orders.agent-1.19/0@-1 - - error order.id=8124 child',
      'consumer process orders.agent-1.19/2@-1 - - unset order.id=8123 child',
    ],
  ],
  // Nothing but the topic.
  [
    'java/agent-1.19-produce',
    ['producer send orders.agent-1.19/-1@-1 - - unset child', 'producer send orders.agent-1.19/-1@-1 - - unset child'],
  ],
  [
    'java/agent-1.28-consume',
    [
      'consumer process orders.agent-1.28/0@0 billing billing-1 error @key=8124 order.id=8124 child',
      'consumer process orders.agent-1.28/2@0 billing billing-1 unset @key=8123 order.id=8123 child',
    ],
  ],
  [
    'java/agent-1.28-produce',
    [
      'producer send orders.agent-1.28/0@0 - orders unset @key=8124 child',
      'producer send orders.agent-1.28/2@0 - orders unset @key=8123 child',
    ],
  ],
  [
    'java/agent-default-consume',
    [
      'consumer process orders.agent-default/0@0 billing billing-1 error @key=8124 order.id=8124 child',
      'consumer process orders.agent-default/2@0 billing billing-1 unset @key=8123 order.id=8123 child',
    ],
  ],
  [
    'java/agent-default-produce',
    [
      'producer send orders.agent-default/0@0 - orders unset @key=8124 child',
      'producer send orders.agent-default/2@0 - orders unset @key=8123 child',
    ],
  ],
  [
    'java/agent-dup-consume',
    [
      'consumer process orders.agent-dup/0@0 billing billing-1 error @key=8124 order.id=8124 child link',
      'consumer process orders.agent-dup/2@0 billing billing-1 unset @key=8123 order.id=8123 child link',
    ],
  ],
  [
    'java/agent-dup-produce',
    [
      'producer send orders.agent-dup/0@0 - orders unset @key=8124 child',
      'producer send orders.agent-dup/2@0 - orders unset @key=8123 child',
    ],
  ],
  [
    'java/agent-opt-in-consume',
    [
      'consumer process orders.agent-opt-in/0@0 billing billing-1 error @key=8124 order.id=8124 child link',
      'consumer process orders.agent-opt-in/2@0 billing billing-1 unset @key=8123 order.id=8123 child link',
    ],
  ],
  [
    'java/agent-opt-in-produce',
    [
      'producer send orders.agent-opt-in/0@0 - orders unset @key=8124 child',
      'producer send orders.agent-opt-in/2@0 - orders unset @key=8123 child',
    ],
  ],
  [
    'java/agent-receive-consume',
    [
      'consumer process orders.agent-receive/0@0 billing billing-1 error @key=8124 order.id=8124 child link',
      'consumer process orders.agent-receive/2@0 billing billing-1 unset @key=8123 order.id=8123 child link',
      'consumer receive orders.agent-receive/-1@-1 billing billing-1 unset root',
    ],
  ],
  [
    'java/agent-receive-produce',
    [
      'producer send orders.agent-receive/0@0 - orders unset @key=8124 child',
      'producer send orders.agent-receive/2@0 - orders unset @key=8123 child',
    ],
  ],
  [
    'js-old/aspecto-each-batch',
    [
      'consumer process orders.old-aspecto/-1@-1 - - unset child link',
      'consumer process orders.old-aspecto/-1@-1 - - unset child link',
      'consumer process orders.old-aspecto/-1@-1 - - unset child link',
      'consumer process orders.old-aspecto/-1@-1 - - unset child link',
      'consumer receive orders.old-aspecto/-1@-1 - - unset order.id=8123 root',
      'consumer receive orders.old-aspecto/-1@-1 - - unset order.id=8124 root',
      'consumer receive orders.old-aspecto/-1@-1 - - unset order.id=8126 root',
    ],
  ],
  [
    'js-old/aspecto-each-message',
    [
      'consumer process orders.old-aspecto/-1@-1 - - error order.id=8124 child',
      'consumer process orders.old-aspecto/-1@-1 - - unset order.id=8123 child',
      'consumer process orders.old-aspecto/-1@-1 - - unset order.id=8124 child',
      'consumer process orders.old-aspecto/-1@-1 - - unset order.id=8125 child',
      'consumer process orders.old-aspecto/-1@-1 - - unset order.id=8126 child',
    ],
  ],
  [
    'js-old/aspecto-send',
    [
      'producer send orders.cancelled/-1@-1 - - unset root',
      'producer send orders.old-aspecto/-1@-1 - - unset child',
      'producer send orders.old-aspecto/-1@-1 - - unset child',
      'producer send orders.old-aspecto/-1@-1 - - unset root',
      'producer send orders.old-aspecto/-1@-1 - - unset root',
    ],
  ],
  [
    'js-old/official-each-batch',
    [
      'consumer process orders.old-official/-1@-1 - - unset child link',
      'consumer process orders.old-official/-1@-1 - - unset child link',
      'consumer process orders.old-official/-1@-1 - - unset child link',
      'consumer process orders.old-official/-1@-1 - - unset child link',
      'consumer receive orders.old-official/-1@-1 - - unset order.id=8123 root',
      'consumer receive orders.old-official/-1@-1 - - unset order.id=8124 root',
      'consumer receive orders.old-official/-1@-1 - - unset order.id=8126 root',
    ],
  ],
  [
    'js-old/official-each-message',
    [
      'consumer process orders.old-official/-1@-1 - - error order.id=8124 child',
      'consumer process orders.old-official/-1@-1 - - unset order.id=8123 child',
      'consumer process orders.old-official/-1@-1 - - unset order.id=8124 child',
      'consumer process orders.old-official/-1@-1 - - unset order.id=8125 child',
      'consumer process orders.old-official/-1@-1 - - unset order.id=8126 child',
    ],
  ],
  [
    'js-old/official-send',
    [
      'producer send orders.cancelled/-1@-1 - - unset root',
      'producer send orders.old-official/-1@-1 - - unset child',
      'producer send orders.old-official/-1@-1 - - unset child',
      'producer send orders.old-official/-1@-1 - - unset root',
      'producer send orders.old-official/-1@-1 - - unset root',
    ],
  ],
  [
    'js/kafkajs-each-batch-http',
    [
      'client receive orders.js-http/0@-1 - - unset order.id=8124 root',
      'client receive orders.js-http/1@-1 - - unset order.id=8126 root',
      'client receive orders.js-http/2@-1 - - unset order.id=8123 root',
      'consumer process orders.js-http/0@0 - - unset @key=8124 child link',
      'consumer process orders.js-http/1@0 - - unset @key=8125 child link',
      'consumer process orders.js-http/1@1 - - unset @key=8126 child link',
      'consumer process orders.js-http/2@0 - - unset @key=8123 child link',
    ],
  ],
  // The offset is a string there; the failed attempt and the one after it stand at the same position.
  [
    'js/kafkajs-each-message-http',
    [
      'consumer process orders.js-http/0@0 - - error @key=8124 order.id=8124 child',
      'consumer process orders.js-http/0@0 - - unset @key=8124 order.id=8124 child',
      'consumer process orders.js-http/1@0 - - unset @key=8125 order.id=8125 child',
      'consumer process orders.js-http/1@1 - - unset @key=8126 order.id=8126 child',
      'consumer process orders.js-http/2@0 - - unset @key=8123 order.id=8123 child',
    ],
  ],
  [
    'js/kafkajs-send-http',
    [
      'producer send orders.cancelled/-1@-1 - - unset @key=8124 root',
      'producer send orders.js-http/-1@-1 - - unset @key=8123 child',
      'producer send orders.js-http/-1@-1 - - unset @key=8124 child',
      'producer send orders.js-http/1@-1 - - unset @key=8125 root',
      'producer send orders.js-http/1@-1 - - unset @key=8126 root',
    ],
  ],
  [
    'python/aio-consume',
    [
      'consumer receive orders.aio/0@0 billing billing unset @key=8124 child',
      'consumer receive orders.aio/2@0 billing billing unset @key=8123 child',
    ],
  ],
  [
    'python/aio-produce',
    [
      'producer send orders.aio/0@-1 - orders unset @key=8124 child',
      'producer send orders.aio/2@-1 - orders unset @key=8123 child',
    ],
  ],
  // The offset is the end of the message id: orders.confluent.0.1.
  [
    'python/confluent-consume',
    [
      'consumer process orders.confluent/0@0 - - unset child link',
      'consumer process orders.confluent/0@1 - - unset child link',
    ],
  ],
  [
    'python/confluent-produce',
    ['producer send orders.confluent/-1@-1 - - unset child', 'producer send orders.confluent/-1@-1 - - unset child'],
  ],
  // No operation: the name of the span says receive. It ends before the work begins, so it proves no processing.
  [
    'python/kafka_python-consume',
    [
      'consumer receive orders.kafka_python/0@-1 - - unset child',
      'consumer receive orders.kafka_python/2@-1 - - unset child',
    ],
  ],
  [
    'python/kafka_python-produce',
    [
      'producer send orders.kafka_python/0@-1 - - unset child',
      'producer send orders.kafka_python/2@-1 - - unset child',
    ],
  ],
]

describe('messaging spans of real SDKs', () => {
  it.each(cases)('%s', (fixture, lines) => {
    expect(messageLines(`${fixture}.pb`)).toEqual(lines)
  })

  it.each(['send', 'each-message', 'each-batch'])('kafkajs %s says the same by JSON, protobuf and gRPC', (what) => {
    const lines = (wire: string, file: string) =>
      messageLines(`js/kafkajs-${what}-${file}`).map((line) => line.replace(`orders.js-${wire}`, 'orders'))
    const protobuf = lines('http', 'http.pb')
    expect(lines('json', 'json.json')).toEqual(protobuf)
    expect(lines('grpc', 'grpc.pb')).toEqual(protobuf)
  })
})

/** One span with these attributes, as the receiver reads it. */
function lineOf(name: string, kind: number, attributes: Record<string, string | number>): string {
  const span = {
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: 'b7ad6b7169203331',
    name,
    kind,
    startTimeUnixNano: '1795474592426000000',
    endTimeUnixNano: '1795474592427000000',
    attributes: Object.entries(attributes).map(([key, value]) => ({
      key,
      value: typeof value === 'number' ? { intValue: value } : { stringValue: value },
    })),
  }
  const body = Buffer.from(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] }))
  const reading = makeReading()
  const block = new SpanBlocks(reading, blockBytesMax).read(encodeJson('spans', body, new Tally()), anyTime)
  return messageLine(rowsOf<SpanRow>(reading, block)[0]!)
}

describe('a message id that is a place', () => {
  const kafka = { 'messaging.system': 'kafka', 'messaging.destination.name': 'a.1', 'messaging.operation': 'process' }
  const partition = { 'messaging.kafka.partition': 3 }
  const consumer = 5
  it.each([
    ['gives the offset', { ...kafka, ...partition, 'messaging.message.id': '17' }, 'a.1/3@17 - - unset root'],
    ['also with its topic', { ...kafka, ...partition, 'messaging.message.id': 'a.1.3.17' }, 'a.1/3@17 - - unset root'],
    [
      'and is no id beside the same offset',
      { ...kafka, ...partition, 'messaging.message.id': '17', 'messaging.kafka.offset': 17 },
      'a.1/3@17 - - unset root',
    ],
    [
      'but is an id beside another offset',
      { ...kafka, ...partition, 'messaging.message.id': '17', 'messaging.kafka.offset': 18 },
      'a.1/3@18 - - unset @message=17 root',
    ],
    [
      'or of another partition',
      { ...kafka, ...partition, 'messaging.message.id': 'a.1.4.17' },
      'a.1/3@-1 - - unset @message=a.1.4.17 root',
    ],
    [
      'or when it is longer than an offset',
      { ...kafka, ...partition, 'messaging.message.id': '1234567890123456789' },
      'a.1/3@-1 - - unset @message=1234567890123456789 root',
    ],
    [
      'or outside Kafka',
      { ...kafka, 'messaging.system': 'rabbitmq', 'messaging.message.id': '17' },
      'a.1/-1@-1 - - unset @message=17 root',
    ],
  ])('%s', (_, attributes, line) => {
    expect(lineOf('a.1 process', consumer, attributes)).toBe(`consumer process ${line}`)
  })
})

describe('a messaging span without an operation', () => {
  const kafka = { 'messaging.system': 'kafka', 'messaging.destination': 'orders' }
  const rest = 'orders/-1@-1 - - unset root'
  const [producer, consumer] = [4, 5]
  it.each([
    ['orders receive', consumer, kafka, 'consumer receive'],
    ['orders process', consumer, kafka, 'consumer process'],
    ['orders deliver', consumer, kafka, 'consumer process'],
    ['orders', consumer, kafka, 'consumer process'],
    ['orders', consumer, { ...kafka, 'messaging.batch.message_count': 2 }, 'consumer receive'],
    ['orders send', producer, kafka, 'producer send'],
    ['orders receive', consumer, { ...kafka, 'messaging.operation.name': 'consume' }, 'consumer process'],
  ])('%s, kind %i', (name, kind, attributes, expected) => {
    expect(lineOf(name, kind, attributes)).toBe(`${expected} ${rest}`)
  })
})
