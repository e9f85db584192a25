// What Hopscope knows about itself: what came in, what was refused and why, what waits on disk.

export type Signal = 'spans' | 'logs' | 'points'

export interface SignalStatus {
  accepted: number
  /** Per second, over the last 10 s. */
  rate: number
  /** Items refused, by reason. */
  rejected: Record<string, number>
  /** Requests that were asked to come again later, by reason: nothing of them was taken. */
  deferred: Record<string, number>
  /** Requests that a client sent again and that were dropped as already stored. */
  resent: number
  lastUs?: number
}

export interface NotUnderstood {
  atUs: number
  from: string
  what: string
  /** What to do about it. */
  hint: string
  count: number
}

export interface Status {
  asOfUs: number
  startedUs: number
  version: string
  env: string[]
  clusters: string[]
  listening: { name: string; address: string; note?: string; state: 'ok' | 'not-set' | 'failed' }[]
  signals: Record<Signal, SignalStatus>
  /** Values changed on the way in, by reason: clamped times, cut attributes, masked texts. */
  changed: Record<string, number>
  notUnderstood: NotUnderstood[]
  /** Of all time; `notUnderstood` lists the newest kinds only. */
  notUnderstoodTotal: number
  journal: {
    bytes: number
    bytesMax: number
    segments: number
    oldestSegmentUs?: number
    quarantined: number
    fsyncP95Us?: number
  }
  storage: {
    kind: 'embedded' | 'server'
    bytes: number
    freeBytes?: number
    tables: { name: string; rows: number; bytes: number }[]
    retention: Record<string, string>
  }
  live: { clients: number; dropped: number }
  sources: { name: string; ageUs?: number; state: 'ok' | 'late' | 'never' | 'not-set' }[]
}
