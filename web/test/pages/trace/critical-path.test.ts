import type { Span } from '@hopscope/server/contract/traces'
import { describe, expect, it } from '@jest/globals'
import { findCriticalPath, groupByNode } from '../../../src/pages/trace/critical-path.ts'
import { buildTree } from '../../../src/pages/trace/tree.ts'
import { consumeOf, publishOf, spanOf } from './span-of.ts'

/** `a 0-10` is work, `c ~27-29410` is a wait; milliseconds. */
const path = (spans: Span[]) =>
  findCriticalPath(buildTree(spans)).map(
    ({ id, kind, fromUs, toUs }) => `${id} ${kind === 'wait' ? '~' : ''}${fromUs / 1000}-${toUs / 1000}`,
  )

describe('findCriticalPath', () => {
  it.each<[string, Span[], string[]]>([
    ['one span', [spanOf('a', '', 0, 10)], ['a 0-10']],
    [
      'the child that ended last',
      [spanOf('a', '', 0, 100), spanOf('b', 'a', 10, 40), spanOf('c', 'a', 50, 90)],
      ['a 0-10', 'b 10-40', 'a 40-50', 'c 50-90', 'a 90-100'],
    ],
    [
      'of two in parallel the longer',
      [spanOf('a', '', 0, 100), spanOf('b', 'a', 10, 90), spanOf('c', 'a', 10, 40)],
      ['a 0-10', 'b 10-90', 'a 90-100'],
    ],
    [
      'the wait in a topic belongs to it',
      [
        spanOf('a', '', 0, 46),
        publishOf('p', 'a', 24, 27),
        spanOf('x', 'a', 28, 40),
        consumeOf('c', 'p', 29_410, 29_590),
      ],
      ['a 0-24', 'p 24-27', 'c ~27-29410', 'c 29410-29590'],
    ],
    [
      'of two consumers the later',
      [
        publishOf('p', '', 0, 2),
        consumeOf('c', 'p', 40, 250),
        consumeOf('d', 'p', 29_000, 29_100, { service: 'shipping' }),
      ],
      ['p 0-2', 'd ~2-29000', 'd 29000-29100'],
    ],
    [
      'a parent that was not received is not work',
      [spanOf('b', 'x', 0, 5), spanOf('c', 'x', 9, 12)],
      ['b 0-5', 'c 9-12'],
    ],
    [
      'attempts one after another',
      [publishOf('p', '', 0, 2), consumeOf('c', 'p', 40, 450), consumeOf('d', 'p', 560, 600)],
      ['p 0-2', 'c ~2-40', 'c 40-450', 'd ~450-560', 'd 560-600'],
    ],
    [
      'a clock that is wrong breaks nothing',
      [spanOf('a', '', 100, 200), spanOf('b', 'a', 50, 150, { service: 'other' })],
      ['a 100-200'],
    ],
    ['no spans', [], []],
  ])('%s', (_, spans, expected) => {
    expect(path(spans)).toEqual(expected)
  })

  it('is in order of time, without overlap, and ends when the trace ends', () => {
    const spans = Array.from({ length: 400 }, (_, at) => {
      const parent = at === 0 ? '' : `s${Math.floor((at - 1) / 3)}`
      const start = at * 7
      return at % 5 === 4
        ? consumeOf(`s${at}`, parent, start, start + 30)
        : publishOf(`s${at}`, parent, start, start + 11)
    })
    const sections = findCriticalPath(buildTree(spans))
    expect(sections.at(-1)!.toUs).toBe(Math.max(...spans.map((span) => span.startUs + span.durationUs)))
    for (const [at, section] of sections.entries()) {
      if (at > 0) expect(section.fromUs).toBeGreaterThanOrEqual(sections[at - 1]!.toUs)
    }
  })

  it('walks a chain of 50,000 spans', () => {
    const spans = Array.from({ length: 50_000 }, (_, at) =>
      publishOf(`s${at}`, at ? `s${at - 1}` : '', at * 2, at * 2 + 1),
    )
    expect(findCriticalPath(buildTree(spans)).length).toBe(99_999)
  })

  it('groups sections by node', () => {
    const groups = groupByNode(findCriticalPath(buildTree([spanOf('a', '', 0, 10), spanOf('b', 'a', 2, 4)])))
    expect([...groups.keys()]).toEqual(['a', 'b'])
    expect(groups.get('a')!.length).toBe(2)
  })
})
