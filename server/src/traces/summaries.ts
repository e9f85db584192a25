// Lines of the list of traces. In: rows of the trace index, and what the reader wants to see. Out: summaries that fit, the newest
// first. A trace without a received root says so by leaving it out. Pure.
import type { TraceSummary } from '../contract/traces.ts'

/** A row of the trace index. */
export interface SummaryFields {
  env: string
  id: string
  start_us: string
  end_us: string
  spans: string
  errors: string
  services: string[]
  root_service: string
  root_name: string
  ingest_us: string
}

export interface Wanted {
  minDurationUs?: number
  /** `error`: with a failed span; `ok`: without. */
  status?: 'error' | 'ok' | ''
}

export function summarise(row: SummaryFields): TraceSummary {
  const startUs = Number(row.start_us)
  const hasRoot = row.root_service !== '' || row.root_name !== ''
  return {
    traceId: row.id,
    env: row.env,
    startUs,
    durationUs: Math.max(0, Number(row.end_us) - startUs),
    spans: Number(row.spans),
    errors: Number(row.errors),
    services: row.services,
    ...(hasRoot ? { root: { service: row.root_service, name: row.root_name } } : {}),
    lastIngestUs: Number(row.ingest_us),
  }
}

export function fits(summary: TraceSummary, { minDurationUs, status }: Wanted): boolean {
  if (minDurationUs !== undefined && summary.durationUs < minDurationUs) return false
  if (status === 'error') return summary.errors > 0
  return status === 'ok' ? summary.errors === 0 : true
}

export function newestFirst(a: TraceSummary, b: TraceSummary): number {
  return (
    b.startUs - a.startUs || (a.traceId < b.traceId ? -1 : a.traceId > b.traceId ? 1 : 0) || (a.env < b.env ? -1 : 1)
  )
}
