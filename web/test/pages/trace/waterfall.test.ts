import { describe, expect, it } from '@jest/globals'
import { foldAxis } from '../../../src/pages/trace/fold.ts'
import { matchSpans } from '../../../src/pages/trace/match-spans.ts'
import { drawMinimap } from '../../../src/pages/trace/minimap.ts'
import { barOf, nameOf, notesOf } from '../../../src/pages/trace/row-words.ts'
import { rowAt, rowWindow, scrollToRow, sumHeights } from '../../../src/pages/trace/row-window.ts'
import { seriesByService } from '../../../src/pages/trace/series.ts'
import { buildTree } from '../../../src/pages/trace/tree.ts'
import {
  groupBacklinks,
  groupLogs,
  listRows,
  nextFailed,
  type Row,
  type Showing,
} from '../../../src/pages/trace/waterfall.ts'
import { printWindow, readWindow, wholeOf } from '../../../src/pages/trace/window.ts'
import { consumeOf, publishOf, spanOf, traceId } from './span-of.ts'

const spans = [
  spanOf('a', '', 0, 46, { kind: 'server', name: 'POST /orders' }),
  publishOf('p', 'a', 24, 27),
  consumeOf('c', 'p', 431, 500, { status: 'error', statusMessage: 'CardDeclined', attrs: { 'order.id': '8123' } }),
  spanOf('o', 'gone', 13, 17, { service: 'inventory' }),
]
const log = (id: string, spanId: string) => ({
  id,
  atUs: 38_000,
  traceId,
  spanId,
  service: 'orders',
  severity: 'WARN',
  body: 'slow',
  eventName: '',
  attrs: {},
})
const logs = [log('l1', 'a'), log('l2', 'nobody')]
const backlinks = Array.from({ length: 7 }, (_, at) => ({
  traceId: `t${at}`,
  spanId: 's',
  toSpanId: 'p',
  service: 'ledger',
  name: 'process',
  atUs: 900_000,
}))
const tree = buildTree(spans)
const all: Showing = { folded: new Set(), logs: true, linked: true }
const rowsFor = (showing: Showing): Row[] => listRows(tree, showing, groupLogs(logs, tree), groupBacklinks(backlinks))
const drawn = (rows: Row[]) => rows.map((row) => `${'.'.repeat(row.depth)}${row.kind} ${row.id.split(':').at(-1)}`)

describe('listRows', () => {
  it('lists spans, waits, logs, other traces and what was not received', () => {
    expect(drawn(rowsFor({ ...all, linked: false }))).toEqual([
      'span a',
      '.log l1',
      '.span p',
      '..wait c',
      '..span c',
      'missing gone',
      '.span o',
      'log l2',
    ])
  })
  it.each<[string, Partial<Showing>, string[]]>([
    [
      'no logs',
      { logs: false, linked: false },
      ['span a', '.span p', '..wait c', '..span c', 'missing gone', '.span o'],
    ],
    [
      'a folded row hides what is below',
      { linked: false, logs: false, folded: new Set(['a']) },
      ['span a', 'missing gone', '.span o'],
    ],
    ['a filter keeps the way to its match', { found: new Set(['c']) }, ['span a', '.span p', '..span c']],
    ['a filter without a match keeps nothing', { found: new Set() }, []],
  ])('%s', (_, showing, expected) => {
    expect(drawn(rowsFor({ ...all, ...showing }))).toEqual(expected)
  })
  it('shows five of many traces that go on, and says how many more', () => {
    const linked = rowsFor(all).filter((row) => row.kind === 'linked')
    expect(linked.map((row) => row.more)).toEqual([0, 0, 0, 0, 2])
  })
  it('counts what is folded away', () => {
    const [row] = rowsFor({ ...all, folded: new Set(['a']) })
    expect(row).toMatchObject({ open: false, hidden: 2 })
  })
  it('has a unique id in every row', () => {
    const rows = rowsFor(all)
    expect(new Set(rows.map((row) => row.id)).size).toBe(rows.length)
  })
  it.each([
    [-1, 'c'],
    [4, 'c'],
  ])('finds the next failed span after row %d', (from, id) => {
    const rows = rowsFor({ ...all, linked: false })
    expect(rows[nextFailed(rows, from)]!.id).toBe(id)
  })
  it('finds none where nothing failed', () => {
    expect(nextFailed(rowsFor({ ...all, found: new Set(['a']) }), 0)).toBe(-1)
  })
})

describe('matchSpans', () => {
  it.each<[string, string[] | undefined]>([
    ['', undefined],
    ['  ', undefined],
    ['POST /ord', ['a']],
    ['order.id=8123', ['c']],
    ['ORDER.ID=812', ['c']],
    ['error', ['c']],
    ['payment declined', ['c']],
    ['inventory', ['o']],
    ['nothing', []],
    ['order.id=9', []],
  ])('%j', (filter, ids) => {
    const found = matchSpans(tree.nodes, filter)
    expect(found && [...found].sort()).toEqual(ids)
  })
})

describe('rows on screen', () => {
  const rows = Array.from({ length: 50_000 }, (_, at) => at)
  const tops = sumHeights(rows, (row) => (row % 2 ? 22 : 30))
  it('sums heights', () => {
    expect([tops[1], tops[2], tops[50_000]]).toEqual([30, 52, 1_300_000])
  })
  it.each([
    [0, 0],
    [29, 0],
    [30, 1],
    [52, 2],
    [1_299_999, 49_999],
    [9_999_999, 49_999],
  ])('%d px is in row %d', (px, row) => {
    expect(rowAt(tops, px)).toBe(row)
  })
  it('draws what is in view and a few more', () => {
    expect(rowWindow(tops, 650_000, 520, 5)).toEqual({ first: 24_995, end: 25_026 })
    expect(
      rowWindow(
        sumHeights([], () => 30),
        0,
        500,
      ),
    ).toEqual({ first: 0, end: 0 })
  })
  it.each([
    ['stays when it is seen', 4, 0, 0],
    ['goes up to one above', 2, 500, 52],
    ['goes down to one below, past the head', 100, 0, 2630 - 500 + 28],
  ])('%s', (_, row, scroll, expected) => {
    expect(scrollToRow(tops, row, scroll, 500, 28)).toBe(expected)
  })
})

describe('row words', () => {
  const scale = foldAxis([], { fromUs: 0, toUs: 1_000_000 })
  const rows = rowsFor(all)
  const row = (id: string) => rows.find((one) => one.id === id)!
  it.each([
    ['a', 'POST /orders'],
    ['wait:c', 'in the topic'],
    ['missing:gone', '1 span not received, parent of the next row'],
    ['log:l1', 'WARN slow'],
  ])('%s reads %j', (id, name) => {
    expect(nameOf(row(id))).toBe(name)
  })
  it.each([
    ['a', 'after', '46 ms'],
    ['wait:c', 'in', 'in topic orders.events p3 @1842: 404 ms'],
  ])('the label of %s goes %s its bar', (id, place, text) => {
    expect(barOf(row(id), scale, 1000)!.label).toEqual({ place, text })
  })
  it('puts a label before a bar at the end', () => {
    const end = listRows(buildTree([spanOf('z', '', 900, 1000)]), all, new Map(), new Map())[0]!
    expect(barOf(end, scale, 1000)!.label.place).toBe('before')
  })
  it('has no bar outside of the part', () => {
    expect(barOf(row('c'), foldAxis([], { fromUs: 0, toUs: 100_000 }), 1000)).toBeUndefined()
  })
  it('notes clocks, attempts and causes', () => {
    const noted = buildTree([
      spanOf('a', '', 10, 60, {
        kind: 'client',
        attrs: { 'http.request.resend_count': '2' },
        links: [{ traceId: 'beef0000', spanId: 'x', attrs: {} }],
      }),
      spanOf('b', 'a', 0, 5, { service: 'inventory', kind: 'server' }),
    ])
    const texts = listRows(noted, all, new Map(), new Map())
      .flatMap((one) => (one.kind === 'span' ? notesOf(one) : []))
      .map((note) => note.text)
    expect(texts).toEqual(['retried 2 times', 'caused by beef0000', 'clock 10 ms off'])
  })
})

describe('minimap', () => {
  it('draws every span of a small trace', () => {
    const bars = drawMinimap(tree.nodes, foldAxis([], { fromUs: 0, toUs: 500_000 }), () => 1)
    expect(bars.filter((bar) => bar.series === 1).length).toBe(spans.length)
    expect(bars.filter((bar) => bar.series === 0).length).toBe(1)
  })
  it('draws 50,000 spans with few bars', () => {
    const many = buildTree(Array.from({ length: 50_000 }, (_, at) => spanOf(`s${at}`, at ? 's0' : '', at, at + 3)))
    const bars = drawMinimap(many.nodes, foldAxis([], { fromUs: 0, toUs: 50_003_000 }), () => 1)
    expect(bars.length).toBeLessThan(200)
    expect(Math.max(...bars.map((bar) => bar.line))).toBeLessThan(13)
  })
})

describe('colours and window', () => {
  it('gives services colours by first appearance and begins again after seven', () => {
    const nine = Array.from({ length: 9 }, (_, at) => spanOf(`s${at}`, '', 9 - at, 10, { service: `svc${at}` }))
    const series = seriesByService(nine)
    expect([series.get('svc8'), series.get('svc2'), series.get('svc1')]).toEqual([1, 7, 1])
  })
  it('takes what happens in other traces into the whole', () => {
    expect(wholeOf(tree, [])).toEqual({ fromUs: 0, toUs: 500_000 })
    expect(wholeOf(tree, backlinks)).toEqual({ fromUs: 0, toUs: 900_000 })
  })
  it.each([
    ['100-200', { fromUs: 1100, toUs: 1200 }],
    ['100-99999999', { fromUs: 1100, toUs: 6000 }],
    ['200-100', undefined],
    ['x', undefined],
    [undefined, undefined],
  ])('reads the window %j', (text, expected) => {
    expect(readWindow(text, { fromUs: 1000, toUs: 6000 })).toEqual(expected)
  })
  it('prints what it reads, and nothing for the whole', () => {
    const whole = { fromUs: 1000, toUs: 6000 }
    expect(printWindow(readWindow('100-200', whole)!, whole)).toBe('100-200')
    expect(printWindow(whole, whole)).toBeUndefined()
  })
})
