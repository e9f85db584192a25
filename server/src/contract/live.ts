// Every message on the socket. A client subscribes, gets a snapshot as the acknowledgement, then patches on the view's name.
import type { Candidates, Hop, Journey } from './journey.ts'
import type { Failing, Freshness, MapEdge, MapNode, Overview, RecentEvent, Vital } from './topology.ts'
import type { LogRecord, Span, Trace } from './traces.ts'

/** `rangeS`: seconds that the map and the vital signs look back, 60 to 86,400. */
export interface OverviewArgs {
  env?: string
  cluster?: string
  rangeS?: number
  key?: string
}
export interface JourneyArgs {
  q: string
  env?: string
  cluster?: string
}
export interface TraceArgs {
  traceId: string
  env?: string
}

export interface ViewArgs {
  overview: OverviewArgs
  journey: JourneyArgs
  trace: TraceArgs
}
export type View = keyof ViewArgs

/** A part of a view that is patched by id; ids are unique within the view. */
export type OverviewItem =
  | ({ part: 'node' } & MapNode)
  | ({ part: 'edge' } & MapEdge)
  | ({ part: 'vital' } & Vital)
  | ({ part: 'fresh'; id: string } & Freshness)
  | ({ part: 'recent' } & RecentEvent)
  | ({ part: 'failing' } & Failing)
export type JourneyItem = { part: 'hop' } & Hop
export type TraceItem = ({ part: 'span'; id: string } & Span) | ({ part: 'log' } & LogRecord)

export interface Items {
  overview: OverviewItem
  journey: JourneyItem
  trace: TraceItem
}

/** What is neither a list of items nor `args`, `seq`, `asOfUs`. A patch carries all of it when any of it changed. */
export interface Heads {
  overview: Omit<Overview, 'topology' | 'vitals' | 'fresh' | 'recent' | 'failing' | 'asOfUs'>
  journey: Omit<Journey, 'hops' | 'asOfUs'> | Omit<Candidates, 'asOfUs'>
  trace: Omit<Trace, 'spans' | 'logs' | 'asOfUs'>
}

/** The acknowledgement: what HTTP answers to the same question, with the number that the first patch follows. */
export type Snapshot<V extends View> = { args: ViewArgs[V]; seq: number } & {
  overview: Overview
  journey: Journey | Candidates
  trace: Trace
}[V]

export interface Patch<V extends View> {
  args: ViewArgs[V]
  /** One more than that of the snapshot or patch before; on a gap subscribe again. */
  seq: number
  asOfUs: number
  head?: Heads[V]
  upsert: Items[V][]
  /** Ids of items that are gone. */
  remove: string[]
  /** Ids of the ordered lists (hops, recent, failing, spans) in their new order, when it changed. */
  order?: string[]
}

export interface Problem {
  title: string
  status: number
  detail: string
  /** What the reader can do. */
  todo?: string
}

export interface ClientToServer {
  subscribe: <V extends View>(
    request: { view: V; args: ViewArgs[V] },
    ack: (answer: Snapshot<V> | { error: Problem }) => void,
  ) => void
  unsubscribe: <V extends View>(request: { view: V; args: ViewArgs[V] }) => void
}
export type ServerToClient = { [V in View]: (patch: Patch<V>) => void }
