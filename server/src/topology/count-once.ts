// Half-edges in, messages counted once out. Libraries emit several spans for one message: create and send on one side,
// receive and process on the other. Only one kind may be counted for one place, or rates and shares of errors double.
import type { Latency } from './latency.ts'

/** Counts over the window that was asked for; `recent` are those of its newest part, which rates are taken from. */
export interface Counts {
  spans: number
  errors: number
  recent: number
  latency: Latency
  lastUs: number
}

/** One half of an edge: what one service did with one topic, or with one table. Empty strings mean "not named". */
export interface HalfEdge extends Counts {
  env: string
  cluster: string
  service: string
  /** 0 none, 1 create, 2 send, 3 receive, 4 process, 5 settle. */
  operation: number
  topic: string
  group: string
  dbSystem: string
  dbTable: string
  partitions: number[]
}

export const operations = { create: 1, send: 2, receive: 3, process: 4, settle: 5 } as const

/**
 * The half-edges that count as publishes. A batch has a create span a message and one send span; a single message has a
 * send span only. So the more frequent of the two is the number of messages.
 */
export function countPublishes(halves: readonly HalfEdge[]): HalfEdge[] {
  const published = halves.filter(
    ({ topic, operation }) => topic !== '' && (operation === operations.create || operation === operations.send),
  )
  const sums = new Map<string, { create: number; send: number }>()
  for (const half of published) {
    const sum = sums.get(placeOf(half)) ?? { create: 0, send: 0 }
    sum[half.operation === operations.create ? 'create' : 'send'] += half.spans
    sums.set(placeOf(half), sum)
  }
  return published.filter((half) => {
    const sum = sums.get(placeOf(half)) ?? { create: 0, send: 0 }
    return half.operation === (sum.create > sum.send ? operations.create : operations.send)
  })
}

/**
 * The half-edges that count as consumes. A process span stands for one message; a receive span may stand for a whole poll,
 * so it counts only where nobody of the same group (or, without a group's name, the same service) has process spans.
 */
export function countConsumes(halves: readonly HalfEdge[]): HalfEdge[] {
  const consumed = halves.filter(
    ({ topic, operation }) => topic !== '' && (operation === operations.receive || operation === operations.process),
  )
  const processed = new Set(consumed.filter((half) => half.operation === operations.process).map(readerOf))
  return consumed.filter((half) => half.operation === operations.process || !processed.has(readerOf(half)))
}

const placeOf = ({ env, cluster, service, topic }: HalfEdge) => JSON.stringify([env, cluster, service, topic])

const readerOf = ({ env, cluster, service, topic, group }: HalfEdge) =>
  JSON.stringify([env, cluster, topic, group, group === '' ? service : ''])
