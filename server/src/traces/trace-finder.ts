// The trace questions' only door to the store. In: filters, or a trace id. Out: a list that says how far back it looked, or one
// trace with links both ways, logs and keys. Searches newest first in windows that double, and stops at the limit, at the end of
// the range, or when its time is up; then the list says that there may be more.
import type { Trace, TraceList, TraceSummary } from '../contract/traces.ts'
import { keysOf } from '../keys/keys-of.ts'
import type { KeyRules } from '../keys/rules.ts'
import type { Store } from '../store/clickhouse.ts'
import { readKeyRows } from '../store/queries/keys.ts'
import {
  type SpanFilter,
  readFittingTraces,
  readOldestBucket,
  readSummaries,
  readTracesInWindow,
} from '../store/queries/trace-search.ts'
import { countSpans, readBacklinks, readSpans, readTraceBounds, readTraceLogs } from '../store/queries/traces.ts'
import { fits, newestFirst, summarise } from './summaries.ts'
import { buildTrace } from './tree.ts'

export interface TraceListArgs {
  env?: string
  cluster?: string
  service?: string
  name?: string
  /** `name=value`. */
  attr?: string[]
  minDurationUs?: number
  status?: 'error' | 'ok' | ''
  from?: number
  to?: number
  limit?: number
}

export const listDefault = 50
export const listMax = 500
/** Spans of one trace that are sent. */
export const spansMax = 10_000
/** Log records of one trace that are sent. */
const logsMax = 1_000
const backlinksMax = 200
/** The newest window of a search; each next one is twice as long. */
const firstWindowUs = 60_000_000
/** A search begins no new window after this long. */
export const searchMsMax = 8_000
/** Traces that one window answers. */
const pageMax = 1_000
/** Rows of the key index that a search by key reads. */
const keyRowsMax = 5_000
/** Environments that one trace id may be found in. */
const envsMax = 20

interface Search {
  filter: SpanFilter
  args: TraceListArgs
  limit: number
  fromUs: number
  toUs: number
}

export class TraceFinder {
  constructor(
    private readonly store: Store,
    private readonly rules: KeyRules,
    /** Microseconds since the epoch. */
    private readonly now: () => number,
  ) {}

  async list(args: TraceListArgs): Promise<TraceList> {
    const asOfUs = this.now()
    const oldestUs = await readOldestBucket(this.store)
    // Clocks of senders may be ahead of ours; such spans are not left out.
    const toUs = args.to ?? asOfUs + firstWindowUs
    const fromUs = Math.max(args.from ?? 0, oldestUs ?? toUs)
    const limit = Math.min(args.limit ?? listDefault, listMax)
    const search = { filter: filterOf(args), args, limit, fromUs, toUs }
    if (fromUs >= toUs) return { asOfUs, traces: [], more: false, searchedFromUs: args.from ?? toUs }
    const key = search.filter.attrs.find((attr) => this.rules.isKeyName(attr.name))
    const { traces, searchedFromUs } = key ? await this.listByKey(search, key) : await this.listByWindow(search)
    traces.sort(newestFirst)
    const more = traces.length > limit || searchedFromUs > fromUs
    return { asOfUs, traces: traces.slice(0, limit), more, searchedFromUs }
  }

  private async listByKey(search: Search, key: { name: string; value: string }) {
    const { args, fromUs, toUs } = search
    const name = this.rules.canonicalName(key.name)
    const rows = await readKeyRows(this.store, {
      names: [name],
      values: [this.rules.valueOf(name, key.value)],
      ...(args.env ? { env: args.env } : {}),
      max: keyRowsMax,
    })
    const inRange = rows.filter((row) => row.traceId !== '' && row.atUs >= fromUs && row.atUs < toUs)
    const traces = await this.summaries(search, [...new Set(inRange.map((row) => row.traceId))], key)
    return { traces, searchedFromUs: rows.length < keyRowsMax ? fromUs : Math.max(fromUs, rows.at(-1)!.atUs) }
  }

  private async listByWindow(search: Search) {
    const { filter, limit, fromUs, toUs, args } = search
    const untilMs = performance.now() + searchMsMax
    const seen = new Set<string>()
    const traces: TraceSummary[] = []
    const first = filter.attrs[0]
    // One condition finds candidates; the others may be true of other spans of the trace and are asked of those only.
    const own: SpanFilter = first ? { ...filter, service: '', name: '', attrs: [first] } : filter
    const find = { ...own, failed: args.status === 'error' && first === undefined && !args.service && !args.name }
    const long = args.minDurationUs ? { minDurationUs: args.minDurationUs } : {}
    let windowUs = firstWindowUs
    let atUs = toUs
    while (atUs > fromUs && traces.length <= limit) {
      const maxSeconds = (untilMs - performance.now()) / 1000
      if (maxSeconds <= 0) break
      const startUs = Math.max(fromUs, atUs - windowUs)
      const window = {
        filter: find,
        ...long,
        fromUs: startUs,
        toUs: atUs,
        max: pageMax,
        maxSeconds: Math.ceil(maxSeconds),
      }
      const found = await readTracesInWindow(this.store, window).catch(whenTimeIsUp)
      if (found === undefined) break
      const fresh = found.map((one) => one.traceId).filter((id) => !seen.has(id))
      for (const id of fresh) seen.add(id)
      traces.push(...(await this.summaries(search, fresh, first)))
      // A full answer ends in the middle of its window: go on from there. One microsecond that holds more is passed.
      const isFull = found.length === pageMax
      atUs = isFull ? Math.min(atUs - 1, found.at(-1)!.lastUs + 1) : startUs
      if (!isFull) windowUs *= 2
    }
    return { traces, searchedFromUs: Math.max(fromUs, atUs) }
  }

  /** Summaries of those traces that fit all of the search; `known` was asked already. */
  private async summaries(
    search: Search,
    ids: string[],
    known: { name: string; value: string } | undefined,
  ): Promise<TraceSummary[]> {
    const { filter, args } = search
    const rows = await readSummaries(this.store, { ids, ...(args.env ? { env: args.env } : {}) })
    let kept = rows.map(summarise).filter((summary) => fits(summary, args))
    for (const left of conditionsLeft(filter, known)) {
      const fromUs = Math.min(...kept.map((summary) => summary.startUs))
      const toUs = Math.max(...kept.map((summary) => summary.startUs + summary.durationUs))
      const fitting = await readFittingTraces(this.store, {
        filter: left,
        ids: kept.map((summary) => summary.traceId),
        fromUs,
        toUs,
      })
      kept = kept.filter((summary) => fitting.has(summary.traceId))
    }
    return kept
  }

  /** Undefined when no span of it is known. */
  async trace({ traceId, env }: { traceId: string; env?: string }): Promise<Trace | undefined> {
    const where = env === undefined ? {} : { env }
    const bounds = await readTraceBounds(this.store, { ids: [traceId], ...where, max: envsMax })
    if (bounds.length === 0) return undefined
    const [spans, logs, backlinks, summaries] = await Promise.all([
      readSpans(this.store, { bounds, ...where, max: spansMax }),
      readTraceLogs(this.store, { bounds, ...where, severityMin: 0, max: logsMax }),
      this.backlinks(traceId, where),
      readSummaries(this.store, { ids: [traceId], ...where }),
    ])
    if (spans.length === 0) return undefined
    const total = spans.length < spansMax ? spans.length : await countSpans(this.store, { bounds, ...where })
    const keys = new Set(
      spans.flatMap((span) => keysOf(span.attrs, this.rules).map((key) => `${key.name}=${key.value}`)),
    )
    const lastIngestUs = Math.max(0, ...summaries.map((row) => Number(row.ingest_us)))
    return buildTrace({ traceId, spans, logs, backlinks, keys: [...keys], total, lastIngestUs, asOfUs: this.now() })
  }

  private async backlinks(traceId: string, where: { env?: string }): Promise<Trace['backlinks']> {
    const pointing = await readKeyRows(this.store, { names: ['@link'], values: [traceId], ...where, max: backlinksMax })
    const ids = [...new Set(pointing.map((row) => row.traceId))].filter((id) => id !== traceId && id !== '')
    const bounds = await readTraceBounds(this.store, { ids, ...where, max: ids.length * envsMax })
    const rows = await readBacklinks(this.store, { bounds, to: traceId, ...where, max: backlinksMax })
    return rows.flatMap((row) =>
      row.to_spans.map((toSpanId) => ({
        traceId: row.trace_hex,
        spanId: row.span_hex,
        toSpanId,
        service: row.service,
        name: row.name,
        atUs: Number(row.start_us),
      })),
    )
  }
}

function filterOf(args: TraceListArgs): SpanFilter {
  const { env, cluster, service, name, attr = [] } = args
  const attrs = attr.map((text) => {
    const at = text.indexOf('=')
    return { name: text.slice(0, at), value: text.slice(at + 1) }
  })
  return {
    ...(env ? { env } : {}),
    ...(cluster ? { cluster } : {}),
    ...(service ? { service } : {}),
    ...(name ? { name } : {}),
    attrs,
  }
}

/** What one span must have besides the condition that found the trace: each may be true of another span. */
function conditionsLeft(filter: SpanFilter, known: { name: string; value: string } | undefined): SpanFilter[] {
  if (known === undefined) return []
  const where = { ...(filter.env ? { env: filter.env } : {}), ...(filter.cluster ? { cluster: filter.cluster } : {}) }
  const others = filter.attrs.filter((attr) => attr !== known).map((attr) => ({ ...where, attrs: [attr] }))
  const isNamed = filter.service !== undefined || filter.name !== undefined
  return isNamed ? [{ ...filter, attrs: [] }, ...others] : others
}

/** A window that took too long ends the search: what was found so far is the answer, and it says how far back it got. */
function whenTimeIsUp(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && String(error.code) === '159') return undefined
  throw error
}
