// Every search is bounded, and says which bound it reached.
import { describe, expect, it } from '@jest/globals'
import { Gathering, besideTracesMax, besideUs, keysMax, tracesMax } from '../../src/journey/gather.ts'
import { WideKeys, wideForUs, wideKeysMax } from '../../src/journey/wide-keys.ts'
import { hopsMax } from '../../src/journey/write-journey.ts'
import { startUs, story } from '../story.ts'
import { journey } from './tell.ts'

const ids = (count: number) => Array.from({ length: count }, (_, at) => `trace ${at}`)

describe('one search', () => {
  it('reads each trace once and no more than its bound', () => {
    const gathering = new Gathering(undefined)
    expect(gathering.newTraces(['a', 'b', 'a', ''])).toEqual(['a', 'b'])
    expect(gathering.newTraces(['a', 'c'])).toEqual(['c'])
    expect(gathering.bound).toBeUndefined()
    expect(gathering.newTraces(ids(tracesMax))).toHaveLength(tracesMax - 3)
    expect(gathering.bound).toEqual({ kind: 'hops', text: '500 traces were read; more belong to this search' })
  })
  it('looks up no more keys than its bound', () => {
    const gathering = new Gathering(undefined)
    const keys = Array.from({ length: keysMax + 1 }, (_, at) => ({ name: 'order.id', value: String(at) }))
    expect(gathering.newKeys(keys)).toHaveLength(keysMax)
    expect(gathering.bound?.kind).toBe('keys')
  })
  it('takes a bounded number of traces that only share a key', () => {
    const gathering = new Gathering(undefined)
    expect(gathering.besideTraces(ids(besideTracesMax + 1))).toHaveLength(besideTracesMax)
    expect(gathering.besideTraces(['one more'])).toEqual([])
    expect(gathering.bound?.kind).toBe('keys')
  })
  it('looks for parts by other keys a week around what was found first, whatever is found later', () => {
    const gathering = new Gathering(undefined)
    const [span] = story('1').http('a', 'GET /').spans
    gathering.addSpans([span!])
    expect(gathering.isNear(startUs - besideUs)).toBe(true)
    gathering.addSpans([{ ...span!, startUs: startUs + besideUs }])
    expect(gathering.isNear(startUs + besideUs * 2)).toBe(false)
  })
  it('shows a bounded number of hops, and says how many there are', () => {
    const told = story('1').http('a', 'GET /')
    for (let at = 0; at < hopsMax + 5; at += 1) told.db('t', `INSERT ${at}`)
    const found = journey(told.byKey())
    expect(found.hops).toHaveLength(hopsMax)
    expect(found).toMatchObject({ bounded: 'hops', boundText: '2000 of 2006 hops are shown' })
  })
})

describe('wide keys are remembered', () => {
  const wide = (value: string) => ({ env: 'prod', name: 'tenant.id', value, roots: 60 })
  it('for a while, in their environment', () => {
    const keys = new WideKeys()
    keys.add(wide('acme'), 1000)
    expect(keys.find(wide('acme'), 'prod', 1000 + wideForUs - 1)?.roots).toBe(60)
    expect(keys.find(wide('acme'), 'prod', 1000 + wideForUs)).toBeUndefined()
    expect(keys.find(wide('acme'), 'test', 1000)).toBeUndefined()
  })
  it('in a bounded number, the oldest forgotten first', () => {
    const keys = new WideKeys()
    for (let at = 0; at <= wideKeysMax; at += 1) keys.add(wide(String(at)), 0)
    expect(keys.find(wide('0'), 'prod', 0)).toBeUndefined()
    expect(keys.find(wide('1'), 'prod', 0)).toBeDefined()
  })
})
