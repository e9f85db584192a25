// The filter bar of the trace list: what is typed, as parameters of the URL and of the API, and back.
// `service:payment name:"POST /orders" order.id=8123 >200ms status:error`. In: text or parameters. Out: the other.
// A word that is no filter is an error that says so; nothing is dropped silently.
import type { TraceSummary } from '@hopscope/server/contract/traces'

export interface Filters {
  service?: string
  name?: string
  attr: string[]
  minDurationUs?: number
  status?: 'error' | 'ok'
}

export interface ParsedFilters {
  filters: Filters
  /** What could not be understood, as sentences. */
  problems: string[]
}

const units: Record<string, number> = { us: 1, µs: 1, ms: 1000, s: 1_000_000, m: 60_000_000, min: 60_000_000 }
const statuses = ['error', 'ok'] as const

/** Words, with quotes around what holds a space: `name:"POST /orders"` is one. */
function splitWords(text: string): string[] {
  return [...text.matchAll(/(?:[^\s"]+|"[^"]*"?)+/g)].map((match) => match[0].replaceAll('"', ''))
}

/** `200ms`, `1.5s`, `2min`; undefined when it is no duration. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*(us|µs|ms|s|m|min)$/i.exec(text.trim())
  const us = match ? Math.round(Number(match[1]) * units[match[2]!.toLowerCase()]!) : Number.NaN
  return Number.isSafeInteger(us) && us > 0 ? us : undefined
}

export function printDuration(us: number): string {
  if (us % 60_000_000 === 0) return `${us / 60_000_000}min`
  if (us % 100_000 === 0 && us >= 1_000_000) return `${us / 1_000_000}s`
  return us % 10 === 0 && us >= 1000 ? `${us / 1000}ms` : `${us}us`
}

function readWord(word: string, filters: Filters): string | undefined {
  const [, name = '', value = ''] = /^(service|name|status|duration|min):(.*)$/i.exec(word) ?? []
  const longer = /^(?:>=?|duration:>?=?|min:>?=?)(.+)$/i.exec(word)
  if (longer) {
    const us = parseDuration(longer[1]!)
    if (us === undefined) return `"${longer[1]}" is no duration; write 200ms, 1.5s or 2min.`
    filters.minDurationUs = us
    return undefined
  }
  if (name && !value) return `${name}: needs a value.`
  if (name === 'service') filters.service = value
  else if (name === 'name') filters.name = value
  else if (name === 'status') {
    const status = statuses.find((one) => one === value.toLowerCase())
    if (!status) return `"${value}" is no status; write status:error or status:ok.`
    filters.status = status
  } else if (/^[^=]+=.+$/.test(word)) filters.attr.push(word)
  else if (word.endsWith('=')) return `${word} needs a value.`
  else return `"${word}" is no filter; write service:${word}, name:${word} or key=${word}.`
  return undefined
}

export function parseFilters(text: string): ParsedFilters {
  const filters: Filters = { attr: [] }
  const problems = splitWords(text)
    .map((word) => readWord(word, filters))
    .filter((problem) => problem !== undefined)
  return { filters, problems }
}

const quote = (value: string): string => (/\s/.test(value) ? `"${value}"` : value)

/** The text that `parseFilters` reads back as the same filters. */
export function printFilters(filters: Filters): string {
  return [
    filters.service ? `service:${quote(filters.service)}` : '',
    filters.name ? `name:${quote(filters.name)}` : '',
    ...filters.attr.map(quote),
    filters.minDurationUs ? `>${printDuration(filters.minDurationUs)}` : '',
    filters.status ? `status:${filters.status}` : '',
  ]
    .filter(Boolean)
    .join(' ')
}

/** Filters from the URL. A value that is none is left out, as if it had not been typed. */
export function readFilters(param: (name: string) => string | undefined, all: (name: string) => string[]): Filters {
  const [service, name] = [param('service'), param('name')]
  const status = statuses.find((one) => one === param('status'))
  const minDurationUs = Number(param('minDurationUs'))
  return {
    ...(service ? { service } : {}),
    ...(name ? { name } : {}),
    attr: all('attr'),
    ...(Number.isSafeInteger(minDurationUs) && minDurationUs > 0 ? { minDurationUs } : {}),
    ...(status ? { status } : {}),
  }
}

/** Parameters of the URL and of the API; an absent filter takes its parameter away. */
export function filterParams(filters: Filters): Record<string, string | string[] | undefined> {
  return {
    service: filters.service,
    name: filters.name,
    attr: filters.attr.length > 0 ? filters.attr : undefined,
    minDurationUs: filters.minDurationUs?.toString(),
    status: filters.status,
  }
}

/**
 * Whether a trace is worth a row when nothing was asked for: it has a root, more than one span or an error. Consumers that begin a
 * trace of their own for each message fill the list otherwise; their spans are in the journey of the event.
 */
export const isTelling = (trace: Pick<TraceSummary, 'spans' | 'errors' | 'root'>): boolean =>
  trace.errors > 0 || (trace.spans > 1 && trace.root !== undefined)

export const isFiltered = (filters: Filters): boolean =>
  filters.attr.length > 0 || Object.keys(filters).some((name) => name !== 'attr')
