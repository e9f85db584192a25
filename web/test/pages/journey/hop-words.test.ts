import { type Hop, hopStates, type Via } from '@hopscope/server/contract/journey'
import { describe, expect, it } from '@jest/globals'
import { evidenceHref, factsOf } from '../../../src/pages/journey/evidence.ts'
import {
  cardMeta,
  countHops,
  flagsOf,
  hopTitle,
  isBroken,
  joinReason,
  kindWord,
  lookOf,
  nodeIcon,
  sayCoverage,
} from '../../../src/pages/journey/hop-words.ts'
import { partsText, printJourney, printRaw, sayWideKey } from '../../../src/pages/journey/journey-text.ts'
import { consumeOf, hopOf, journeyOf, publishOf } from './hop-of.ts'

const by = (...hops: Hop[]) => new Map(hops.map((hop) => [hop.id, hop]))

describe('states', () => {
  it('have a glyph and a word each, and no two share both', () => {
    const looks = hopStates.map((state) => lookOf({ state, flags: [] }))
    expect(new Set(looks.map((look) => look.icon + look.word)).size).toBe(hopStates.length)
  })
  it.each<[Partial<Hop>, string, boolean]>([
    [{ state: 'done' }, 'Done', false],
    [{ state: 'unknown' }, 'Not seen', false],
    [{ state: 'waiting' }, 'Waiting', false],
    [{ state: 'waiting', flags: ['stalled'] }, 'Stalled', true],
    [{ state: 'waiting', flags: ['retrying'] }, 'Retrying', false],
    [{ state: 'failed' }, 'Failed', true],
    [{ state: 'failed', flags: ['retried'] }, 'Failed, retried', false],
    [{ state: 'failed', flags: ['caught'] }, 'Failed', true],
    [{ state: 'missing' }, 'Missing', true],
    [{ state: 'dead-lettered' }, 'Dead-lettered', true],
    [{ state: 'expected' }, 'Expected', false],
  ])('%j is %s', (rest, word, broken) => {
    const hop = hopOf('a', [], rest)
    expect([lookOf(hop).word, isBroken(hop)]).toEqual([word, broken])
  })
})

describe('flagsOf', () => {
  const traced = publishOf('t', [])
  it.each<[string, Partial<Hop>, string[]]>([
    ['nothing to say', {}, []],
    ['joined by position after a trace', { via: 'position' }, ['trace lost']],
    ['joined by key after a trace', { via: 'key' }, ['trace lost']],
    ['the server said so too', { via: 'key', flags: ['trace-lost'] }, ['trace lost']],
    ['context in a header is context', { via: 'header' }, []],
    ['a row never carries a trace', { via: 'row' }, []],
    ['what is only expected has lost nothing', { via: 'learned' }, []],
    ['delivered twice', { state: 'duplicated', flags: ['duplicated'] }, ['delivered twice']],
    ['a flag that says what the state says', { state: 'waiting', flags: ['retrying'] }, []],
    ['a flag without a word of ours', { flags: ['open-transaction'] }, ['open transaction']],
    [
      'several',
      { flags: ['retried', 'clock-skew', 'parent-not-received'] },
      ['retried', 'clock differs', 'parent not received'],
    ],
  ])('%s', (_, rest, expected) => {
    const hop = consumeOf('c', ['t'], { startUs: 1, ...rest })
    expect(flagsOf(hop, by(traced, hop)).map((flag) => flag.text)).toEqual(expected)
  })
})

it('says nothing of a lost trace where no span was seen', () => {
  const hop = consumeOf('c', ['t'], { via: 'position', state: 'waiting' })
  expect(flagsOf(hop, by(publishOf('t', []), hop))).toEqual([])
})

describe('names', () => {
  it.each<[Hop, { name: string; mono: boolean; rest: string }, string, string]>([
    [hopOf('a', []), { name: 'service-a', mono: false, rest: 'op a' }, 'HTTP', 'service'],
    [publishOf('t', []), { name: 'orders.events/3@1842', mono: true, rest: '' }, 'topic', 'topic'],
    [consumeOf('c', []), { name: 'payment-worker', mono: true, rest: 'payment' }, 'group', 'group'],
    [
      consumeOf('c', [], { to: { type: 'service', name: 'payment' } }),
      { name: 'payment', mono: false, rest: 'op c' },
      'group',
      'service',
    ],
    [
      consumeOf('c', [], { to: { type: 'group', name: 'g', service: 's' }, group: 'g' }),
      { name: 'g', mono: true, rest: 's' },
      'group',
      'group',
    ],
    [
      hopOf('d', [], { kind: 'db', to: { type: 'table', name: 'orders' } }),
      { name: 'orders', mono: true, rest: 'op d' },
      'row',
      'table',
    ],
    [
      hopOf('e', [], { kind: 'rpc', to: { type: 'external', name: 'smtp' } }),
      { name: 'smtp', mono: false, rest: 'op e' },
      'external',
      'external',
    ],
  ])('%#', (hop, title, word, icon) => {
    expect(hopTitle(hop)).toEqual(title)
    expect([kindWord(hop), nodeIcon(hop.to)]).toEqual([word, icon])
  })
  it.each<[Hop, string, string]>([
    [hopOf('a', [], { startUs: 1_009_000, durationUs: 31_000 }), 'op a', '31 ms'],
    [publishOf('t', [], { startUs: 1_431_000 }), '3@1842', '+431 ms'],
    [consumeOf('c', [], { startUs: 1_469_000, durationUs: 212_000 }), '212 ms', '+469 ms'],
    [hopOf('e', [], { state: 'expected' }), 'expected', ''],
    [hopOf('e', [], { state: 'expected', flags: ['blocked'] }), 'not reached, blocked upstream', ''],
  ])('a card says %#', (hop, main, detail) => {
    expect(cardMeta(hop, 1_000_000)).toEqual({ main, detail })
  })
})

describe('joinReason', () => {
  const cause = publishOf('t', [])
  it.each<[Via, string]>([
    ['trace', 'Joined by trace: its span has the publish by orders as its parent.'],
    ['link', 'Joined by link: a span of a trace of its own links to the publish by orders.'],
    ['position', 'Joined by position: orders.events/3@1842 was read here; it is that of the publish by orders.'],
    ['header', 'Joined by header: the trace context lay in the message from the publish by orders.'],
    ['key', 'Joined by key: order.id=1 is also on the publish by orders. No trace context or position says so.'],
    ['learned', 'Expected: events like this one go on from the publish by orders to here.'],
  ])('%s', (via, text) => {
    const hop = consumeOf('c', ['t'], { via, key: 'order.id=1', position: 'orders.events/3@1842' })
    expect(partsText(joinReason(hop, by(cause, hop)))).toBe(text)
  })
  it('says that a first hop has no cause that was received', () => {
    expect(partsText(joinReason(hopOf('a', []), new Map()))).toMatch(/^The first hop/)
  })
  it('says when it is one of several', () => {
    const hop = consumeOf('c', ['t'], { via: 'key', oneOf: 3 })
    expect(partsText(joinReason(hop, by(cause, hop)))).toMatch(/One of 3 candidates\.$/)
  })
})

describe('counts and coverage', () => {
  it.each<[Hop[], string]>([
    [[hopOf('a', [])], '1 hop done'],
    [[hopOf('a', [], { state: 'failed' }), hopOf('b', []), hopOf('c', [])], '2 hops done, 1 failed'],
    [[hopOf('a', [], { state: 'unknown' })], '1 hop not seen'],
    [[], ''],
  ])('%#', (hops, text) => {
    expect(countHops(hops)).toBe(text)
  })
  it.each([
    [[], 'coverage not known'],
    [[1, 1], 'spans of every hop seen, coverage 100 %'],
    [[1, 0.62], 'coverage from 62 %'],
  ])('%j', (shares, text) => {
    const hops = shares.map((share, at) => ({ hopId: String(at), share, windowUs: 1 }))
    expect(sayCoverage({ hops, gaps: [] })).toBe(text)
  })
})

describe('evidence', () => {
  it.each([
    ['/trace/abc?span=1', '/?env=prod', '/trace/abc?span=1&env=prod'],
    ['/trace/abc', '/?env=prod', '/trace/abc?env=prod'],
    ['/trace/abc', '/', '/trace/abc'],
    ['/api/v1/traces/abc', '/?env=prod', '/api/v1/traces/abc'],
    ['javascript:alert(1)', '/', undefined],
    ['https://elsewhere.example/', '/', undefined],
    ['//elsewhere.example/', '/', undefined],
    ['/\\elsewhere.example/', '/', undefined],
    ['', '/', undefined],
  ])('%j leads to %j', (ref, home, href) => {
    expect(evidenceHref(ref, home)).toBe(href)
  })
  it('has rows only for what is known', () => {
    expect(factsOf(hopOf('a', []), 'utc').map((fact) => fact.name)).toEqual(['From', 'To'])
    const names = factsOf(
      consumeOf('c', [], {
        position: 't/0@1',
        cluster: 'retail',
        traceId: 'abc',
        spanId: 'd',
        startUs: 0,
        waitedUs: 0,
      }),
      'utc',
    )
    expect(names.find((fact) => fact.name === 'Position')).toMatchObject({ query: 'retail:t/0@1' })
    expect(names.find((fact) => fact.name === 'Waited before')).toMatchObject({ value: '0 ms' })
    expect(names.find((fact) => fact.name === 'Trace')).toMatchObject({ traceId: 'abc', spanId: 'd' })
  })
})

describe('printJourney', () => {
  const hops = [
    hopOf('a', [], { startUs: journeyOf([]).startUs, durationUs: 46_000 }),
    consumeOf('c', ['a'], {
      state: 'failed',
      error: { type: 'CardDeclined', message: 'code 51' },
      waitedUs: 38_000,
      via: 'key',
      confidence: 0.9,
    }),
  ]
  it('is plain lines with state, hops, limits and link', () => {
    const journey = journeyOf(hops, {
      boundText: '200 hops are the limit.',
      wideKeys: [{ key: 'customer.id', roots: 312, limit: 50 }],
    })
    expect(printJourney(journey, 'https://hopscope.example/journey?q=order.id=8123').split('\n')).toEqual([
      'order.id=8123: broken, as of 2026-08-23 03:14:09 UTC',
      'It broke at billing.',
      '',
      'Done               +0 ms  service-a op a (46 ms, by trace)',
      'Failed                    payment-worker payment (after waiting 38 ms, CardDeclined: code 51, by key 0.90)',
      '',
      'Began 2026-08-23 03:10:56.881 UTC. 1 hop done, 1 failed; coverage not known.',
      '200 hops are the limit.',
      'customer.id joins 312 roots a day, more than 50: it filters and does not join.',
      'https://hopscope.example/journey?q=order.id=8123',
    ])
  })
  it('lists 40 hops and counts the others', () => {
    const many = Array.from({ length: 50 }, (_, at) => hopOf(`h${at}`, []))
    const lines = printJourney(journeyOf(many), 'x').split('\n')
    expect(lines.filter((line) => line.startsWith('Done')).length).toBe(40)
    expect(lines).toContain('and 10 more hops')
  })
  it('explains a key that only filters', () => {
    expect(sayWideKey({ key: 'user.id', roots: 51, limit: 50 })).toBe(
      'user.id joins 51 roots a day, more than 50: it filters and does not join.',
    )
  })
  it('prints a hop as JSON that reads back', () => {
    expect(JSON.parse(printRaw(hops[1]!))).toEqual(hops[1])
  })
})
