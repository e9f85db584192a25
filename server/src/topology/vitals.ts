// Counts by step in, the numbers at the foot of the page out. Pure. A number that is not known has no value and a note that
// says why; a step in which no telemetry came at all is a gap in the line, not a zero.
import type { Vital } from '../contract/topology.ts'
import { usualText, type Usual } from './usual.ts'

/** One step of the window: what ended in it. `attempts` are requests served and messages taken. */
export interface Step {
  t: number
  /** Spans of any kind, our own included. */
  spans: number
  attempts: number
  errors: number
  published: number
}

export interface VitalInput {
  /** Steps in which anything came; those without are gaps. */
  steps: readonly Step[]
  fromS: number
  toS: number
  stepSeconds: number
  /** Counts of the newest part of the window, `rateSeconds` long, which the values are taken from. */
  recent: { published: number; attempts: number; errors: number }
  rateSeconds: number
  /** Topics that were published to in the window, and their partitions that were seen. */
  topics: number
  partitions: number
  usual?: Usual
  intake: Intake
}

/** What the server knows of its own ingest; counts since it started. */
export interface Intake {
  spansPerSecond: number
  /** Spans refused for good; their senders were told why. */
  refused: number
  /** Segments that the store would not take and that lie aside. */
  quarantined: number
  fsyncP95Us?: number
}

/** Below this many attempts a share is noise: one of three is not "33 % fail". */
const attemptsMin = 20

export function vitals(input: VitalInput): Vital[] {
  return [events(input), failed(input), notJudged('wait'), notJudged('capture'), telemetry(input)]
}

function events(input: VitalInput): Vital {
  const { topics, partitions, recent, rateSeconds, stepSeconds } = input
  const seen = topics > 0
  return {
    id: 'events',
    label: 'Events',
    ...(seen && { value: recent.published / rateSeconds }),
    unit: '/s',
    note: seen
      ? `on ${count(topics, 'topic')}${partitions > 0 ? `, ${count(partitions, 'partition')}` : ''}`
      : 'no span of a publish was seen in this window',
    series: series(input, (step) => (seen ? step.published / stepSeconds : null)),
    state: seen ? 'ok' : 'unknown',
  }
}

function failed(input: VitalInput): Vital {
  const { recent, usual } = input
  const known = recent.attempts > 0
  const share = known ? recent.errors / recent.attempts : 0
  return {
    id: 'failed',
    label: 'Failed attempts',
    ...(known && { value: share * 100 }),
    unit: '%',
    note: known ? usualText(usual) : 'no request or message was handled in the last minute',
    series: series(input, (step) => (step.attempts > 0 ? (100 * step.errors) / step.attempts : null)),
    state: known ? judgeShare(recent, usual) : 'unknown',
  }
}

/** Warns when clearly more fails than usual; without a usual, when anything fails often enough to be no accident. */
function judgeShare({ attempts, errors }: { attempts: number; errors: number }, usual?: Usual): Vital['state'] {
  if (attempts < attemptsMin) return 'ok'
  const share = errors / attempts
  if (usual === undefined) return share >= 0.01 ? 'warn' : 'ok'
  return share > 2 * usual.share && share > usual.share + 0.005 ? 'warn' : 'ok'
}

/** Waits and change capture need offsets and connectors, which this version stores and does not judge. */
function notJudged(id: 'wait' | 'capture'): Vital {
  const label = id === 'wait' ? 'Longest wait that is not healthy' : 'Change capture behind'
  const note = id === 'wait' ? 'offsets are not judged yet' : 'connectors are not judged yet'
  return { id, label, unit: 's', note, series: [], state: 'unknown' }
}

function telemetry(input: VitalInput): Vital {
  const { spansPerSecond, refused, quarantined, fsyncP95Us } = input.intake
  // Nothing is dropped in silence: what is not stored was refused with a reason or lies aside.
  const parts = [refused === 0 && quarantined === 0 ? '0 dropped' : '']
  if (refused > 0) parts.push(`${refused} refused`)
  if (quarantined > 0) parts.push(`${count(quarantined, 'segment')} put aside`)
  if (fsyncP95Us !== undefined) parts.push(`on disk in ${milliseconds(fsyncP95Us)}`)
  return {
    id: 'telemetry',
    label: 'Telemetry received',
    value: spansPerSecond,
    unit: 'spans/s',
    note: parts.filter((part) => part !== '').join(', '),
    series: series(input, (step) => step.spans / input.stepSeconds),
    state: quarantined > 0 ? 'warn' : 'ok',
  }
}

function series({ steps, fromS, toS, stepSeconds }: VitalInput, value: (step: Step) => number | null) {
  const byTime = new Map(steps.map((step) => [step.t, step]))
  const length = Math.max(0, Math.floor((toS - fromS) / stepSeconds))
  return Array.from({ length }, (_, at) => {
    const step = byTime.get(fromS + at * stepSeconds)
    return step === undefined ? null : value(step)
  })
}

const count = (number: number, noun: string) => `${number} ${noun}${number === 1 ? '' : 's'}`

const milliseconds = (us: number) => (us < 1000 ? '< 1 ms' : `${Math.round(us / 1000)} ms`)
