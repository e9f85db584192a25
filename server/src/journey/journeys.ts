// The journey's only door to the store. In: what was typed, environment and cluster. Out: one journey, candidates, or nothing.
// Each meaning of the text is looked up; what is found is followed in rounds until nothing new turns up or a bound is reached.
// Not bound by a time range. Thinks nothing itself: stitch.ts and roots.ts decide what belongs together.
import type { JourneyAnswer } from '../contract/journey.ts'
import type { JourneyArgs } from '../contract/live.ts'
import type { KeyRules } from '../keys/rules.ts'
import { ProblemError } from '../problem.ts'
import type { Store } from '../store/clickhouse.ts'
import { type KeyRow, readKeyRows, readRowsAndWidth, readWideKeys } from '../store/queries/keys.ts'
import { type TraceBounds, readThinSpans, readTraceBounds, readTraceLogs } from '../store/queries/traces.ts'
import { type Found, answerOf } from './answer.ts'
import { type KeyValue, type LogEvidence, endUs as endOf, keyText, refOf } from './evidence.ts'
import { spanFromRow } from './from-rows.ts'
import { type Frontier, frontierOf } from './frontier.ts'
import { Gathering, depthMax, keyRowsMax } from './gather.ts'
import { type Lead, groupRows, leadOfTrace } from './leads.ts'
import { rememberRules } from './remembered-rules.ts'
import { chooseEvent } from './roots.ts'
import { type Try, parseSearch } from './search-key.ts'
import { type Stitched, stitch } from './stitch.ts'
import { type WideSpread, WideKeys } from './wide-keys.ts'

/** Severity from which log records are evidence: OTLP's ERROR. */
const logSeverityMin = 17
const logsMax = 200
/** Values that one statement looks up. */
const valuesPerLookup = 500
/** Meanings of one search that are followed, the newest first; a bare number may be many things. */
const leadsMax = 20
/** Traces of a wide key that are listed, the newest first. */
const wideTracesMax = 20
const dayUs = 86_400_000_000

interface Where {
  env?: string
  cluster?: string
}

export class Journeys {
  private readonly wide = new WideKeys()
  private readonly rules: KeyRules

  constructor(
    private readonly store: Store,
    rules: KeyRules,
    /** Microseconds since the epoch. */
    private readonly now: () => number,
  ) {
    this.rules = rememberRules(rules)
  }

  /** Undefined when nothing is known of it. Throws a ProblemError when the text cannot be understood. */
  async find(args: JourneyArgs): Promise<JourneyAnswer | undefined> {
    const search = parseSearch(args.q, this.rules)
    if ('unclear' in search) {
      throw new ProblemError({
        title: 'The search is not understood',
        status: 400,
        detail: search.unclear,
        todo: search.todo,
      })
    }
    const where = { ...(args.env ? { env: args.env } : {}), ...(args.cluster ? { cluster: args.cluster } : {}) }
    const leads = (await Promise.all(search.tries.map((one) => this.look(one, where)))).flat()
    const found: Found[] = []
    for (const lead of leads.slice(0, leadsMax)) found.push(...(await this.follow(lead, where)))
    return answerOf(found, {
      query: args.q.trim(),
      asOfUs: this.now(),
      leadsLeft: Math.max(0, leads.length - leadsMax),
    })
  }

  /** Where one meaning of the search leads into the store, by environment and name. */
  private async look(one: Try, where: Where): Promise<Lead[]> {
    if (one.kind === 'trace') {
      const bounds = await readTraceBounds(this.store, { ids: [one.traceId], ...envOf(where), max: 100 })
      return leadOfTrace(bounds, one.traceId)
    }
    const cluster = one.kind === 'position' && one.cluster !== undefined ? one.cluster : where.cluster
    const handle = handleOf(one)
    const rows = await readKeyRows(this.store, {
      ...handle,
      ...envOf(where),
      ...(cluster === undefined ? {} : { cluster }),
      max: keyRowsMax,
    })
    return groupRows(rows, one)
  }

  private async follow(lead: Lead, where: Where): Promise<Found[]> {
    const wide = lead.key && (await this.widthOfLead(lead, lead.key, where))
    if (wide) return this.listWide(lead, wide.roots)
    const gathering = new Gathering(lead.key, lead.place)
    const own = { ...where, env: lead.env }
    await this.load(gathering, gathering.newTraces(lead.rows.map((row) => row.traceId)), own)
    for (const row of lead.rows) {
      if (row.spanId === '') gathering.seedTrace(row.traceId)
      else gathering.seed({ ref: refOf(row), by: lead.by })
    }
    return [await this.complete(gathering, lead, own)]
  }

  /** Rounds to a fixed point: stitch, see what is not looked up yet, look it up. */
  private async complete(gathering: Gathering, lead: Lead, where: Where): Promise<Found> {
    const { gathered } = gathering
    if (lead.key) gathering.asked.add(keyText(lead.key))
    const logged = new Set<string>()
    for (let depth = 0; ; depth += 1) {
      const stitched = stitch(gathered)
      const choice = chooseEvent(stitched.events, gathered)
      const frontier = frontierOf(stitched, choice, gathered, gathering.asked)
      const isComplete = frontier.traces.length + frontier.handles.length + frontier.keys.length === 0
      if (isComplete || depth === depthMax) {
        if (!isComplete) gathering.reach('depth', `followed ${depthMax} steps from what was found first; there is more`)
        gathered.logs.push(...(await this.errorLogs(stitched, logged, where)))
        return {
          lead,
          gathered,
          stitched,
          choice,
          wideKeys: gathering.wideKeys,
          ...(gathering.bound ? { bound: gathering.bound } : {}),
        }
      }
      const [logs] = await Promise.all([
        this.errorLogs(stitched, logged, where),
        this.expand(gathering, frontier, where),
      ])
      gathered.logs.push(...logs)
    }
  }

  private async expand(gathering: Gathering, frontier: Frontier, where: Where): Promise<void> {
    for (const traceId of frontier.traces) gathering.asked.add(`@trace=${traceId}`)
    const handles = gathering.newKeys(frontier.handles)
    const keys = gathering.newKeys(frontier.keys)
    const { rows, wide } = await this.lookUpAll(handles, keys, where)
    for (const one of wide) gathering.addWide(one, one.roots, this.rules.fanOutMax)
    const isHandle = new Set(handles.map((key) => keyText(this.stored(key))))
    const [sure, beside] = [
      rows.filter((row) => isHandle.has(keyText(row))),
      rows.filter((row) => !isHandle.has(keyText(row)) && gathering.isNear(row.atUs)),
    ]
    const known = gathering.newTraces([...frontier.traces, ...sure.map((row) => row.traceId)])
    const taken = gathering.newTraces(gathering.besideTraces(beside.map((row) => row.traceId)))
    await this.load(gathering, [...known, ...taken], where)
    for (const row of beside) {
      if (row.spanId !== '' && gathering.isRead(row.traceId)) gathering.seed({ ref: refOf(row), by: 'beside' })
    }
  }

  /** Rows of handles and of keys that are not wide, and which are wide: one statement, unless that would read too much. */
  private async lookUpAll(
    handles: KeyValue[],
    keys: KeyValue[],
    where: Where,
  ): Promise<{ rows: KeyRow[]; wide: WideSpread[] }> {
    const env = where.env ?? ''
    const nowUs = this.now()
    const known = keys.flatMap((key) => this.wide.find(this.stored(key), env, nowUs) ?? [])
    const open = keys.filter((key) => this.wide.find(this.stored(key), env, nowUs) === undefined)
    const asked = [...handles, ...open].map((key) => this.stored(key))
    const wanted = new Set(asked.map(keyText))
    const both =
      asked.length <= valuesPerLookup
        ? await readRowsAndWidth(this.store, { keys: asked, ...where, limit: this.rules.fanOutMax, max: keyRowsMax })
        : undefined
    if (both === undefined) {
      const [sure, wide] = await Promise.all([this.lookUp(handles, where), this.widthOf(open, env)])
      const isWide = new Set(wide.map(keyText))
      const narrow = open.filter((key) => !isWide.has(keyText(this.stored(key))))
      return { rows: [...sure, ...(await this.lookUp(narrow, where))], wide: [...known, ...wide] }
    }
    const wide = both.wide.filter((spread) => wanted.has(keyText(spread)))
    for (const spread of wide) this.wide.add(spread, nowUs)
    return { rows: both.rows.filter((row) => wanted.has(keyText(row))), wide: [...known, ...wide] }
  }

  private stored = ({ name, value }: KeyValue): KeyValue => ({ name, value: this.rules.valueOf(name, value) })

  /** How wide the searched key is, where it is wide; counted here when all its rows were read anyway. */
  private async widthOfLead(lead: Lead, key: KeyValue, where: Where): Promise<{ roots: number } | undefined> {
    if (where.cluster || lead.rows.length >= keyRowsMax) return (await this.widthOf([key], lead.env))[0]
    const days = new Map<number, Set<string>>()
    for (const { atUs, traceId } of lead.rows) {
      const day = Math.floor(atUs / dayUs)
      days.set(day, (days.get(day) ?? new Set()).add(traceId))
    }
    const roots = Math.max(0, ...[...days.values()].map((traces) => traces.size))
    return roots > this.rules.fanOutMax ? { roots } : undefined
  }

  /** Rows with any of these keys. The statement takes names and values apart, so pairs that nobody asked for are left out here. */
  private async lookUp(keys: KeyValue[], where: Where): Promise<KeyRow[]> {
    const stored = keys.map((key) => this.stored(key))
    const wanted = new Set(stored.map(keyText))
    const rows: KeyRow[] = []
    for (let at = 0; at < stored.length; at += valuesPerLookup) {
      const part = stored.slice(at, at + valuesPerLookup)
      const names = [...new Set(part.map((key) => key.name))]
      const values = part.map((key) => key.value)
      rows.push(...(await readKeyRows(this.store, { names, values, ...where, max: keyRowsMax })))
    }
    return rows.filter((row) => wanted.has(keyText(row)))
  }

  /** Those of these keys that are wide in this environment. */
  private async widthOf(keys: KeyValue[], env: string): Promise<WideSpread[]> {
    const nowUs = this.now()
    const known = keys.flatMap((key) => this.wide.find(key, env, nowUs) ?? [])
    const open = keys.filter((key) => this.wide.find(key, env, nowUs) === undefined)
    const wanted = new Set(open.map(keyText))
    const spreads = await readWideKeys(this.store, { keys: open, env, limit: this.rules.fanOutMax })
    const found = spreads.filter((spread) => wanted.has(keyText(spread)))
    for (const spread of found) this.wide.add(spread, nowUs)
    return [...known, ...found]
  }

  private async load(gathering: Gathering, ids: string[], where: Where): Promise<void> {
    const bounds = await readTraceBounds(this.store, { ids, ...envOf(where), max: ids.length * 4 })
    const rows = await readThinSpans(this.store, { bounds, ...envOf(where), max: gathering.spansLeft() })
    gathering.addSpans(rows.map((row) => spanFromRow(row, this.rules)))
  }

  /** Log records of errors in the event's traces that were not asked for yet; the spans' own times say where to look. */
  private async errorLogs({ spans }: Stitched, logged: Set<string>, where: Where): Promise<LogEvidence[]> {
    const bounds = new Map<string, TraceBounds>()
    for (const span of spans.values()) {
      if (logged.has(span.traceId)) continue
      const { startUs, endUs } = bounds.get(span.traceId) ?? { startUs: Infinity, endUs: -Infinity }
      bounds.set(span.traceId, {
        traceId: span.traceId,
        env: span.env,
        startUs: Math.min(startUs, span.startUs),
        endUs: Math.max(endUs, endOf(span)),
      })
    }
    for (const traceId of bounds.keys()) logged.add(traceId)
    const rows = await readTraceLogs(this.store, {
      bounds: [...bounds.values()],
      ...envOf(where),
      severityMin: logSeverityMin,
      max: logsMax,
    })
    return rows.map((row) => ({
      traceId: row.trace_hex,
      spanId: row.span_hex,
      atUs: Number(row.at_us),
      service: row.service,
      severity: row.severity_text || 'ERROR',
      body: row.body || row.event_name,
    }))
  }

  /** A wide key joins nothing: each of its newest traces is a candidate of its own. */
  private async listWide(lead: Lead, roots: number): Promise<Found[]> {
    const ids = [...new Set(lead.rows.map((row) => row.traceId))].filter((id) => id !== '').slice(0, wideTracesMax)
    const all = new Gathering(undefined)
    await this.load(all, ids, { env: lead.env })
    return ids.flatMap((traceId) => {
      const one = new Gathering(undefined)
      one.addSpans(all.gathered.spans.filter((span) => span.traceId === traceId))
      one.seedTrace(traceId)
      const stitched = stitch(one.gathered)
      const choice = chooseEvent(stitched.events, one.gathered)
      const wideKeys = [{ key: lead.label, roots, limit: this.rules.fanOutMax }]
      return 'event' in choice ? [{ lead, gathered: one.gathered, stitched, choice, wideKeys, isWide: true }] : []
    })
  }
}

const envOf = ({ env }: Where): { env?: string } => (env === undefined ? {} : { env })

function handleOf(one: Exclude<Try, { kind: 'trace' }>): { names?: string[]; values: string[] } {
  switch (one.kind) {
    case 'position':
      return { names: ['@position'], values: [`${one.topic}/${one.partition}@${one.offset}`] }
    case 'message-key':
      return { names: ['@key'], values: [one.value] }
    case 'key':
      return { names: [one.name], values: [one.value] }
    case 'value':
      return { values: one.values }
  }
}
