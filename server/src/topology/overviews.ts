// Asks the store for what the live page shows and hands it to the pure functions of this room. Answers are shared by all
// viewers for about a second; what changes slowly is asked less often.
import type { OverviewArgs } from '../contract/live.ts'
import type { Failing, Freshness, Overview, RecentEvent, Topology, Vital } from '../contract/topology.ts'
import type { Store } from '../store/clickhouse.ts'
import { readErrorSamples, readFailing } from '../store/queries/failing.ts'
import { hasSpans, readNewestOffset, readPlaces } from '../store/queries/places.ts'
import { readKeySpreads, readNewest, readTraceCounts } from '../store/queries/recent.ts'
import { readCalls, readHalfEdges, readServices, type RollupArgs } from '../store/queries/rollups.ts'
import { readHours, readOperationHours, readSteps } from '../store/queries/steps.ts'
import { buildMap, ownService } from './build-map.ts'
import { countPublishes } from './count-once.ts'
import { listFailing, operationOf } from './failing.ts'
import { freshness } from './freshness.ts'
import { listRecent, rankKeys } from './recent.ts'
import { Remembered } from './remember.ts'
import { usualShare, type HourCount } from './usual.ts'
import { vitals, type Intake, type Step } from './vitals.ts'
import { fromFirst, liveWindow, pastWindow, rangeSecondsDefault, type AskedWindow } from './window.ts'
import { nameClusters } from './name-clusters.ts'

/** Events in the list beside the map. */
const recentMax = 20
/** How far back the newest events are looked for: a quiet shop still shows its last orders. */
const recentSeconds = 900
/** How far back an event that is listed is followed. */
const historySeconds = 86_400
const usualSeconds = 8 * 86_400

export interface TopologyArgs {
  env?: string | undefined
  cluster?: string | undefined
  fromUs?: number | undefined
  toUs?: number | undefined
}

export interface OverviewParts {
  store: Store
  /** Microseconds since the epoch. */
  now: () => number
  /** What the server knows of its own ingest, and when spans last came. */
  intake: () => Intake & { lastUs?: number }
  settings: { KAFKA_BROKERS?: string | undefined; DEMO_URL?: string | undefined; DEMO_NOTE?: string | undefined }
}

interface MapAnswer {
  topology: Topology
  /** What the vital signs need of the same rows. */
  recent: { published: number; attempts: number; errors: number }
}

/** What is read for the map. */
type MapRows = Awaited<ReturnType<typeof readMap>>

export class Overviews {
  readonly #parts: OverviewParts
  readonly #overviews: Remembered<Overview>
  readonly #maps: Remembered<MapAnswer>
  readonly #places: Remembered<{ envs: string[]; clusters: string[] }>
  readonly #keys: Remembered<string[]>
  readonly #failing: Remembered<Failing[]>
  readonly #hours: Remembered<HourCount[]>
  readonly #steps: Remembered<Step[]>
  readonly #offsets: Remembered<number | undefined>
  readonly #stored = new Set<string>()

  constructor(parts: OverviewParts) {
    this.#parts = parts
    this.#overviews = new Remembered(0.9, parts.now)
    this.#maps = new Remembered(0.9, parts.now)
    this.#places = new Remembered(15, parts.now)
    this.#keys = new Remembered(15, parts.now)
    this.#failing = new Remembered(4, parts.now)
    this.#hours = new Remembered(60, parts.now)
    this.#steps = new Remembered(5, parts.now)
    this.#offsets = new Remembered(4, parts.now)
  }

  overview(args: OverviewArgs): Promise<Overview> {
    return this.#overviews.get(args, () => this.#askOverview(args))
  }

  async topology(args: TopologyArgs): Promise<Topology> {
    const now = this.#parts.now()
    const { env, cluster, fromUs, toUs } = args
    const live = fromUs === undefined && toUs === undefined
    const until = toUs ?? now
    const window = live
      ? liveWindow(now, rangeSecondsDefault)
      : pastWindow(now, fromUs ?? until - rangeSecondsDefault * 1e6, until)
    const question = live ? { env, cluster } : args
    return (await this.#maps.get(question, () => this.#askMap(window, env, cluster))).topology
  }

  /** Environments and clusters that telemetry came from, lately. */
  places(): Promise<{ envs: string[]; clusters: string[] }> {
    return this.#places.get('', () => readPlaces(this.#parts.store, { nowS: this.#nowS(), ownService }))
  }

  async fresh(): Promise<Freshness[]> {
    const { now, settings, intake } = this.#parts
    const offsetsUs = await this.#offsets.get('', () => readNewestOffset(this.#parts.store))
    const { lastUs } = intake()
    return freshness(
      [
        { name: 'OTLP', wanted: true, ...(lastUs !== undefined && { lastUs }) },
        {
          name: 'Kafka offsets',
          wanted: settings.KAFKA_BROKERS !== undefined,
          ...(offsetsUs !== undefined && { lastUs: offsetsUs }),
        },
        { name: 'Change capture', wanted: false },
      ],
      now(),
    )
  }

  async #askOverview(args: OverviewArgs): Promise<Overview> {
    const { now, settings } = this.#parts
    const window = liveWindow(now(), args.rangeS ?? rangeSecondsDefault)
    const env = args.env ?? ''
    const [map, places, fresh, recent, failing, empty] = await Promise.all([
      this.#askMap(window, args.env, args.cluster),
      this.places(),
      this.fresh(),
      this.#askRecent(env, args.key),
      this.#failing.get([env, args.rangeS], () => this.#askFailing(env, window)),
      this.#isEmpty(env),
    ])
    const [only] = places.envs
    return {
      asOfUs: window.asOfUs,
      env: args.env ?? (places.envs.length === 1 && only !== undefined ? only : ''),
      empty,
      topology: map.topology,
      vitals: await this.#askVitals(map, window, env, args.cluster ?? ''),
      fresh,
      ...recent,
      failing,
      ...(settings.DEMO_URL !== undefined && { demoUrl: settings.DEMO_URL }),
      ...(settings.DEMO_NOTE !== undefined && { demoNote: settings.DEMO_NOTE }),
    }
  }

  async #askMap(asked: AskedWindow, env?: string, cluster?: string): Promise<MapAnswer> {
    const { store } = this.#parts
    const scope = { env: env ?? '', cluster: cluster ?? '' }
    const rows = await readMap(store, { ...scope, ...asked })
    const window = fromFirst(asked, Math.min(...rows.services.map(({ firstS }) => firstS)))
    // Only in the first seconds of a system: what is counted as recent has to be asked again when it is all there is.
    const counted = window.recentToS === asked.recentToS ? rows : await readMap(store, { ...scope, ...window })
    const topology = buildMap(counted, {
      asOfUs: window.asOfUs,
      fromUs: window.fromS * 1e6,
      toUs: Math.min(window.asOfUs, window.toS * 1e6),
      rateSeconds: window.rateSeconds,
      ...(env !== undefined && { env }),
    })
    return { topology, recent: recentOf(counted) }
  }

  async #askVitals(
    { topology, recent }: MapAnswer,
    window: AskedWindow,
    env: string,
    cluster: string,
  ): Promise<Vital[]> {
    const { store, intake } = this.#parts
    const nowS = this.#nowS()
    const { stepSeconds, fromS, recentToS } = window
    const steps = { env, cluster, ownService, fromS, toS: recentToS, stepSeconds }
    const [lines, hours] = await Promise.all([
      // A new step closes every 10 s at most; until then the lines stay as they are.
      this.#steps.get(steps, () => readSteps(store, steps)),
      this.#hours.get(env, () => readHours(store, { env, fromS: nowS - usualSeconds, toS: nowS, ownService })),
    ])
    const topics = topology.nodes.filter(({ type, errors }) => type === 'topic' && errors !== undefined)
    const usual = usualShare(hours, nowS)
    return vitals({
      steps: lines,
      fromS,
      toS: recentToS,
      stepSeconds,
      recent,
      rateSeconds: topology.rateSeconds,
      topics: topics.length,
      partitions: topics.reduce((count, { partitions }) => count + (partitions?.length ?? 0), 0),
      ...(usual !== undefined && { usual }),
      intake: intake(),
    })
  }

  async #askRecent(env: string, key?: string): Promise<Pick<Overview, 'recent' | 'recentKey' | 'recentKeys'>> {
    const { store, now } = this.#parts
    const fromUs = now() - recentSeconds * 1e6
    const recentKeys = await this.#keys.get(env, async () =>
      rankKeys(await readKeySpreads(store, { env, fromUs, ownService })),
    )
    const recentKey = key ?? recentKeys[0]
    if (recentKey === undefined) return { recent: [], recentKeys }
    return { recent: await this.#newest(env, recentKey, fromUs), recentKey, recentKeys }
  }

  async #newest(env: string, name: string, fromUs: number): Promise<RecentEvent[]> {
    const { store, now } = this.#parts
    const historyFromUs = now() - historySeconds * 1e6
    const sighted = await readNewest(store, { env, name, fromUs, historyFromUs, max: recentMax, ownService })
    const traceIds = [...new Set(sighted.flatMap((event) => event.traceIds))]
    return listRecent(name, sighted, await readTraceCounts(store, { env, traceIds }), ownService)
  }

  async #askFailing(env: string, window: AskedWindow): Promise<Failing[]> {
    const { store } = this.#parts
    const nowS = this.#nowS()
    const range = { env, fromS: window.fromS, toS: window.toS }
    const counts = await readFailing(store, { ...range, ownService })
    if (counts.length === 0) return []
    const names = { services: unique(counts, 'service'), names: unique(counts, 'name') }
    const [hours, samples] = await Promise.all([
      readOperationHours(store, { env, fromS: nowS - usualSeconds, toS: nowS, ...names }),
      readErrorSamples(store, { ...range, ...names }),
    ])
    const byOperation = new Map<string, HourCount[]>()
    for (const row of hours) byOperation.set(operationOf(row), [...(byOperation.get(operationOf(row)) ?? []), row])
    return listFailing(counts, byOperation, samples, nowS)
  }

  /** Asked until somebody else than the server itself has sent something; spans that expire do not bring the first page back. */
  async #isEmpty(env: string): Promise<boolean> {
    if (this.#stored.has(env)) return false
    if (!(await hasSpans(this.#parts.store, { env, ownService }))) return true
    this.#stored.add(env)
    return false
  }

  #nowS(): number {
    return Math.floor(this.#parts.now() / 1e6)
  }
}

async function readMap(store: Store, args: RollupArgs) {
  const [halves, services, calls] = await Promise.all([
    readHalfEdges(store, args),
    readServices(store, args),
    readCalls(store, args),
  ])
  return { halves: nameClusters(halves, args.cluster), services, calls }
}

/** Kinds whose spans are attempts: requests served and messages taken. The steps count the same. */
const attemptKinds = new Set([2, 5])

function recentOf({ halves, services }: MapRows): MapAnswer['recent'] {
  const published = countPublishes(halves.filter(({ service }) => service !== ownService))
  const tried = services.filter(({ service, kind }) => service !== ownService && attemptKinds.has(kind))
  return {
    published: published.reduce((sum, half) => sum + half.recent, 0),
    attempts: tried.reduce((sum, row) => sum + row.recent, 0),
    errors: tried.reduce((sum, row) => sum + row.recentErrors, 0),
  }
}

const unique = <K extends string>(rows: readonly Record<K, string>[], of: K) => [...new Set(rows.map((row) => row[of]))]
