// What happened to one event, as the API and the page say it. Times are microseconds since the epoch, durations microseconds,
// offsets decimal strings.
import type { Evidence, Node, Part } from './node.ts'

/** From good to bad, so that "the worst of" is the last one. */
export const hopStates = [
  'done',
  'duplicated',
  'untraced',
  'expected',
  'unknown',
  'waiting',
  'missing',
  'dead-lettered',
  'failed',
  'lost',
] as const
export type HopState = (typeof hopStates)[number]

export type HopKind = 'http' | 'rpc' | 'db' | 'change' | 'publish' | 'consume' | 'dlq' | 'internal'

/** How a hop was joined to the ones before it. */
export type Via = 'trace' | 'link' | 'position' | 'header' | 'id' | 'row' | 'key' | 'learned'

export interface Attempt {
  atUs: number
  durationUs: number
  error: string
  traceId: string
  spanId: string
}

export interface Hop {
  id: string
  kind: HopKind
  /** The operation in the words of its span: `POST /orders`, `process orders.events`. */
  name: string
  from: Node
  to: Node
  state: HopState
  flags: string[]
  startUs?: number
  durationUs?: number
  /** How long the event waited before this hop began, where both ends are known. */
  waitedUs?: number
  expectedAtUs?: number
  /** `topic/partition@offset`. */
  position?: string
  cluster?: string
  env?: string
  group?: string
  key?: string
  traceId?: string
  spanId?: string
  via: Via
  /** 0 to 1. */
  confidence: number
  /** Set when this is one of several candidates. */
  oneOf?: number
  attempts?: Attempt[]
  error?: { type: string; message: string }
  evidence: Evidence[]
  /** Ids of the hops that caused this one. */
  after: string[]
}

export type JourneyState = 'done' | 'moving' | 'broken' | 'unknown'
export type JourneyBound = 'depth' | 'hops' | 'keys'

export interface Journey {
  id: string
  query: string
  /** `order.id=8123`, or the trace id or position that was asked for. */
  key: string
  /** What sort of event this is: the operation of its first hop. */
  kind: string
  asOfUs: number
  startUs: number
  endUs: number
  state: JourneyState
  sentence: Part[]
  rest?: Part[]
  hops: Hop[]
  breaks: string[]
  traceIds: string[]
  coverage: {
    hops: { hopId: string; share: number; windowUs: number }[]
    /** `sinceUs`: when watching stopped; absent when it never began or when it is not known. */
    gaps: { source: string; sinceUs?: number; text: string }[]
  }
  /** Which bound was reached, when not everything could be followed, and what that bound is. */
  bounded?: JourneyBound
  boundText?: string
  /** Keys that were seen but filter only, because they join more roots a day than `limit`. */
  wideKeys?: { key: string; roots: number; limit: number }[]
}

/** Several events match: one line each. */
export interface Candidates {
  query: string
  asOfUs: number
  candidates: { query: string; key: string; kind: string; startUs: number; state: JourneyState; sentence: Part[] }[]
  wideKeys?: { key: string; roots: number; limit: number }[]
  /** How many matched, when more matched than are listed. */
  total?: number
}

export type JourneyAnswer = Journey | Candidates
