// The order and repetition of evidence must not matter: the same journey, with the same ids, from whatever came first. Shuffles are
// seeded, so that one that fails can be repeated by its number.
import { describe, expect, it } from '@jest/globals'
import type { Gathered } from '../../src/journey/evidence.ts'
import { type Story, retailOrder, second, seeded, shuffled, story } from '../story.ts'
import { answer, journey } from './tell.ts'

const hopNames = ['orders', 'row', 'published', 'payment', 'paid', 'notification', 'shipping']

/** An order whose context, links, keys, clocks and attempts are as random as those of a bad night. */
function badNight(random: () => number): Story {
  const told = retailOrder('8123', (hop, s) => {
    const dice = random()
    if (!hopNames.includes(hop)) return
    if (dice < 0.25) s.dropTraceContext()
    else if (dice < 0.4 && ['payment', 'notification', 'shipping'].includes(hop)) s.byLink()
    if (random() < 0.2) s.lateBy(Math.floor(random() * 100) * second)
  })
  const together = random() < 0.5
  for (const span of told.spans) {
    // A clock with a resolution of a second makes many spans begin together.
    if (together) span.startUs -= span.startUs % second
    if (random() < 0.1) span.startUs += Math.floor((random() - 0.5) * 180) * second
    if (random() < 0.15) Object.assign(span, { status: 2, errorType: 'Boom' })
    if (random() < 0.15) span.keys = []
    if (random() < 0.1) span.cluster = ''
    if (random() < 0.1) span.partition = -1
  }
  const again = told.spans.filter((span) => span.kind === 5 && random() < 0.3)
  for (const [at, span] of again.entries()) {
    told.spans.push({ ...span, spanId: `${at}`.padStart(16, 'a'), startUs: span.startUs + second, status: 0 })
  }
  return told
}

const seeds = Array.from({ length: 60 }, (_, at) => at + 1)

describe('shuffled and repeated evidence', () => {
  it.each(seeds)('seed %i', (seed) => {
    const random = seeded(seed)
    const asked = badNight(random).byKey()
    const expected = answer(asked)
    for (let round = 0; round < 3; round += 1) {
      const repeated = asked.spans.filter(() => random() < 0.3).map((span) => structuredClone(span))
      const again: Gathered = {
        ...asked,
        spans: shuffled([...asked.spans, ...repeated], random),
        seeds: shuffled([...asked.seeds, ...asked.seeds.slice(0, 3)], random),
      }
      expect(answer(again)).toEqual(expected)
    }
  })
})

describe('evidence that comes late', () => {
  it.each(seeds.slice(0, 20))('seed %i: hops that were seen keep their ids while more comes', (seed) => {
    const random = seeded(seed)
    const told = retailOrder()
    const whole = new Set(journey(told.byKey()).hops.map((hop) => hop.id))
    // Whole services are late, as when one of their exporters stood still.
    const late = new Set(['payment', 'notification', 'shipping'].filter(() => random() < 0.5))
    const early = told.byKey()
    const some = journey({ ...early, spans: early.spans.filter((span) => !late.has(span.service)) })
    for (const hop of some.hops) expect(whole).toContain(hop.id)
  })

  it('a second attempt changes the hop and not its id', () => {
    const told = story('1').http('orders', 'POST /').publish('t', 0, 5).consume('g', 'worker').fails('Boom')
    const before = journey(told.byKey()).hops[2]!
    const after = journey(told.again().byKey()).hops[2]!
    expect(after.id).toBe(before.id)
    expect([before.state, after.state]).toEqual(['failed', 'done'])
  })
})

describe('every span of the event is in exactly the hops that it tells of', () => {
  it.each(seeds.slice(0, 20))('seed %i: no hop without a span, causes before effects, no unknown cause', (seed) => {
    const found = answer(badNight(seeded(seed)).byKey())
    if (!found || 'candidates' in found) return
    const seen = new Set<string>()
    for (const hop of found.hops) {
      expect(hop.evidence.length).toBeGreaterThan(0)
      for (const id of hop.after) expect(seen).toContain(id)
      seen.add(hop.id)
    }
    expect(seen.size).toBe(found.hops.length)
  })
})
