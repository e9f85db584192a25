// What a span says about messaging, databases and its peer, as columns, and the technical keys that follow from it. Facts
// (where attributes with a meaning stand) in, column bytes out. The words are conventions.ts; this file only reads and writes.
import { messageIdName, messageKeyName, positionName, type KeyPolicy } from '../keys/rules.ts'
import { remember } from '../keys/remember.ts'
import { hasPeer, meanings, offsetInId, operationOf, tableOf } from './conventions.ts'
import type { Facts } from './facts.ts'
import type { KeyList } from './key-list.ts'
import { keyValueBytesMax, nameBytesMax } from './limits.ts'
import { Bytes, nativeString } from './native/bytes.ts'
import type { Column } from './native/table.ts'
import type { Reading } from './reading.ts'
import { signed64 } from './wire/reader.ts'

const messageKey = nativeString(messageKeyName)
const messageId = nativeString(messageIdName)
const position = nativeString(positionName)
const statementBytesMax = 2000
const tableOfKnown = remember(tableOf, { entriesMax: 5000, charsMax: 500 })
const noOffset = -1n

export class MessageFacts {
  private readonly system = new Bytes()
  private readonly operation = new Bytes()
  private readonly topic = new Bytes()
  private readonly partition = new Bytes()
  private readonly offset = new Bytes()
  private readonly group = new Bytes()
  private readonly client = new Bytes()
  private readonly dbSystem = new Bytes()
  private readonly dbTable = new Bytes()
  private readonly peer = new Bytes()
  /** Of the span at hand: links may leave them out. */
  private topicText = ''
  private offsetValue = noOffset
  private partitionValue = -1
  private isKafka = false
  private titleFrom = 0
  private titleTo = 0

  private readonly keyPolicy: KeyPolicy
  private readonly idPolicy: KeyPolicy

  constructor(
    private readonly reading: Reading,
    private readonly keys: KeyList,
  ) {
    const { rules } = reading.settings
    this.keyPolicy = rules.policyOf(messageKeyName)
    this.idPolicy = rules.policyOf(messageIdName)
  }

  columns(): Column[] {
    const text = (name: string, stream: Bytes) => ({ name, type: 'String', streams: [stream] })
    return [
      text('messaging_system', this.system),
      { name: 'operation', type: 'UInt8', streams: [this.operation] },
      text('topic', this.topic),
      { name: 'partition', type: 'Int32', streams: [this.partition] },
      { name: 'offset', type: 'Int64', streams: [this.offset] },
      text('consumer_group', this.group),
      text('client_id', this.client),
      text('db_system', this.dbSystem),
      text('db_table', this.dbTable),
      text('peer', this.peer),
    ]
  }

  /** Writes one row from the reading's facts; the title is where the span's name stands. */
  write(kind: number, titleFrom: number, titleTo: number): void {
    const { facts } = this.reading
    this.titleFrom = titleFrom
    this.titleTo = titleTo
    this.writeMessaging(facts, kind)
    this.writeDatabase(facts)
    this.writePeer(facts, kind)
  }

  private writeMessaging(facts: Facts, kind: number): void {
    const isMessage = facts.has(meanings.messagingSystem) || facts.has(meanings.topic)
    this.topicText = ''
    this.partitionValue = -1
    this.offsetValue = noOffset
    this.isKafka = false
    if (!isMessage) {
      this.system.uint8(0)
      this.operation.uint8(0)
      this.topic.uint8(0)
      this.partition.uint32(-1)
      this.offset.uint64(-1, -1)
      this.group.uint8(0)
      this.client.uint8(0)
      return
    }
    this.topicText = this.text(facts, meanings.topic)
    this.partitionValue = this.partitionOf(facts)
    this.isKafka = this.text(facts, meanings.messagingSystem) === 'kafka'
    this.offsetValue = this.offsetOf(facts)
    if (this.offsetValue < 0n && this.isKafka) this.offsetValue = this.offsetFromId(facts)
    this.writeText(this.system, facts, meanings.messagingSystem)
    const type = this.text(facts, meanings.operationType)
    const name = this.text(facts, meanings.operationName)
    this.operation.uint8(
      operationOf({
        type,
        name,
        title: type === '' && name === '' ? this.title() : '',
        kind,
        batch: facts.has(meanings.batchCount),
      }),
    )
    this.writeText(this.topic, facts, meanings.topic)
    this.partition.uint32(this.partitionValue)
    this.offset.int64(this.offsetValue)
    this.writeText(this.group, facts, meanings.consumerGroup)
    this.writeText(this.client, facts, meanings.clientId)
    this.addKeys(facts, false)
  }

  /** Message key, message id and, for a message of a batch, its position, as technical keys of the span. */
  addKeys(facts: Facts, withPosition: boolean): void {
    if (!facts.has(meanings.messageKey) && !facts.has(meanings.messageId) && !withPosition) return
    const { rules } = this.reading.settings
    const topic = facts.has(meanings.topic) ? this.text(facts, meanings.topic) : this.topicText
    if (facts.has(meanings.messageKey) && this.keyPolicy !== 'off') {
      const key = this.text(facts, meanings.messageKey, keyValueBytesMax + 1)
      const text = `${topic}\n${key}`
      if (key !== '') {
        this.keys.addText(messageKey, this.keyPolicy === 'hash' ? rules.valueOf(messageKeyName, text) : text)
      }
    }
    if (facts.has(meanings.messageId) && this.idPolicy !== 'off') {
      const id = this.text(facts, meanings.messageId, keyValueBytesMax + 1)
      if (!this.isPlace(facts, id)) this.keys.addText(messageId, rules.valueOf(messageIdName, id))
    }
    if (!withPosition || topic === '') return
    const partition = facts.has(meanings.partition) ? this.partitionOf(facts) : this.partitionValue
    const offset = this.offsetOf(facts)
    const isOwn = offset === this.offsetValue && partition === this.partitionValue && topic === this.topicText
    if (partition >= 0 && offset >= 0n && !isOwn) this.keys.addText(position, `${topic}/${partition}@${offset}`)
  }

  private writeDatabase(facts: Facts): void {
    if (!facts.has(meanings.dbSystem)) {
      this.dbSystem.uint8(0)
      this.dbTable.uint8(0)
      return
    }
    this.writeText(this.dbSystem, facts, meanings.dbSystem)
    if (facts.has(meanings.dbTable)) {
      this.writeText(this.dbTable, facts, meanings.dbTable)
      return
    }
    const named = tableOfKnown(this.text(facts, meanings.dbStatement, statementBytesMax))
    this.dbTable.string(named || this.namespaceOf(facts))
  }

  /** The database stands for its tables where none is named; a mere number (Redis) names nothing. */
  private namespaceOf(facts: Facts): string {
    const namespace = this.text(facts, meanings.dbNamespace)
    return /^\d*$/.test(namespace) ? '' : namespace
  }

  private writePeer(facts: Facts, kind: number): void {
    if (facts.has(meanings.peerService)) {
      this.writeText(this.peer, facts, meanings.peerService)
      return
    }
    if (!hasPeer(kind) || !facts.has(meanings.peerAddress)) {
      this.peer.uint8(0)
      return
    }
    const port = this.text(facts, meanings.peerPort, 16)
    if (port === '') this.writeText(this.peer, facts, meanings.peerAddress)
    else this.peer.string(`${this.text(facts, meanings.peerAddress)}:${port}`)
  }

  private writeText(out: Bytes, facts: Facts, meaning: number): void {
    if (facts.has(meaning)) this.reading.values.write(out, facts.from(meaning), facts.to(meaning), nameBytesMax)
    else out.uint8(0)
  }

  private text(facts: Facts, meaning: number, bytesMax = nameBytesMax): string {
    if (!facts.has(meaning)) return ''
    return this.reading.values.peek(facts.from(meaning), facts.to(meaning), bytesMax)
  }

  /** -1 when there is none, or none that Kafka could have. */
  private partitionOf(facts: Facts): number {
    const value = this.integer(facts, meanings.partition)
    return value >= 0n && value <= 0x7fffffffn ? Number(value) : -1
  }

  private offsetOf(facts: Facts): bigint {
    const value = this.integer(facts, meanings.offset)
    return value >= 0n ? value : noOffset
  }

  private offsetFromId(facts: Facts): bigint {
    return offsetInId(this.text(facts, meanings.messageId), this.topicText, this.partitionValue)
  }

  /** True for an id that only repeats where the message stands. */
  private isPlace(facts: Facts, id: string): boolean {
    if (!this.isKafka) return false
    const offset = facts.has(meanings.offset) ? this.offsetOf(facts) : this.offsetValue
    return offset >= 0n && offsetInId(id, this.topicText, this.partitionValue) === offset
  }

  private title(): string {
    return this.reading.wire.textAt(this.titleFrom, Math.min(this.titleTo, this.titleFrom + nameBytesMax))
  }

  private integer(facts: Facts, meaning: number): bigint {
    if (!facts.has(meaning)) return noOffset
    const { values, wire } = this.reading
    return values.integer(facts.from(meaning), facts.to(meaning)) ? signed64(wire.low, wire.high) : noOffset
  }
}
