import { describe, expect, it } from '@jest/globals'
import { vitals, type VitalInput } from '../../src/topology/vitals.ts'

const input: VitalInput = {
  steps: [
    { t: 100, spans: 400, attempts: 100, errors: 1, published: 50 },
    { t: 120, spans: 400, attempts: 0, errors: 0, published: 0 },
  ],
  fromS: 100,
  toS: 130,
  stepSeconds: 10,
  recent: { published: 600, attempts: 1000, errors: 20 },
  rateSeconds: 60,
  topics: 4,
  partitions: 14,
  usual: { share: 0.003, from: 'past days' },
  intake: { spansPerSecond: 412, refused: 0, quarantined: 0, fsyncP95Us: 2600 },
}
const vital = (id: string, more: Partial<VitalInput> = {}) => vitals({ ...input, ...more }).find((one) => one.id === id)

describe('vital signs', () => {
  it('says events a second, on how many topics', () => {
    expect(vital('events')).toMatchObject({ value: 10, unit: '/s', note: 'on 4 topics, 14 partitions', state: 'ok' })
  })

  it('does not know events without a publish', () => {
    const events = vital('events', { topics: 0, partitions: 0 })
    expect(events).toMatchObject({ state: 'unknown', series: [null, null, null] })
    expect(events).not.toHaveProperty('value')
  })

  it('leaves a gap where no telemetry came, and a zero where nothing was published', () => {
    expect(vital('events')?.series).toEqual([5, null, 0])
    expect(vital('failed')?.series).toEqual([1, null, null])
    expect(vital('telemetry')?.series).toEqual([40, null, 40])
  })

  it.each<[string, Partial<VitalInput>, string]>([
    ['warns above twice the usual', {}, 'warn'],
    ['is calm at the usual', { recent: { published: 0, attempts: 1000, errors: 3 } }, 'ok'],
    ['is calm with too few attempts to judge', { recent: { published: 0, attempts: 10, errors: 5 } }, 'ok'],
    ['does not know without attempts', { recent: { published: 9, attempts: 0, errors: 0 } }, 'unknown'],
  ])('%s', (_name, more, state) => {
    expect(vital('failed', more)?.state).toBe(state)
  })

  it('says what is usual beside what fails', () => {
    expect(vital('failed')).toMatchObject({ value: 2, note: 'usually 0.3 %' })
  })

  it.each(['wait', 'capture'])('does not know the %s, says why, and never says 0', (id) => {
    const unknown = vital(id)
    expect(unknown).toMatchObject({ state: 'unknown', note: expect.stringContaining('not judged yet') })
    expect(unknown).not.toHaveProperty('value')
  })

  it.each([
    [{ refused: 0, quarantined: 0, fsyncP95Us: 2600 }, '0 dropped, on disk in 3 ms', 'ok'],
    [{ refused: 7, quarantined: 0 }, '7 refused', 'ok'],
    [{ refused: 0, quarantined: 3, fsyncP95Us: 400 }, '3 segments put aside, on disk in < 1 ms', 'warn'],
  ])('says of the intake %p: %p', (intake, note, state) => {
    expect(vital('telemetry', { intake: { spansPerSecond: 1, ...intake } })).toMatchObject({ note, state })
  })
})
