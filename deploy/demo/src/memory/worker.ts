// Reads one partition for one member, from the committed offset on, until the signal comes. Begins at the oldest record where
// there is no commit or where the committed offset is not in the log any more (auto.offset.reset=earliest).
import { deliver, type Subscription } from '../log.ts'
import type { Partition } from './partition.ts'

export interface Commits {
  committed(): number | undefined
  /** False when this member does not own the partition any more. */
  commit(offset: number): boolean
}

const idleMs = 60_000

export async function consumePartition(
  log: Partition,
  subscription: Subscription,
  signal: AbortSignal,
  commits: Commits,
): Promise<void> {
  const { max, waitMs } = subscription.batch
  let next = commits.committed() ?? log.start
  while (!signal.aborted) {
    if (next < log.start || next > log.end) next = log.start
    await log.arrival(next, 1, idleMs, signal)
    if (max > 1) await log.arrival(next, max, waitMs, signal)
    const messages = log.read(next, max)
    if (signal.aborted || messages.length === 0) continue
    if (!(await deliver(messages, subscription, signal))) return
    next += messages.length
    if (!commits.commit(next)) return
  }
}
