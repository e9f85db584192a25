// Half-edges in, half-edges out, with the cluster filled in where only one can be meant. Never guesses between two.
// Clients name their cluster late or never (kafkajs learns the id after its first send, Python and Go never send it), so one topic
// would otherwise stand on the map twice: once in its cluster and once in none.
import type { HalfEdge } from './count-once.ts'

/**
 * A topic without a cluster takes the one that other spans name for the same topic of the same environment, when that is a single
 * one. `wanted` keeps the topics of one cluster; tables have none and stay.
 */
export function nameClusters(halves: readonly HalfEdge[], wanted = ''): HalfEdge[] {
  const named = halves.filter(({ topic, cluster }) => topic !== '' && cluster !== '')
  const only = onlyOne(named)
  return halves
    .map((half) => {
      const known = half.topic !== '' && half.cluster === '' ? only.get(topicOf(half)) : undefined
      return known === undefined ? half : { ...half, cluster: known }
    })
    .filter(({ topic, cluster }) => wanted === '' || topic === '' || cluster === wanted)
}

/** The cluster of each topic; undefined where spans name several. */
function onlyOne(halves: readonly HalfEdge[]): Map<string, string | undefined> {
  const only = new Map<string, string | undefined>()
  for (const half of halves) {
    const topic = topicOf(half)
    only.set(topic, !only.has(topic) || only.get(topic) === half.cluster ? half.cluster : undefined)
  }
  return only
}

const topicOf = ({ env, topic }: HalfEdge) => JSON.stringify([env, topic])
