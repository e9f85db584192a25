// Every error of an HTTP question as application/problem+json: title, detail, status and what to do. Never a stack.
import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common'
import type { Request, Response } from 'express'
import type { Problem } from '../contract/live.ts'
import { log, say } from '../log.ts'
import { toProblem } from '../problem.ts'

@Catch()
export class ProblemFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp()
    const request = http.getRequest<Request>()
    const problem =
      fromFramework(error, request) ??
      toProblem(error, (id, cause) => log('error', `${id} ${request.method} ${request.path}: ${say(cause)}`))
    sendProblem(http.getResponse<Response>(), problem)
  }
}

export function sendProblem(response: Response, problem: Problem): void {
  if (response.headersSent) {
    response.end()
    return
  }
  response.status(problem.status).type('application/problem+json').send(JSON.stringify(problem))
}

/** What the framework itself refuses: an unknown path, a body that is no JSON or too large. */
function fromFramework(error: unknown, { method, path }: Request): Problem | undefined {
  const status = statusOf(error)
  if (status === undefined || status >= 500) return undefined
  if (status === 404) {
    return {
      title: 'There is no such page or question',
      status,
      detail: `${method} ${path.slice(0, 200)} is not known.`,
      todo: 'GET /openapi.json lists every question.',
    }
  }
  return {
    title: 'The request is not understood',
    status,
    detail: `${method} ${path.slice(0, 200)}: ${error instanceof Error ? error.message : 'refused'}`,
    todo: 'GET /openapi.json describes every question.',
  }
}

function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus()
  if (!(error instanceof Error) || !('expose' in error) || !('status' in error)) return undefined
  return error.expose === true && typeof error.status === 'number' ? error.status : undefined
}
