// One shape for everything that can go wrong, as the server says it (problem+json) or as the browser found out.
import type { Problem } from '@hopscope/server/contract/live'

export type { Problem }

/** Thrown by lib/api: what happened, to what, and what to do. */
export class ProblemError extends Error {
  readonly problem: Problem

  constructor(problem: Problem) {
    super(problem.title)
    this.name = 'ProblemError'
    this.problem = problem
  }
}

/** Any thrown thing as a Problem. An abort is the caller's own doing and is answered with undefined. */
export function asProblem(error: unknown, what: string): Problem | undefined {
  if (error instanceof ProblemError) return error.problem
  if (error instanceof DOMException && error.name === 'AbortError') return undefined
  const detail = error instanceof Error ? error.message : String(error)
  return { title: `${what} failed`, status: 0, detail, todo: 'Try again; what you see is from before.' }
}
