// The one guard: only pages of our own origin may ask, and only by a name that is ours. See origins.ts.
import type { CanActivate, ExecutionContext } from '@nestjs/common'
import type { Request } from 'express'
import { refusal, type Origins } from '../origins.ts'
import { ProblemError } from '../problem.ts'

export class OriginGuard implements CanActivate {
  constructor(private readonly origins: Origins) {}

  canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest<Request>()
    // The socket is checked once, when it is opened.
    if (context.getType() !== 'http') return true
    const reason = refusal(this.origins, headers)
    if (reason === undefined) return true
    throw new ProblemError({
      title: 'The request is refused',
      status: 403,
      detail: `It is refused because ${reason}.`,
      todo: 'Open the dashboard by its own address, or add the name to ALLOWED_HOSTS.',
    })
  }
}
