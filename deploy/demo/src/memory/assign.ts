// Who reads which partition: Kafka's range assignor. For each topic its partitions are dealt in order, in runs as even as
// possible, to the members that subscribe to it, sorted by id. Pure.

export interface MemberTopics {
  id: string
  topics: readonly string[]
}

/** `topic/partition` to member id. Partitions of topics that nobody subscribes to are left out. */
export function assignRange(
  members: readonly MemberTopics[],
  partitionsOf: Readonly<Record<string, number>>,
): Map<string, string> {
  const owners = new Map<string, string>()
  const sorted = [...members].sort((a, b) => (a.id < b.id ? -1 : 1))
  for (const [topic, count] of Object.entries(partitionsOf)) {
    const readers = sorted.filter(({ topics }) => topics.includes(topic))
    const least = Math.floor(count / readers.length)
    const oneMore = count % readers.length
    let next = 0
    for (const [index, { id }] of readers.entries()) {
      const run = least + (index < oneMore ? 1 : 0)
      for (let i = 0; i < run; i += 1) owners.set(`${topic}/${next + i}`, id)
      next += run
    }
  }
  return owners
}
