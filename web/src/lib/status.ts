// Hop states as the page shows them: glyph, word, colour. The word carries the meaning; glyph and colour repeat it.
import type { HopState, JourneyState, Via } from '@hopscope/server/contract/journey'

export type Tone = 'ok' | 'warn' | 'err' | 'dlq' | 'info' | 'faint'
export interface Look {
  icon: string
  word: string
  tone: Tone
}

const states: Record<HopState, Look> = {
  done: { icon: 'done', word: 'Done', tone: 'ok' },
  waiting: { icon: 'waiting', word: 'Waiting', tone: 'warn' },
  failed: { icon: 'failed', word: 'Failed', tone: 'err' },
  missing: { icon: 'missing', word: 'Missing', tone: 'warn' },
  expected: { icon: 'expected', word: 'Expected', tone: 'faint' },
  'dead-lettered': { icon: 'dlq', word: 'Dead-lettered', tone: 'dlq' },
  lost: { icon: 'lost', word: 'Lost', tone: 'err' },
  untraced: { icon: 'untraced', word: 'Untraced', tone: 'info' },
  duplicated: { icon: 'dup', word: 'Duplicated', tone: 'info' },
  unknown: { icon: 'unknown', word: 'Not seen', tone: 'info' },
}

export const hopLook = (state: HopState): Look => states[state] ?? states.unknown

export const journeyLooks: Record<JourneyState, Look> = {
  done: { icon: 'done', word: 'Done', tone: 'ok' },
  moving: { icon: 'waiting', word: 'Moving', tone: 'info' },
  broken: { icon: 'failed', word: 'Broken', tone: 'err' },
  unknown: { icon: 'unknown', word: 'No failure seen', tone: 'info' },
}

/** How a hop was joined, as a sentence. */
export const viaTexts: Record<Via, string> = {
  trace: 'same trace: the span names its parent',
  link: 'a span link points to it',
  position: 'same topic, partition and offset',
  header: 'an id in the message header',
  id: 'the same message id',
  row: 'the same database row',
  key: 'the same business key, close in time',
  learned: 'the usual path of this kind of event',
}
