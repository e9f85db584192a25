// Sessions of one role, lent to one statement each. Waiting is bounded: a flood of questions is refused, not piled up.
import { ClickHouseError } from '@clickhouse/client'
import type { EngineSession } from './engine-session.ts'

/** Most statements of one role that wait for a session. */
const WAITING_MAX = 256

interface Waiting {
  resolve: (session: EngineSession) => void
}

export class SessionPool {
  readonly #free: EngineSession[]
  readonly #waiting = new Set<Waiting>()

  constructor(private readonly sessions: readonly EngineSession[]) {
    this.#free = [...sessions]
  }

  /** Resolves with a free session. Rejects when too many wait, or with the signal's reason when it is aborted meanwhile. */
  take(signal?: AbortSignal): Promise<EngineSession> {
    if (signal?.aborted) return Promise.reject(signal.reason as Error)
    const session = this.#free.pop()
    if (session) return Promise.resolve(session)
    if (this.#waiting.size >= WAITING_MAX) {
      const message = `${WAITING_MAX} statements wait already. Ask again later. `
      return Promise.reject(new ClickHouseError({ message, code: '202', type: 'TOO_MANY_SIMULTANEOUS_QUERIES' }))
    }
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        this.#waiting.delete(waiting)
        reject(signal?.reason as Error)
      }
      const waiting: Waiting = {
        resolve: (free) => {
          signal?.removeEventListener('abort', onAbort)
          resolve(free)
        },
      }
      this.#waiting.add(waiting)
      signal?.addEventListener('abort', onAbort, { once: true })
    })
  }

  give(session: EngineSession): void {
    const next = this.#waiting.values().next().value
    if (next) {
      this.#waiting.delete(next)
      next.resolve(session)
    } else {
      this.#free.push(session)
    }
  }

  close(): void {
    for (const session of this.sessions) session.close()
  }
}
