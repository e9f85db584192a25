// The wire types that three generations of instrumentation differ in.
import { describe, expect, it } from '@jest/globals'
import { current, of119, of124 } from '../src/conventions.ts'
import { textHeaders } from '../src/kafka-log.ts'
import type { Received } from '../src/log.ts'

const message: Received = {
  topic: 'orders',
  partition: 3,
  offset: '1842',
  timestampMs: 0,
  key: 'k',
  value: '',
  headers: {},
}

describe('conventions', () => {
  it.each([
    [
      'current',
      current.process(message, 'g', 'c'),
      'messaging.destination.partition.id',
      '3',
      'messaging.kafka.offset',
      1842,
    ],
    [
      '1.24',
      of124.process(message, 'g', 'c'),
      'messaging.kafka.destination.partition',
      3,
      'messaging.kafka.message.offset',
      '1842',
    ],
    [
      '1.19',
      of119.process(message, 'g', 'c'),
      'messaging.kafka.source.partition',
      3,
      'messaging.kafka.message.offset',
      1842,
    ],
  ])('%s', (_, attributes, partitionName, partition, offsetName, offset) => {
    expect(attributes[partitionName]).toBe(partition)
    expect(attributes[offsetName]).toBe(offset)
    expect(attributes['messaging.kafka.message.key']).toBe('k')
  })
})

describe('textHeaders', () => {
  it('takes the first value that is one', () => {
    expect(
      textHeaders({
        one: Buffer.from('a'),
        text: 'b',
        many: [null as unknown as Buffer, Buffer.from('c')],
        none: undefined,
      }),
    ).toEqual({ one: 'a', text: 'b', many: 'c' })
  })
})
