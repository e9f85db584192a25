// The HTTP API, typed. Values go in as parameters and come out as contract types; every failure is a ProblemError whose
// problem says what happened and what to do. Keeps nothing and retries nothing: that is for the page to decide.
import type { JourneyAnswer } from '@hopscope/server/contract/journey'
import type { Status } from '@hopscope/server/contract/status'
import type { Trace, TraceList } from '@hopscope/server/contract/traces'
import { type Problem, ProblemError } from './problem.ts'

/** A question that takes longer is given up, so that the page can say so. */
const answerMsMax = 15_000

export type Params = Record<string, string | number | readonly string[] | undefined>

/** GET of `/api/v1` + path. Empty and undefined parameters are left out; lists repeat their name. */
export async function get<T>(path: string, params: Params = {}, signal?: AbortSignal): Promise<T> {
  const url = `/api/v1${path}${printParams(params)}`
  const timeout = AbortSignal.timeout(answerMsMax)
  let response: Response
  try {
    response = await fetch(url, {
      headers: { accept: 'application/json' },
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    })
  } catch (error) {
    throw signal?.aborted ? error : new ProblemError(unreachable(url, timeout.aborted))
  }
  if (!response.ok) throw new ProblemError(await readProblem(response, url))
  return (await response.json()) as T
}

export function printParams(params: Params): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(params)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== '') search.append(name, String(one))
    }
  }
  const text = search.toString()
  return text ? `?${text}` : ''
}

export const fetchStatus = (signal?: AbortSignal) => get<Status>('/status', {}, signal)
export const fetchJourney = (params: Params, signal?: AbortSignal) => get<JourneyAnswer>('/journey', params, signal)
export const fetchTraces = (params: Params, signal?: AbortSignal) => get<TraceList>('/traces', params, signal)
export const fetchTrace = (traceId: string, params: Params = {}, signal?: AbortSignal) =>
  get<Trace>(`/traces/${encodeURIComponent(traceId)}`, params, signal)

function unreachable(url: string, late: boolean): Problem {
  return late
    ? {
        title: `The server did not answer in ${answerMsMax / 1000} s`,
        status: 0,
        detail: `GET ${url}`,
        todo: 'Try again, or ask for a shorter time range.',
      }
    : {
        title: 'The server cannot be reached',
        status: 0,
        detail: `GET ${url}`,
        todo: 'Check that it runs; the page tries again by itself.',
      }
}

async function readProblem(response: Response, url: string): Promise<Problem> {
  const body: unknown = await response.json().catch(() => undefined)
  const { title, detail, todo } = (typeof body === 'object' && body !== null ? body : {}) as Partial<Problem>
  return {
    title: title ?? `The server answered ${response.status}`,
    status: response.status,
    detail: detail ?? `GET ${url}`,
    ...(todo ? { todo } : {}),
  }
}
