import { describe, expect, it } from '@jest/globals'
import { assignRange } from '../../src/memory/assign.ts'

const owned = (owners: Map<string, string>) => {
  const byMember: Record<string, string[]> = {}
  for (const [topicPartition, id] of owners) (byMember[id] ??= []).push(topicPartition)
  return byMember
}

describe('assignRange', () => {
  it.each([
    ['nobody', [], { a: 2 }, {}],
    ['one reads all', [{ id: 'm', topics: ['a', 'b'] }], { a: 2, b: 1 }, { m: ['a/0', 'a/1', 'b/0'] }],
    [
      'runs as even as possible, by id and not by arrival',
      [
        { id: 'm2', topics: ['a'] },
        { id: 'm1', topics: ['a'] },
      ],
      { a: 5 },
      { m1: ['a/0', 'a/1', 'a/2'], m2: ['a/3', 'a/4'] },
    ],
    [
      'more members than partitions',
      [
        { id: 'm1', topics: ['a'] },
        { id: 'm2', topics: ['a'] },
      ],
      { a: 1 },
      { m1: ['a/0'] },
    ],
    [
      'only to those who subscribe',
      [
        { id: 'm1', topics: ['a'] },
        { id: 'm2', topics: ['a', 'b'] },
      ],
      { a: 2, b: 2, c: 2 },
      { m1: ['a/0'], m2: ['a/1', 'b/0', 'b/1'] },
    ],
  ])('%s', (_, members, topics: Record<string, number>, expected) => {
    expect(owned(assignRange(members, topics))).toEqual(expected)
  })
})
