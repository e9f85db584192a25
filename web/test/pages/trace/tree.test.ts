import { describe, expect, it } from '@jest/globals'
import { buildTree } from '../../../src/pages/trace/tree.ts'
import { consumeOf, publishOf, spanOf, traceId } from './span-of.ts'

const drawn = (tree: ReturnType<typeof buildTree>) => tree.nodes.map((node) => `${'.'.repeat(node.depth)}${node.id}`)

describe('buildTree', () => {
  it.each([
    [
      'children by time, whatever the order they came in',
      [spanOf('c', 'a', 5, 6), spanOf('b', 'a', 1, 2), spanOf('a', '', 0, 9)],
      ['a', '.b', '.c'],
    ],
    [
      'a parent that was not received is a row of its own',
      [spanOf('b', 'x', 1, 2), spanOf('c', 'x', 3, 4)],
      ['missing:x', '.b', '.c'],
    ],
    ['two roots stay two', [spanOf('a', '', 0, 1), spanOf('b', '', 5, 6)], ['a', 'b']],
    [
      'one id twice gives two rows',
      [spanOf('a', '', 0, 9), spanOf('a', '', 1, 2), spanOf('b', 'a', 2, 3)],
      ['a', '.b', 'a#2'],
    ],
    ['a span that names itself is a root', [spanOf('a', 'a', 0, 1)], ['a']],
    [
      'a cycle is cut and all of it is shown',
      [spanOf('a', 'b', 0, 1), spanOf('b', 'a', 1, 2), spanOf('c', 'b', 2, 3)],
      ['a', '.b', '..c'],
    ],
    ['nothing gives nothing', [], []],
  ])('%s', (_, spans, expected) => {
    expect(drawn(buildTree(spans))).toEqual(expected)
  })

  it('takes a link within the trace as the cause of a span without a parent', () => {
    const link = { traceId, spanId: 'p', attrs: {} }
    const tree = buildTree([publishOf('p', '', 0, 1), consumeOf('c', '', 40, 50, { links: [link] })])
    expect(drawn(tree)).toEqual(['p', '.c'])
    expect(tree.nodes[1]!.via).toBe('link')
  })

  it('counts parents that were not received, not their children', () => {
    expect(buildTree([spanOf('b', 'x', 1, 2), spanOf('c', 'x', 3, 4), spanOf('d', 'y', 3, 4)]).missing).toBe(2)
  })

  it.each([
    [
      'a message that lay in its topic',
      consumeOf('c', 'p', 40, 50),
      { fromUs: 2000, toUs: 40_000, label: 'in topic orders.events p3 @1842' },
    ],
    [
      'work that was handed over',
      spanOf('c', 'p', 40, 50),
      { fromUs: 2000, toUs: 40_000, label: 'after its parent ended' },
    ],
    ['a consumer that began before the publish was confirmed', consumeOf('c', 'p', 1, 50), undefined],
    ['a child that follows within a millisecond', spanOf('c', 'p', 2, 50), undefined],
  ])('finds the wait of %s', (_, child, wait) => {
    const tree = buildTree([publishOf('p', '', 0, 2), child])
    expect(tree.bySpanId.get('c')!.wait).toEqual(wait)
  })

  it.each([
    [
      'another service that began before its caller',
      spanOf('c', 'a', -90, -80, { service: 'inventory', kind: 'server' }),
      100_000,
    ],
    [
      'a server that began after its caller had the answer',
      spanOf('c', 'a', 90_000, 90_001, { service: 'inventory', kind: 'server' }),
      89_940_000,
    ],
    ['the same process', spanOf('c', 'a', 5, 8), undefined],
    ['a server within its caller', spanOf('c', 'a', 15, 18, { service: 'inventory', kind: 'server' }), undefined],
  ])('tells how far clocks are apart for %s', (_, child, skewUs) => {
    const tree = buildTree([spanOf('a', '', 10, 60, { kind: 'client' }), child])
    expect(tree.bySpanId.get('c')!.skewUs).toBe(skewUs)
    expect(tree.bySpanId.get('c')!.startUs).toBe(child.startUs)
  })

  it('lets a second attempt wait since the first ended, and another group since the publish', () => {
    const other = consumeOf('d', 'p', 700, 710, { service: 'shipping' })
    const tree = buildTree([
      publishOf('p', '', 0, 2),
      consumeOf('c1', 'p', 40, 450, { status: 'error' }),
      consumeOf('c2', 'p', 560, 600),
      other,
    ])
    expect(tree.bySpanId.get('c2')!.wait).toEqual({
      fromUs: 450_000,
      toUs: 560_000,
      label: 'tried again after',
      again: true,
    })
    expect(tree.bySpanId.get('d')!.wait).toMatchObject({ fromUs: 2000, label: 'in topic orders.events p3 @1842' })
  })

  it('knows when the last of a subtree ended', () => {
    const tree = buildTree([spanOf('a', '', 0, 46), publishOf('p', 'a', 24, 27), consumeOf('c', 'p', 29_410, 29_590)])
    expect(tree.bySpanId.get('a')!.lastUs).toBe(29_590_000)
  })

  it('builds a chain of 50,000 spans', () => {
    const spans = Array.from({ length: 50_000 }, (_, at) => spanOf(`s${at}`, at ? `s${at - 1}` : '', at, at + 1))
    const tree = buildTree(spans)
    expect(tree.nodes.length).toBe(50_000)
    expect(tree.nodes.at(-1)!.depth).toBe(49_999)
  })
})
