// Which partition a key goes to: murmur2 as in Kafka's Java client (org.apache.kafka.common.utils.Utils), so that a key lands
// where a Java producer, or kafkajs, would put it. Pure.

/** 32-bit murmur2 of bytes, as a signed int. */
export function murmur2(bytes: Uint8Array): number {
  const m = 0x5bd1e995
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let h = 0x9747b28c ^ bytes.length
  const words = bytes.length >> 2
  for (let i = 0; i < words; i += 1) {
    let k = Math.imul(view.getInt32(i * 4, true), m)
    k = Math.imul(k ^ (k >>> 24), m)
    h = Math.imul(h, m) ^ k
  }
  const rest = bytes.length & 3
  if (rest > 0) {
    for (let i = rest - 1; i >= 0; i -= 1) h ^= (bytes[words * 4 + i] ?? 0) << (8 * i)
    h = Math.imul(h, m)
  }
  h = Math.imul(h ^ (h >>> 13), m)
  return h ^ (h >>> 15)
}

/** Partition of a key among `count`. The sign bit is cleared, not negated: that is what Kafka does. */
export const partitionOf = (key: string, count: number): number => (murmur2(Buffer.from(key)) & 0x7fffffff) % count
