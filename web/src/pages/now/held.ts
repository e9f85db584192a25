// A live list that never moves under the reader's hand. Pure.
import type { RecentEvent } from '@hopscope/server/contract/topology'

/** Newest first by when an event was first seen, which does not change: rows only ever move down. */
export const newestFirst = (events: readonly RecentEvent[]): RecentEvent[] =>
  events.toSorted((a, b) => b.startUs - a.startUs || (a.id < b.id ? 1 : -1))

/**
 * While `holding`, rows keep their places and only their values change; what is new waits and is counted. Otherwise the
 * list is what arrived.
 */
export function holdRows<T extends { id: string }>(
  shown: readonly T[],
  arrived: readonly T[],
  holding: boolean,
): { rows: readonly T[]; waiting: number } {
  if (!holding || shown.length === 0) return { rows: arrived, waiting: 0 }
  const byId = new Map(arrived.map((row) => [row.id, row]))
  const ids = new Set(shown.map((row) => row.id))
  return {
    rows: shown.map((row) => byId.get(row.id) ?? row),
    waiting: arrived.filter((row) => !ids.has(row.id)).length,
  }
}
