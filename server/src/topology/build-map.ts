// Half-edges, calls and counts of operations in, the live map out. Pure: the window says what time it is.
// A consumer group sits on the service that runs it while it is that service's only group and that service its only runner;
// otherwise it stands alone, between its topic and its services. A reader whose group nobody named is a service that reads.
// The server's own spans are left out: watching must not change the picture.
import type { Node } from '../contract/node.ts'
import type { MapEdge, MapNode, Topology } from '../contract/topology.ts'
import { countConsumes, countPublishes, type Counts, type HalfEdge } from './count-once.ts'
import { fold } from './fold.ts'
import { mergeLatency, noLatency, quantile } from './latency.ts'

export const ownService = 'hopscope'
/** Partitions listed for a topic. */
const partitionsMax = 256

/** All spans of one kind in one service. `kind` is OpenTelemetry's: 2 server, 3 client, 4 producer, 5 consumer. */
export interface ServiceCount extends Counts {
  env: string
  service: string
  kind: number
}

/** A synchronous edge: to a service, or to an address that no service of ours answered from. */
export interface CallCount extends Counts {
  env: string
  from: string
  toType: 'service' | 'external'
  to: string
}

export interface MapInput {
  halves: readonly HalfEdge[]
  services: readonly ServiceCount[]
  calls: readonly CallCount[]
}

export interface MapWindow {
  asOfUs: number
  fromUs: number
  toUs: number
  /** How many seconds `recent` counts stand for. */
  rateSeconds: number
  /** Set when the question named one environment; without it, names carry theirs. */
  env?: string
}

interface Tally {
  spans: number
  errors: number
  recent: number
  latency: Counts['latency'][]
  lastUs: number
}

const emptyTally = (): Tally => ({ spans: 0, errors: 0, recent: 0, latency: [], lastUs: 0 })

export function buildMap(input: MapInput, window: MapWindow): Topology {
  const { asOfUs, fromUs, toUs, rateSeconds } = window
  const draft = new MapDraft(window)
  const halves = input.halves.filter(({ service }) => service !== ownService)
  const consumes = countConsumes(halves)

  for (const row of input.services.filter(({ service }) => service !== ownService)) drawService(draft, row)
  for (const row of input.calls.filter(({ from, to }) => from !== ownService && to !== ownService)) drawCall(draft, row)
  for (const half of countPublishes(halves)) drawPublish(draft, half)
  const seating = seatGroups(consumes)
  for (const half of consumes) drawConsume(draft, half, seating)
  for (const half of halves.filter(({ topic, dbSystem }) => topic === '' && dbSystem !== '')) drawStatement(draft, half)

  const { nodes, edges, left } = fold(draft.nodes(), draft.edges())
  return { asOfUs, fromUs, toUs, rateSeconds, nodes, edges, ...(left > 0 && { left }) }
}

const serverKind = 2

function drawService(draft: MapDraft, row: ServiceCount): void {
  const id = draft.node({ type: 'service', name: row.service, env: row.env })
  // Only what was asked of a service is its rate; its own calls, publishes and statements are on its edges.
  if (row.kind === serverKind) draft.count(id, row)
  else draft.seen(id, row)
}

function drawCall(draft: MapDraft, row: CallCount): void {
  if (row.toType === 'service' && row.to === row.from) return
  const from = draft.node({ type: 'service', name: row.from, env: row.env })
  const to = draft.node({ type: row.toType, name: row.to, env: row.env })
  if (row.toType === 'external') draft.count(to, row)
  draft.edge(from, to, 'call', row)
}

function drawPublish(draft: MapDraft, half: HalfEdge): void {
  const topic = draft.topic(half)
  draft.count(topic, half)
  draft.edge(draft.node({ type: 'service', name: half.service, env: half.env }), topic, 'publish', half)
}

function drawConsume(draft: MapDraft, half: HalfEdge, seating: Seating): void {
  const topic = draft.topic(half)
  draft.offered(topic, half)
  const service = draft.node({ type: 'service', name: half.service, env: half.env })
  draft.count(service, half)
  if (half.group === '') return draft.edge(topic, service, 'consume', half)
  if (seating.get(groupKey(half)) !== undefined) {
    draft.runs(service, half.group)
    return draft.edge(topic, service, 'consume', half)
  }
  const group = draft.node({ type: 'group', name: half.group, env: half.env, cluster: half.cluster })
  draft.runBy(group, half.service)
  draft.count(group, half)
  draft.edge(topic, group, 'consume', half)
  draft.edge(group, service, 'consume', half)
}

function drawStatement(draft: MapDraft, half: HalfEdge): void {
  const { dbSystem, dbTable, env } = half
  const unnamed = dbTable === ''
  const to = unnamed
    ? draft.node({ type: 'external', name: dbSystem, env })
    : draft.node({ type: 'table', name: dbTable, env }, dbSystem)
  draft.count(to, half)
  draft.edge(draft.node({ type: 'service', name: half.service, env }), to, 'db', half)
}

/** Which groups sit on a service: group to service. */
type Seating = Map<string, string>

function seatGroups(consumes: readonly HalfEdge[]): Seating {
  const runners = new Map<string, Set<string>>()
  const groups = new Map<string, Set<string>>()
  for (const half of consumes.filter(({ group }) => group !== '')) {
    const service = JSON.stringify([half.env, half.service])
    runners.set(groupKey(half), (runners.get(groupKey(half)) ?? new Set()).add(service))
    groups.set(service, (groups.get(service) ?? new Set()).add(groupKey(half)))
  }
  const seated = [...runners].flatMap(([group, services]): [string, string][] => {
    const [service] = services
    return service !== undefined && services.size === 1 && groups.get(service)?.size === 1 ? [[group, service]] : []
  })
  return new Map(seated)
}

const groupKey = ({ env, cluster, group }: HalfEdge) => JSON.stringify([env, cluster, group])

interface NodeDraft {
  node: Node
  tally: Tally
  /** Messages that each reader took from a topic. */
  offered: Map<string, number>
  partitions: Set<number>
  runners: Set<string>
}

class MapDraft {
  readonly #window: MapWindow
  readonly #nodes = new Map<string, NodeDraft>()
  readonly #edges = new Map<string, { from: string; to: string; via: MapEdge['via']; tally: Tally }>()

  constructor(window: MapWindow) {
    this.#window = window
  }

  /** The id of a node, which is added when it is new. Environment, cluster or system are part of it: they tell nodes apart. */
  node(place: Node, system = ''): string {
    const { type, name, env = '', cluster = '' } = place
    const path = [this.#window.env === undefined ? env : '', cluster, system].filter((part) => part !== '').concat(name)
    const id = `${type}:${path.join('/')}`
    if (!this.#nodes.has(id)) {
      const node: Node = { type, name, ...(env !== '' && { env }), ...(cluster !== '' && { cluster }) }
      const tally = emptyTally()
      this.#nodes.set(id, { node, tally, offered: new Map(), partitions: new Set(), runners: new Set() })
    }
    return id
  }

  topic({ topic, env, cluster, partitions }: HalfEdge): string {
    const id = this.node({ type: 'topic', name: topic, env, cluster })
    for (const partition of partitions) this.#nodes.get(id)?.partitions.add(partition)
    return id
  }

  count(id: string, counts: Counts): void {
    const tally = this.#nodes.get(id)?.tally
    if (tally !== undefined) add(tally, counts)
  }

  seen(id: string, { lastUs }: Counts): void {
    const tally = this.#nodes.get(id)?.tally
    if (tally !== undefined) tally.lastUs = Math.max(tally.lastUs, lastUs)
  }

  /** What one reader took from a topic: a lower bound of what was published, for topics whose producers send no spans. */
  offered(id: string, half: HalfEdge): void {
    const entry = this.#nodes.get(id)
    if (entry === undefined) return
    const reader = half.group === '' ? half.service : half.group
    entry.offered.set(reader, (entry.offered.get(reader) ?? 0) + half.recent)
    this.seen(id, half)
  }

  runs(id: string, group: string): void {
    const entry = this.#nodes.get(id)
    if (entry !== undefined) entry.node.group = group
  }

  /** A group that stands alone names its service while there is only one. */
  runBy(id: string, service: string): void {
    const entry = this.#nodes.get(id)
    if (entry === undefined) return
    entry.runners.add(service)
    if (entry.runners.size === 1) entry.node.service = service
    else delete entry.node.service
  }

  edge(from: string, to: string, via: MapEdge['via'], counts: Counts): void {
    const id = `${from}>${to}:${via}`
    const edge = this.#edges.get(id) ?? { from, to, via, tally: emptyTally() }
    add(edge.tally, counts)
    this.#edges.set(id, edge)
  }

  nodes(): MapNode[] {
    return [...this.#nodes].map(([id, { node, tally, offered, partitions }]) => {
      const recent = tally.spans > 0 ? tally.recent : Math.max(0, ...offered.values())
      return {
        ...node,
        id,
        ...figures({ ...tally, recent }, this.#window),
        ...(partitions.size > 0 && { partitions: listPartitions(partitions) }),
      }
    })
  }

  edges(): MapEdge[] {
    return [...this.#edges].map(([id, { from, to, via, tally }]) => ({
      id,
      from,
      to,
      via,
      ...figures(tally, this.#window),
    }))
  }
}

function add(tally: Tally, counts: Counts): void {
  tally.spans += counts.spans
  tally.errors += counts.errors
  tally.recent += counts.recent
  tally.latency.push(counts.latency)
  tally.lastUs = Math.max(tally.lastUs, counts.lastUs)
}

function figures(tally: Tally, { rateSeconds, toUs }: MapWindow) {
  const p95Us = quantile(tally.latency.length === 0 ? noLatency : mergeLatency(tally.latency), 0.95)
  const quietAfterUs = quietSeconds * 1e6
  const state = tally.errors > 0 ? 'failing' : toUs - tally.lastUs > quietAfterUs ? 'quiet' : 'ok'
  return {
    rate: tally.recent / rateSeconds,
    ...(tally.spans > 0 && { errors: tally.errors / tally.spans }),
    ...(p95Us !== undefined && { p95Us }),
    state: state as MapNode['state'],
    lastUs: Math.min(tally.lastUs, toUs),
  }
}

/** Nothing seen for this long: quiet. Longer than what exporters and collectors usually hold back. */
const quietSeconds = 60

/** All partitions up to the highest that was seen: one that was not seen is there and unknown. */
function listPartitions(seen: ReadonlySet<number>): NonNullable<MapNode['partitions']> {
  const count = Math.min(partitionsMax, Math.max(...seen) + 1)
  return Array.from({ length: count }, (_, partition) => ({ partition, state: seen.has(partition) ? 'ok' : 'unknown' }))
}
