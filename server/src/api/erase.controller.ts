// Removes a value of a key from every table, for people who ask to be forgotten. Only a program or page on this machine may
// ask, by a loopback name: what comes through a proxy or from the network is refused, since there are no logins here.
import { Body, Controller, HttpCode, Post, Req } from '@nestjs/common'
import type { Request } from 'express'
import type { z } from 'zod'
import { isLoopback } from '../origins.ts'
import { ProblemError } from '../problem.ts'
import type { Erased } from '../store/erase.ts'
import { traced } from '../telemetry.ts'
import { Eraser } from './eraser.ts'
import { eraseBody } from './queries.ts'

@Controller('api/v1/erase')
export class EraseController {
  constructor(private readonly eraser: Eraser) {}

  @Post()
  @HttpCode(200)
  erase(
    @Req() request: Request,
    @Body({ schema: eraseBody }) { key, value }: z.output<typeof eraseBody>,
  ): Promise<Erased> {
    if (!isLocal(request)) throw notLocal
    return traced('POST /api/v1/erase', () => this.eraser.erase(key, value))
  }
}

function isLocal({ socket, hostname }: Request): boolean {
  const address = (socket.remoteAddress ?? '').replace(/^::ffff:/, '')
  return isLoopback(address) && isLoopback(hostname)
}

const notLocal = new ProblemError({
  title: 'The request is refused',
  status: 403,
  detail: 'Erasing is allowed from the machine of the server only, by the name localhost or a loopback address.',
  todo: 'Send it there: curl -X POST http://localhost:8080/api/v1/erase with a JSON body { key, value }.',
})
