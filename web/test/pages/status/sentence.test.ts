import { describe, expect, it } from '@jest/globals'
import type { Status } from '@hopscope/server/contract/status'
import { statusSentence } from '../../../src/pages/status/sentence.ts'

const signal = (rate: number, accepted = 0) => ({ accepted, rate, rejected: {}, deferred: {}, resent: 0 })
const status = (change: Partial<Status> = {}): Status => ({
  asOfUs: 0,
  startedUs: 0,
  version: '0',
  env: [],
  clusters: [],
  listening: [],
  signals: { spans: signal(412, 5), logs: signal(0), points: signal(12) },
  changed: {},
  notUnderstood: [],
  notUnderstoodTotal: 0,
  journal: { bytes: 1, bytesMax: 100, segments: 1, quarantined: 0 },
  storage: { kind: 'embedded', bytes: 0, tables: [], retention: {} },
  live: { clients: 0, dropped: 0 },
  sources: [],
  ...change,
})

describe('the status says first what is wrong with Hopscope itself', () => {
  it.each<[string, Partial<Status>]>([
    ['Receives 424 items a second and stores all it accepts', {}],
    ['Nothing came in for the last 10 s', { signals: { spans: signal(0, 5), logs: signal(0), points: signal(0) } }],
    ['Nothing was received yet', { signals: { spans: signal(0), logs: signal(0), points: signal(0) } }],
    [
      'The journal is 80 % full: the store takes less than comes in; 2 segments cannot be stored',
      { journal: { bytes: 80, bytesMax: 100, segments: 9, quarantined: 2 } },
    ],
    ['OTLP over gRPC failed to start', { listening: [{ name: 'OTLP over gRPC', address: '', state: 'failed' }] }],
    ['OTLP is late', { sources: [{ name: 'OTLP', ageUs: 1, state: 'late' }] }],
  ])('%s', (sentence, change) => expect(statusSentence(status(change))).toBe(sentence))
})
