// The sentence at the top of the status page: what is wrong with Hopscope itself, or what it is doing. Pure.
import type { Status } from '@hopscope/server/contract/status'
import { counted, listed, percent, rate } from '../../lib/format.ts'

/** Above this share of its bound the journal is said to fill up. */
const journalShareWarn = 0.5

export function statusSentence(status: Status): string {
  const wrong: string[] = []
  const full = status.journal.bytes / status.journal.bytesMax
  if (full > journalShareWarn) wrong.push(`the journal is ${percent(full)} full: the store takes less than comes in`)
  if (status.journal.quarantined > 0) wrong.push(`${counted(status.journal.quarantined, 'segment')} cannot be stored`)
  const failed = status.listening.filter(({ state }) => state === 'failed').map(({ name }) => name)
  if (failed.length > 0) wrong.push(`${listed(failed)} failed to start`)
  const late = status.sources.filter(({ state }) => state === 'late').map(({ name }) => name)
  if (late.length > 0) wrong.push(`${listed(late)} ${late.length === 1 ? 'is' : 'are'} late`)
  if (wrong.length > 0) return upperFirst(wrong.join('; '))
  const { spans, logs, points } = status.signals
  const total = spans.rate + logs.rate + points.rate
  if (total > 0) return `Receives ${rate(total)} items a second and stores all it accepts`
  const ever = spans.accepted + logs.accepted + points.accepted
  return ever > 0 ? 'Nothing came in for the last 10 s' : 'Nothing was received yet'
}

const upperFirst = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
