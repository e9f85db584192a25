// Spans to hops: each case is named by the rule it proves.
import { describe, expect, it } from '@jest/globals'
import type { Journey } from '../../src/contract/journey.ts'
import type { Gathered } from '../../src/journey/evidence.ts'
import { chooseEvent } from '../../src/journey/roots.ts'
import { stitch } from '../../src/journey/stitch.ts'
import { writeJourney } from '../../src/journey/write-journey.ts'
import { retailOrder, second, startUs } from '../story.ts'

export function journeyOf(gathered: Gathered, asOfUs = startUs + 3600 * second): Journey {
  const stitched = stitch(gathered)
  const choice = chooseEvent(stitched.events, gathered)
  if (!('event' in choice)) throw new Error(`not one event: ${Object.keys(choice)}`)
  const asked = { query: 'order.id=8123', label: 'order.id=8123', env: 'prod', asOfUs }
  return writeJourney(choice.event, choice.rest, { stitched, gathered, asked, wideKeys: [] })
}
export const lines = (journey: Journey) =>
  journey.hops.map(
    (hop) =>
      `${hop.kind} ${hop.from.name} > ${hop.to.name} [${hop.state}${hop.flags.length ? ' ' + hop.flags.join(',') : ''}] ${hop.via} ${hop.confidence}${hop.position ? ' @' + hop.position : ''}`,
  )

describe('x', () => {
  it('prints', () => {
    console.log(lines(journeyOf(retailOrder().byKey())).join('\n'))
    for (const at of ['orders', 'row', 'published', 'payment', 'paid', 'notification', 'shipping']) {
      const lost = retailOrder('8123', (hop, told) => hop === at && told.dropTraceContext())
      console.log(at + '\n' + lines(journeyOf(lost.byKey())).join('\n'))
    }
    expect(1).toBe(1)
  })
})
