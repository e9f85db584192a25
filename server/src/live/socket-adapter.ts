// How socket.io is opened: bounds on what a client may send, and only for pages of our own origin.
import type { INestApplicationContext } from '@nestjs/common'
import { IoAdapter } from '@nestjs/platform-socket.io'
import { refusal, type Origins } from '../origins.ts'

type Options = NonNullable<Parameters<IoAdapter['createIOServer']>[1]>

/** Largest message from a client, bytes: a subscription is a few hundred. */
const messageBytesMax = 16 * 1024
/** Larger patches are compressed. */
const compressFromBytes = 2048

export class SocketAdapter extends IoAdapter {
  readonly #origins: Origins

  constructor(app: INestApplicationContext, origins: Origins) {
    super(app)
    this.#origins = origins
  }

  override createIOServer(port: number, options?: Options): ReturnType<IoAdapter['createIOServer']> {
    const ours: Partial<Options> = {
      path: '/socket.io',
      serveClient: false,
      maxHttpBufferSize: messageBytesMax,
      perMessageDeflate: { threshold: compressFromBytes },
      allowRequest: ({ headers }, decide) => {
        const reason = refusal(this.#origins, headers)
        decide(reason ?? null, reason === undefined)
      },
    }
    return super.createIOServer(port, { ...options, ...ours } as Options)
  }
}
