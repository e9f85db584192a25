// The address bar as state, and state as links. Everything the reader chose is in the URL: path, q, env, cluster, range,
// selection, filters. A relative range stays relative; `copyHref` makes it absolute. Never keeps a second copy.
//
//   route.path                     '/journey'
//   route.param('q')               one value, undefined when absent;  route.all('attr') for repeated ones
//   route.href('/trace/abc', {sel: 'x'})  a link that keeps env, cluster, range and nothing else
//   route.with({ status: 'error', sel: undefined })  this page with some parameters changed (undefined takes one away)
//   route.go(href)                 what a click on <a href> does; { replace: true } leaves no step for the back button
import { defaultRange, parseMoment, printMoment, type Range, rangeUs } from './time.ts'

export type Change = Record<string, string | readonly string[] | undefined>

/** What every link takes along. */
const kept = ['env', 'cluster', 'from', 'to'] as const

export interface Place {
  pathname: string
  search: string
}

export class Route {
  path = $state('/')
  #search = $state('')
  #params = $derived(new URLSearchParams(this.#search))
  readonly #history: Pick<History, 'pushState' | 'replaceState'> | undefined

  constructor(place: Place, history?: Pick<History, 'pushState' | 'replaceState'>) {
    this.#history = history
    this.read(place)
  }

  /** Takes over what the address bar says: at start, and when the reader goes back. */
  read(place: Place): void {
    this.path = place.pathname.replace(/(.)\/+$/, '$1')
    this.#search = place.search
  }

  param(name: string): string | undefined {
    return this.#params.get(name) || undefined
  }

  all(name: string): string[] {
    return this.#params.getAll(name).filter(Boolean)
  }

  get q(): string | undefined {
    return this.param('q')
  }
  get env(): string | undefined {
    return this.param('env')
  }
  get cluster(): string | undefined {
    return this.param('cluster')
  }
  /** The selected thing of the page: a hop, a span, a node. */
  get sel(): string | undefined {
    return this.param('sel')
  }
  /** `/trace/:traceId` */
  get traceId(): string | undefined {
    return /^\/trace\/([^/]+)$/.exec(this.path)?.[1]
  }

  get range(): Range {
    const from = parseMoment(this.param('from') ?? '')
    const to = parseMoment(this.param('to') ?? 'now')
    return from && to ? { from, to } : defaultRange
  }

  /** `{ env, cluster }` for questions; what is not chosen is left out. */
  get scope(): { env?: string; cluster?: string } {
    return { ...(this.env ? { env: this.env } : {}), ...(this.cluster ? { cluster: this.cluster } : {}) }
  }

  href(path: string, params: Change = {}): string {
    const search = new URLSearchParams()
    for (const name of kept) if (this.param(name)) search.set(name, this.param(name)!)
    return print(path, search, params)
  }

  with(change: Change): string {
    return print(this.path, new URLSearchParams(this.#params), change)
  }

  withRange(range: Range): string {
    const to = printMoment(range.to)
    return this.with({ from: printMoment(range.from), to: to === 'now' ? undefined : to })
  }

  /** This page with its range made absolute, so that another reader sees the same. */
  copyHref(nowUs: number): string {
    const { fromUs, toUs } = rangeUs(this.range, nowUs)
    return this.with({ from: printMoment({ atUs: fromUs }), to: printMoment({ atUs: toUs }) })
  }

  go(href: string, { replace = false } = {}): void {
    const url = new URL(href, 'http://page')
    const target = url.pathname + url.search
    if (replace) this.#history?.replaceState(null, '', target)
    else if (target !== this.path + this.#search) this.#history?.pushState(null, '', target)
    this.read(url)
  }
}

function print(path: string, search: URLSearchParams, change: Change): string {
  for (const [name, value] of Object.entries(change)) {
    search.delete(name)
    for (const one of Array.isArray(value) ? value : [value]) if (one) search.append(name, one)
  }
  // `=`, `/`, `@` and `:` are allowed in a query, and links are read by people.
  const text = search
    .toString()
    .replaceAll(/%2F/g, '/')
    .replaceAll(/%40/g, '@')
    .replaceAll(/%3A/g, ':')
    .replaceAll(/%3D/g, '=')
  return text ? `${path}?${text}` : path
}

export const route = new Route(
  typeof location === 'undefined' ? { pathname: '/', search: '' } : location,
  typeof history === 'undefined' ? undefined : history,
)

/** A click on a link within the page changes the route instead of loading the page again. Put on the document, once. */
export function followLink(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
    return
  const link = (event.target as Element | null)?.closest?.('a')
  if (!link || link.target || link.hasAttribute('download') || link.origin !== location.origin) return
  if (/^\/(api|metrics|healthz|readyz|openapi)/.test(link.pathname)) return
  event.preventDefault()
  route.go(link.pathname + link.search)
}
