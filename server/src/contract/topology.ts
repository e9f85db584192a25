// The live map and the vital signs: what flows where, how fast, with how many errors.
import type { Node } from './node.ts'

export interface MapNode extends Node {
  /** `service:orders`, `topic:prod/orders.events`: stable over time, used as key in patches. */
  id: string
  /** Per second over the window: requests served, messages published, statements. */
  rate: number
  /** Share of failed operations, 0 to 1; absent when nothing ran. */
  errors?: number
  p95Us?: number
  partitions?: { partition: number; state: 'ok' | 'unknown' }[]
  state: 'ok' | 'failing' | 'quiet' | 'unknown'
  /** Not drawn unless searched or asked for, because the map would be too full. */
  folded?: boolean
  lastUs: number
}

export interface MapEdge {
  id: string
  from: string
  to: string
  /** What proves it: a call, a publish, a consume, a statement. */
  via: 'call' | 'publish' | 'consume' | 'db'
  rate: number
  errors?: number
  p95Us?: number
  state: 'ok' | 'failing' | 'quiet' | 'unknown'
  lastUs: number
}

export interface Topology {
  asOfUs: number
  fromUs: number
  toUs: number
  /** Rates are averages over this newest part of the window; counts of errors and percentiles are of all of it. */
  rateSeconds: number
  nodes: MapNode[]
  edges: MapEdge[]
  /** Nodes beyond the bound of an answer, which are only counted. Folded ones are in `nodes` and flagged. */
  left?: number
}

/** One number at the foot of the page. Unknown is `value` absent with a `note` that says why, never 0. */
export interface Vital {
  id: 'events' | 'failed' | 'wait' | 'capture' | 'telemetry'
  label: string
  value?: number
  unit: string
  /** `usually 0.3 %`, `on 4 topics, 14 partitions`. */
  note: string
  /** One value for each step of the window, oldest first; null where nothing is known. */
  series: (number | null)[]
  state: 'ok' | 'warn' | 'unknown'
}

export interface Freshness {
  source: string
  /** Age of the newest data; absent when there never was any. */
  ageUs?: number
  state: 'ok' | 'late' | 'never' | 'not-set'
}

/** An event that has just been seen, for the list beside the map. */
export interface RecentEvent {
  /** `order.id=8123`: also what to search for. */
  id: string
  key: string
  startUs: number
  lastUs: number
  spans: number
  errors: number
  services: string[]
}

/** A place where operations fail right now, with what is usual there. */
export interface Failing {
  id: string
  service: string
  name: string
  errors: number
  spans: number
  /** Usual share of errors at this hour; absent when not enough was seen. */
  usualShare?: number
  sampleTraceId?: string
  sampleError?: string
  sinceUs: number
  lastUs: number
}

export interface Overview {
  asOfUs: number
  env: string
  /** True until the first span was stored: the page shows how to begin. */
  empty: boolean
  topology: Topology
  vitals: Vital[]
  fresh: Freshness[]
  recent: RecentEvent[]
  /** The key name that `recent` lists, and the others that could be listed. */
  recentKey?: string
  recentKeys: string[]
  failing: Failing[]
  /** Set by the demo: its control page. */
  demoUrl?: string
  demoNote?: string
}
