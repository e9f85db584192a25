import type { Hop } from '@hopscope/server/contract/journey'
import { describe, expect, it } from '@jest/globals'
import { layOut, partitionCells } from '../../../src/pages/journey/layout.ts'
import { drawLine } from '../../../src/pages/journey/lines.ts'
import { consumeOf, hopOf, publishOf } from './hop-of.ts'

const width = 1280
/** `a 0/1` is the hop, its column and its lane in rows of the same height. */
const grid = (hops: Hop[]) =>
  layOut(hops, width).cards.map((card) => `${card.hop.id} ${card.column}/${Math.round((card.y / 74 - 0.5) * 4) / 4}`)

describe('layOut', () => {
  it.each<[string, Hop[], string[]]>([
    ['one hop', [hopOf('a', [])], ['a 0/0']],
    ['a chain is one lane', [hopOf('a', []), hopOf('b', ['a']), hopOf('c', ['b'])], ['a 0/0', 'b 1/0', 'c 2/0']],
    [
      'one lane for each group, the topic in their middle',
      [publishOf('t', []), consumeOf('x', ['t']), consumeOf('y', ['t']), consumeOf('z', ['t'])],
      ['t 0/1', 'x 1/0', 'y 1/1', 'z 1/2'],
    ],
    [
      'a join lies after the later of its causes',
      [hopOf('a', []), hopOf('b', ['a']), hopOf('j', ['a', 'b'])],
      ['a 0/0', 'b 1/0', 'j 2/0'],
    ],
    [
      'a branch lies beside a long one, where its column is free',
      [hopOf('a', []), hopOf('i', ['a']), publishOf('t', ['a']), ...['x', 'y', 'z'].map((id) => consumeOf(id, ['t']))],
      ['a 0/0.5', 'i 1/0', 't 1/1', 'x 2/0', 'y 2/1', 'z 2/2'],
    ],
    [
      'what still waits keeps its lane free to the right',
      [publishOf('t', []), consumeOf('w', ['t'], { state: 'waiting' }), consumeOf('x', ['t']), publishOf('u', ['x'])],
      ['t 0/0.5', 'w 1/0', 'x 1/1', 'u 2/1'],
    ],
    ['two roots', [hopOf('a', []), hopOf('b', [])], ['a 0/0', 'b 0/1']],
    ['causes that are not there', [hopOf('a', ['gone'])], ['a 0/0']],
    ['a cycle', [hopOf('a', ['b']), hopOf('b', ['a'])], ['a 0/0', 'b 1/0']],
    ['nothing', [], []],
  ])('%s', (_, hops, expected) => {
    expect(grid(hops)).toEqual(expected)
  })

  it('makes lanes lower where there is little room, and never lower than a card', () => {
    const hops = [publishOf('t', []), ...['x', 'y', 'z'].map((id) => consumeOf(id, ['t']))]
    expect([1000, 216, 100].map((room) => layOut(hops, width, room).height)).toEqual([222, 216, 210])
  })

  it('never lets cards touch, and keeps causes left of effects', () => {
    const hops = Array.from({ length: 300 }, (_, at) =>
      hopOf(`h${at}`, at ? [`h${Math.floor((at - 1) / 3)}`] : [], { waitedUs: (at % 4) * 1_000_000 }),
    )
    const { cards, lines, width: whole, height } = layOut(hops, width)
    const least = (values: number[]) => Math.min(...values)
    expect(least(cards.map((card) => card.x))).toBeGreaterThanOrEqual(0)
    expect(least(cards.map((card) => whole - card.x - card.width))).toBeGreaterThanOrEqual(0)
    expect(least(cards.map((card) => height - card.y))).toBeGreaterThan(0)
    const apart = cards.flatMap((a) =>
      cards.filter((b) => b !== a && b.column === a.column).map((b) => Math.abs(a.y - b.y)),
    )
    expect(least(apart)).toBeGreaterThanOrEqual(74)
    expect(least(lines.map((line) => line.x2 - line.x1))).toBeGreaterThan(0)
  })

  it('lays a chain of 5,000 hops out', () => {
    const hops = Array.from({ length: 5000 }, (_, at) => hopOf(`h${at}`, at ? [`h${at - 1}`] : []))
    expect(layOut(hops, width).cards.at(-1)!.column).toBe(4999)
  })

  it('fits what fits and scrolls what does not', () => {
    const chain = (length: number) => Array.from({ length }, (_, at) => hopOf(`h${at}`, at ? [`h${at - 1}`] : []))
    expect(layOut(chain(8), width).width).toBe(width)
    expect(layOut(chain(40), width).width).toBeGreaterThan(width)
  })

  it('draws no second line to a cause that another cause leads to', () => {
    const hops = [hopOf('a', []), hopOf('b', ['a']), hopOf('c', ['a']), hopOf('j', ['a', 'b', 'c'])]
    expect(layOut(hops, width).lines.map((line) => line.id)).toEqual(['a>b', 'a>c', 'b>j', 'c>j'])
  })

  it('breaks the line to a broken hop and gives the octagon room', () => {
    const { lines } = layOut([hopOf('a', []), hopOf('b', ['a'], { state: 'failed' }), hopOf('c', ['b'])], width)
    expect(lines.map((line) => line.kind)).toEqual(['broken', 'plain'])
    expect(lines[0]!.x2 - lines[0]!.x1).toBeGreaterThan(40)
  })

  it('draws a wait that is over before its card, longer for longer', () => {
    const wait = (waitedUs: number) => layOut([hopOf('a', []), consumeOf('b', ['a'], { waitedUs })], width).cards[1]!
    expect(wait(2000).wait).toBeUndefined()
    const [short, long] = [wait(38_000), wait(29_000_000)]
    expect(short.wait!.x + short.wait!.width).toBe(short.x)
    expect(long.wait!.width).toBeGreaterThan(short.wait!.width)
  })

  it('gives what still waits a lane up to now, and what should come next a ghost beyond it', () => {
    const { cards, nowX, lines } = layOut(
      [
        publishOf('t', []),
        consumeOf('w', ['t'], { state: 'waiting' }),
        hopOf('e', ['w'], { state: 'expected', via: 'learned' }),
      ],
      width,
    )
    const [, lane, ghost] = cards
    expect(lane).toMatchObject({ shape: 'lane' })
    expect(lane!.x + lane!.width).toBe(nowX)
    expect(ghost).toMatchObject({ shape: 'ghost' })
    expect(ghost!.x).toBeGreaterThan(nowX!)
    expect(lines.at(-1)!.kind).toBe('ghost')
  })

  it('has no line for now when nothing waits', () => {
    expect(layOut([hopOf('a', [])], width).nowX).toBeUndefined()
  })

  it('marks columns with the true times of their hops', () => {
    const { marks } = layOut(
      [
        hopOf('a', [], { startUs: 100 }),
        hopOf('b', ['a'], { startUs: 500 }),
        hopOf('c', ['a'], { startUs: 300 }),
        hopOf('d', ['c']),
      ],
      width,
    )
    expect(marks.map(({ fromUs, toUs }) => [fromUs, toUs])).toEqual([
      [100, 100],
      [300, 500],
    ])
  })
})

describe('partitionCells', () => {
  it.each([
    ['orders.events/0@7', { cells: [true], skipped: false }],
    ['orders.events/2@7', { cells: [false, false, true], skipped: false }],
    ['orders.events/17@7', { cells: [false, false, false, false, false, true], skipped: true }],
    ['retail:a/b/1@7', { cells: [false, true], skipped: false }],
    ['nonsense', undefined],
    [undefined, undefined],
  ])('%j', (position, expected) => {
    expect(partitionCells(position)).toEqual(expected)
  })
})

describe('drawLine', () => {
  const ends = { id: 'l', from: 'a', to: 'b', x1: 0, y1: 10, x2: 100, y2: 50 }
  it('is whole for a plain hop', () => {
    const drawn = drawLine({ ...ends, kind: 'plain' })
    expect(drawn.before).toMatch(/^M0 10C.* 95 50$/)
    expect(drawn.octagon).toBeUndefined()
  })
  it('stops at the octagon and goes on beyond it', () => {
    const drawn = drawLine({ ...ends, kind: 'broken' })
    const { x, y } = drawn.octagon!
    expect(drawn.before.endsWith(`${x} ${y}`)).toBe(true)
    expect(drawn.beyond!.startsWith(`M${x} ${y}C`)).toBe(true)
    expect([x, y]).toEqual([47.5, 30])
  })
})
