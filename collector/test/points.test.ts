import { describe, expect, it } from '@jest/globals'
import type { MetricData, ResourceMetrics } from '@opentelemetry/sdk-metrics'
import { countPoints, toRequests, type Tally } from '../src/points.ts'
import type { Snapshot } from '../src/snapshot.ts'

const tally: Tally = {
  startedMs: 1_000,
  polls: 3,
  failures: new Map([['UNKNOWN_TOPIC', 2]]),
  dropped: new Map(),
}
const who = { env: 'prod', clusterAlias: 'eu', version: '1' }
const snapshot: Snapshot = {
  clusterId: 'abc',
  reachable: true,
  readMs: 20_000,
  brokers: 3,
  topics: [
    {
      topic: 'orders',
      readMs: 19_500,
      partitions: [{ partition: 0, start: '5', end: '20' }, { partition: 1 }],
    },
  ],
  groups: [
    {
      group: 'billing',
      readMs: 19_000,
      members: 0,
      commits: [
        { topic: 'orders', partition: 0, offset: '12' },
        { topic: 'orders', partition: 1, offset: '4' },
      ],
    },
    { group: 'silent', readMs: 19_000, commits: [] },
  ],
  failures: [],
}

const metricsOf = (requests: ResourceMetrics[]): Map<string, MetricData> =>
  new Map(requests.flatMap((r) => r.scopeMetrics.flatMap((s) => s.metrics)).map((m) => [m.descriptor.name, m]))
const points = (requests: ResourceMetrics[], name: string) =>
  metricsOf(requests)
    .get(name)
    ?.dataPoints.map(({ attributes, value, endTime }) => [attributes, value, endTime])

describe('toRequests', () => {
  const requests = toRequests(snapshot, tally, who, 1_000)

  it('says whose points they are', () => {
    expect(requests).toHaveLength(1)
    expect(requests[0]?.resource.attributes).toEqual({
      'service.name': 'hopscope-collector',
      'service.version': '1',
      'deployment.environment.name': 'prod',
      'messaging.kafka.cluster.id': 'abc',
      'kafka.cluster.alias': 'eu',
    })
  })

  it.each<[string, unknown]>([
    ['kafka.brokers', [[{}, 3, [20, 0]]]],
    ['kafka.topic.partitions', [[{ topic: 'orders' }, 2, [19, 500_000_000]]]],
    ['kafka.partition.current_offset', [[{ topic: 'orders', partition: 0 }, 20, [19, 500_000_000]]]],
    ['kafka.partition.oldest_offset', [[{ topic: 'orders', partition: 0 }, 5, [19, 500_000_000]]]],
    [
      'kafka.consumer_group.offset',
      [
        [{ group: 'billing', topic: 'orders', partition: 0 }, 12, [19, 0]],
        [{ group: 'billing', topic: 'orders', partition: 1 }, 4, [19, 0]],
      ],
    ],
    ['kafka.consumer_group.lag', [[{ group: 'billing', topic: 'orders', partition: 0 }, 8, [19, 500_000_000]]]],
    ['kafka.consumer_group.members', [[{ group: 'billing' }, 0, [19, 0]]]],
    ['hopscope.collector.reachable', [[{}, 1, [20, 0]]]],
    ['hopscope.collector.failures', [[{ reason: 'UNKNOWN_TOPIC' }, 2, [20, 0]]]],
    ['hopscope.collector.dropped_points', undefined],
  ])('%s: what is not known has no point', (name, expected) => {
    expect(points(requests, name)).toEqual(expected)
  })

  it('marks counters as such, from the start of the collector', () => {
    const polls = metricsOf(requests).get('hopscope.collector.polls')
    expect(polls).toMatchObject({ isMonotonic: true, dataPoints: [{ startTime: [1, 0], value: 3 }] })
    expect(metricsOf(requests).get('kafka.consumer_group.members')).toMatchObject({ isMonotonic: false })
  })

  it('cuts into requests of bounded size and loses none', () => {
    const cut = toRequests(snapshot, tally, who, 4)
    expect(cut.map(countPoints)).toEqual([4, 4, 3])
    expect(cut.reduce((sum, request) => sum + countPoints(request), 0)).toBe(countPoints(requests[0]!))
  })

  it('of a cluster that cannot be reached says only that', () => {
    const gone: Snapshot = { reachable: false, readMs: 5_000, topics: [], groups: [], failures: [] }
    const names = [...metricsOf(toRequests(gone, tally, who, 1_000)).keys()]
    expect(names).toEqual(['hopscope.collector.reachable', 'hopscope.collector.polls', 'hopscope.collector.failures'])
    expect(points(toRequests(gone, tally, who, 1_000), 'hopscope.collector.reachable')).toEqual([[{}, 0, [5, 0]]])
  })
})
