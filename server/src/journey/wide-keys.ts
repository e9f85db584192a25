// Keys that were measured to be wide, so that a tenant's id is not counted again for each of its orders. In: what was measured, and
// when. Out: the same for a while. Only wide keys are kept: a narrow one may become wide with its next message. No clock of its own.
import { type KeyValue, keyText } from './evidence.ts'

/** Wide keys that are remembered; the oldest is forgotten first. */
export const wideKeysMax = 1_000
/** How long before one is measured again. */
export const wideForUs = 600_000_000

export type WideSpread = KeyValue & { env: string; roots: number }

export class WideKeys {
  private readonly known = new Map<string, WideSpread & { atUs: number }>()

  /** What is known of this key in this environment, while it is fresh. */
  find(key: KeyValue, env: string, nowUs: number): WideSpread | undefined {
    const found = this.known.get(`${env}\n${keyText(key)}`)
    return found && nowUs - found.atUs < wideForUs ? found : undefined
  }

  add(spread: WideSpread, nowUs: number): void {
    const id = `${spread.env}\n${keyText(spread)}`
    this.known.delete(id)
    this.known.set(id, { ...spread, atUs: nowUs })
    const [oldest] = this.known.keys()
    if (this.known.size > wideKeysMax && oldest !== undefined) this.known.delete(oldest)
  }
}
