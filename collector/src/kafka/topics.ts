// Topics with the start and the end of each partition. A topic that may not be read, or whose leader is away, is left out and
// counted; the others are not touched by it.
import type { TopicOffsets } from '../snapshot.ts'
import { forEachBounded } from './bounds.ts'
import { bounds, TooMany, type Poll } from './poll.ts'

/** `topicsMax` bounds how many are asked for; the rest is one failure that says how many were left out. */
export async function readTopics(exclude: RegExp, topicsMax: number, poll: Poll): Promise<TopicOffsets[]> {
  const names = (await poll.ask('listTopics', poll.admin.listTopics())).filter((name) => !exclude.test(name)).sort()
  if (names.length > topicsMax)
    poll.fail('topics beyond KAFKA_TOPICS_MAX', `${names.length - topicsMax}`, new TooMany())
  const topics: TopicOffsets[] = []
  await forEachBounded(
    names.slice(0, topicsMax),
    bounds.callsAtOnce,
    async (topic) => {
      const offsets = await poll.ask(`offsets of ${topic}`, poll.admin.fetchTopicOffsets(topic))
      const partitions = offsets
        .map(({ partition, high, low }) => ({ partition, ...known('end', high), ...known('start', low) }))
        .sort((a, b) => a.partition - b.partition)
      topics.push({ topic, readMs: Date.now(), partitions })
    },
    (topic, error) => poll.fail('offsets of topic', topic, error),
  )
  return topics.sort((a, b) => (a.topic < b.topic ? -1 : 1))
}

/** A sentinel of the protocol (-1, -2) is not an offset. */
export const known = <K extends string>(name: K, offset: string | undefined) =>
  (offset === undefined || offset.startsWith('-') ? {} : { [name]: offset }) as { [key in K]?: string }
