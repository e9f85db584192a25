// The status of a span as glyph, word and tone. Unset is OpenTelemetry's word for "nobody said that it failed", so it reads "Ended".
import type { Span } from '@hopscope/server/contract/traces'
import type { Look } from '../../lib/status.ts'

export function spanLook(span: Pick<Span, 'status' | 'attrs'>): Look {
  if (span.status === 'error') return { icon: 'failed', word: 'Failed', tone: 'err' }
  const resent = Number(span.attrs['http.request.resend_count'] ?? 0)
  if (resent > 0) return { icon: 'warn', word: resent === 1 ? 'Retried once' : `Retried ${resent} times`, tone: 'warn' }
  return span.status === 'ok' ? { icon: 'done', word: 'Ok', tone: 'ok' } : { icon: 'done', word: 'Ended', tone: 'ok' }
}
