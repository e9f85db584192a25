import { describe, expect, it } from '@jest/globals'
import type { HalfEdge } from '../../src/topology/count-once.ts'
import { nameClusters } from '../../src/topology/name-clusters.ts'

const half = (env: string, topic: string, cluster: string): HalfEdge => ({
  env,
  cluster,
  service: 'a',
  operation: 2,
  topic,
  group: '',
  dbSystem: topic === '' ? 'postgresql' : '',
  dbTable: topic === '' ? 'orders' : '',
  partitions: [],
  spans: 1,
  errors: 0,
  recent: 1,
  latency: [[], []],
  lastUs: 0,
})

const table = half('prod', '', '')

describe('nameClusters', () => {
  it.each([
    ['takes the cluster that the same topic names', [half('prod', 't', ''), half('prod', 't', 'eu')], ['eu', 'eu']],
    ['does not take the cluster of another topic', [half('prod', 't', ''), half('prod', 'u', 'eu')], ['', 'eu']],
    [
      'does not guess between two',
      [half('prod', 't', ''), half('prod', 't', 'eu'), half('prod', 't', 'us')],
      ['', 'eu', 'us'],
    ],
    [
      'knows the topic although its environment has two clusters',
      [half('prod', 't', ''), half('prod', 't', 'eu'), half('prod', 'u', 'us')],
      ['eu', 'eu', 'us'],
    ],
    ['does not look into another environment', [half('prod', 't', ''), half('test', 't', 'eu')], ['', 'eu']],
    ['leaves tables alone', [table, half('prod', 't', 'eu')], ['', 'eu']],
  ])('%s', (_, halves, clusters) => {
    expect(nameClusters(halves).map(({ cluster }) => cluster)).toEqual(clusters)
  })

  it('keeps the topics of the wanted cluster, with those that can only be of it, and all tables', () => {
    const halves = [half('prod', 't', ''), half('prod', 't', 'eu'), half('prod', 'u', 'us'), table]
    expect(nameClusters(halves, 'eu').map(({ topic }) => topic)).toEqual(['t', 't', ''])
  })
})
