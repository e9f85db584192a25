// Everything that goes wrong, as the reader is told it: what happened, to what, and what to do. The same words by HTTP and by
// socket. An error of our own making has no details for outsiders, only a number that stands in the log.
import { randomUUID } from 'node:crypto'
import type { z } from 'zod'
import type { Problem } from './contract/live.ts'

/** An error that is meant for the reader. */
export class ProblemError extends Error {
  readonly problem: Problem

  constructor(problem: Problem) {
    super(`${problem.title}: ${problem.detail}`)
    this.problem = problem
  }
}

/** One thing that is wrong with an input, as schemas report it. */
interface Issue {
  message: string
  path?: readonly unknown[] | undefined
}

/** The problem of an input that does not fit its schema; `what` names the input, such as `query` or `args`. */
export function badInput(what: string, issues: readonly Issue[]): ProblemError {
  const lines = issues.slice(0, 5).map(({ path = [], message }) => `${path.map(segment).join('.') || what}: ${message}`)
  return new ProblemError({
    title: `The ${what} is not understood`,
    status: 400,
    detail: lines.join('; '),
    todo: 'Correct it; GET /openapi.json describes every question.',
  })
}

/** For the one pipe, which knows only that something of the request is wrong. */
export const badQuery = (issues: readonly Issue[]) => badInput('request', issues)

const segment = (part: unknown) => String(typeof part === 'object' && part !== null && 'key' in part ? part.key : part)

/** Checks an input from outside. Throws a ProblemError that names each wrong field. */
export function check<T>(schema: z.ZodType<T>, what: string, input: unknown): T {
  const result = schema.safeParse(input)
  if (result.success) return result.data
  throw badInput(what, result.error.issues)
}

/** What the reader is told of any error. `report` gets what only the operator may see. */
export function toProblem(error: unknown, report: (id: string, error: unknown) => void): Problem {
  if (error instanceof ProblemError) return error.problem
  const id = randomUUID().slice(0, 8)
  report(id, error)
  if (isTooSlow(error)) {
    return {
      title: 'The question took too long',
      status: 503,
      detail: `It was stopped after its time limit (error ${id}).`,
      todo: 'Ask for a shorter time range, or try again when the system is less busy.',
    }
  }
  if (isAway(error)) {
    return {
      title: 'The store does not answer',
      status: 503,
      detail: `It is away or has too much to do (error ${id}). Telemetry is taken meanwhile and kept on disk.`,
      todo: 'Try again in a few seconds; GET /readyz says when it is back.',
    }
  }
  return {
    title: 'The question could not be answered',
    status: 500,
    detail: `Something failed inside the server (error ${id}).`,
    todo: `Try again; the log of the server has the cause under ${id}.`,
  }
}

/** ClickHouse's TIMEOUT_EXCEEDED, and an aborted request. */
function isTooSlow(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return (
    ('code' in error && String(error.code) === '159') || error.name === 'AbortError' || error.name === 'TimeoutError'
  )
}

/** A server that cannot be reached, and TOO_MANY_SIMULTANEOUS_QUERIES. */
const awayCodes = new Set(['202', 'ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'EPIPE', 'ETIMEDOUT'])

function isAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return ('code' in error && awayCodes.has(String(error.code))) || isAway(error.cause)
}
