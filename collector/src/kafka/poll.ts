// The means of one poll, which its parts share: how to ask, how to say that something failed, and the bounds.
import type { Admin } from 'kafkajs'

export interface Poll {
  admin: Admin
  /** Asks with the time that a call may take, or what is left of the poll's. */
  ask<T>(what: string, call: Promise<T>): Promise<T>
  fail(what: string, name: string, error: unknown): void
}

/** Questions to brokers at the same time; groups in one describe request. */
export const bounds = { callsAtOnce: 10, describeBatch: 50 } as const

export class TooMany extends Error {
  override readonly name = 'TooMany'
}
