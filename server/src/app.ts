// Opens the HTTP port over the parts: static page, API, socket. In the order in which a request meets them: headers, page,
// guard, pipe, controller, and the filter for whatever goes wrong.
import 'reflect-metadata'
import type { Server } from 'node:http'
import { StandardSchemaValidationPipe, type LoggerService } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import type { NestExpressApplication } from '@nestjs/platform-express'
import { AppModule, type AppParts } from './app.module.ts'
import { OriginGuard } from './api/origin.guard.ts'
import { ProblemFilter } from './api/problem.filter.ts'
import { secureHeaders, servePage } from './api/static.ts'
import { LiveGateway } from './live/live.gateway.ts'
import { SocketAdapter } from './live/socket-adapter.ts'
import { log } from './log.ts'
import type { Origins } from './origins.ts'
import { badQuery } from './problem.ts'
import { refuseUnread } from './api/unread.ts'

export interface App {
  port: number
  live: LiveGateway
  close(): Promise<void>
}

export interface AppOptions {
  parts: AppParts
  host: string
  port: number
  origins: Origins
  /** The folder of the built page. */
  pageFolder: string
}

/** Largest body of a question, which only erasing has. */
const bodyMax = '16kb'
/** Idle connections are closed after this, so that a stop does not wait for them. */
const headersMs = 20_000

export async function openApp(options: AppOptions): Promise<App> {
  const nest = await NestFactory.create<NestExpressApplication>(AppModule.of(options.parts), {
    logger,
    bodyParser: false,
    abortOnError: false,
    forceCloseConnections: true,
  })
  nest.disable('x-powered-by')
  nest.disable('etag')
  nest.use(secureHeaders)
  nest.use(await servePage(options.pageFolder))
  nest.useBodyParser('json', { limit: bodyMax })
  nest.useGlobalGuards(new OriginGuard(options.origins))
  nest.useGlobalPipes(new StandardSchemaValidationPipe({ exceptionFactory: badQuery }))
  nest.useGlobalFilters(new ProblemFilter())
  nest.useWebSocketAdapter(new SocketAdapter(nest, options.origins))
  const live = nest.get(LiveGateway)
  const server: Server = nest.getHttpServer()
  server.headersTimeout = headersMs
  server.on('clientError', refuseUnread)
  await nest.listen(options.port, options.host)
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : options.port,
    live,
    close: async () => {
      live.close()
      await nest.close()
    },
  }
}

/** What the framework has to say; its notes on what it has wired are left out. */
const logger: LoggerService = {
  log: () => {},
  warn: (message: unknown) => log('warn', String(message)),
  error: (message: unknown) => log('error', String(message)),
}
