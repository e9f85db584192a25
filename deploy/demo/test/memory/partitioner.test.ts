// murmur2 against the vectors of Kafka's own test (UtilsTest.testMurmur2), and against kafkajs for many keys.
import { describe, expect, it } from '@jest/globals'
import { Partitioners } from 'kafkajs'
import { murmur2, partitionOf } from '../../src/memory/partitioner.ts'

describe('murmur2', () => {
  it.each([
    ['21', -973_932_308],
    ['foobar', -790_332_482],
    ['a-little-bit-long-string', -985_981_536],
    ['a-little-bit-longer-string', -1_486_304_829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58_897_971],
    ['abc', 479_470_107],
  ])('of %s is %i', (key, hash) => {
    expect(murmur2(Buffer.from(key))).toBe(hash)
  })

  it('reads bytes where they are, also in the middle of a larger buffer', () => {
    expect(murmur2(Buffer.from('xfoobarx').subarray(1, 7))).toBe(-790_332_482)
  })
})

describe('partitionOf', () => {
  it('puts every key where kafkajs puts it', () => {
    const choose = Partitioners.DefaultPartitioner()
    const partitionMetadata = Array.from({ length: 6 }, (_, partitionId) => ({
      partitionId,
      leader: 1,
      isr: [1],
      replicas: [1],
      partitionErrorCode: 0,
    }))
    for (let n = 0; n < 500; n += 1) {
      const message = { key: `order-${n * 7919}`, value: '' }
      expect(partitionOf(message.key, 6)).toBe(choose({ topic: 't', partitionMetadata, message }))
    }
  })
})
