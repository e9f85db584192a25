// What stands in a row of the waterfall and where its bar lies. In: a row, the scale, the width in pixels. Out: text and shares of the width.
import { counted, duration } from '../../lib/format.ts'
import { place, type Scale } from './fold.ts'
import type { Row, SpanRow } from './waterfall.ts'

export interface Note {
  text: string
  icon?: string
  tone?: 'warn' | 'info'
  title?: string
  traceId?: string
  spanId?: string
}

export interface Bar {
  left: number
  right: number
  label: { text: string; place: 'in' | 'after' | 'before' }
}

/** Pixels that a character of the label takes, on average. */
const characterPx = 6

/** Beside the operation: a clock that differs, attempts, how many rows are folded away, the trace that caused this one. */
export function notesOf(row: SpanRow): Note[] {
  const { node, hidden, causes } = row
  const notes: Note[] = []
  if (node.skewUs !== undefined) {
    notes.push({
      icon: 'clock',
      tone: 'warn',
      text: `clock ${duration(node.skewUs)} off`,
      title: 'Clocks of the two hosts differ by at least this; times are as sent',
    })
  }
  const resent = Number(node.span?.attrs['http.request.resend_count'] ?? node.span?.attrs['http.resend_count'] ?? 0)
  if (resent > 0)
    notes.push({
      icon: 'warn',
      tone: 'warn',
      text: resent === 1 ? 'retried' : `retried ${resent} times`,
      title: 'Sent again by its client',
    })
  if (node.via === 'link')
    notes.push({ icon: 'link', tone: 'info', text: 'by link', title: 'Placed under the span that it links to' })
  if (hidden > 0) notes.push({ text: `${counted(hidden, 'span')} folded` })
  const [cause] = causes
  if (cause) {
    const more = causes.length > 1 ? ` and ${causes.length - 1} more` : ''
    notes.push({
      icon: 'link',
      tone: 'info',
      text: `caused by ${cause.traceId.slice(0, 8)}${more}`,
      title: 'A link to another trace',
      traceId: cause.traceId,
      spanId: cause.spanId,
    })
  }
  return notes
}

export function nameOf(row: Row): string {
  if (row.kind === 'wait') return row.label.startsWith('in topic') ? 'in the topic' : row.label
  if (row.kind === 'log') return [row.log.severity, row.log.eventName, row.log.body].filter(Boolean).join(' ')
  if (row.kind === 'missing') {
    const children = row.node.children.length
    return `1 span not received, parent of the next ${children === 1 ? 'row' : `${children} spans`}`
  }
  return row.kind === 'span' ? (row.node.span?.name ?? '') : ''
}

export function logTone(severity: string): 'err' | 'warn' | '' {
  if (/^(error|fatal|critical|alert|emerg)/i.test(severity)) return 'err'
  return /^warn/i.test(severity) ? 'warn' : ''
}

function reachOf(row: Row): { fromUs: number; toUs: number; text: string } | undefined {
  if (row.kind === 'log') return { fromUs: row.log.atUs, toUs: row.log.atUs, text: '' }
  if (row.kind === 'wait')
    return { fromUs: row.fromUs, toUs: row.toUs, text: `${row.label}: ${duration(row.toUs - row.fromUs)}` }
  if (row.kind === 'linked') {
    const { atUs } = row.target
    if (atUs === undefined) return undefined
    const fromUs = Math.min(row.node.endUs, atUs)
    return { fromUs, toUs: atUs, text: atUs > row.node.endUs ? `${duration(atUs - row.node.endUs)} later` : '' }
  }
  const { startUs, endUs, span } = row.node
  return { fromUs: startUs, toUs: endUs, text: span ? duration(span.durationUs) : '' }
}

/** Undefined when it lies outside of the part that is looked at. */
export function barOf(row: Row, scale: Scale, widthPx: number): Bar | undefined {
  const reach = reachOf(row)
  if (!reach || reach.toUs < scale.fromUs || reach.fromUs > scale.toUs) return undefined
  const [left, right] = [place(scale, reach.fromUs), place(scale, reach.toUs)]
  const labelPx = reach.text.length * characterPx + 16
  const inside = (row.kind === 'wait' || row.kind === 'linked') && (right - left) * widthPx > labelPx + 12
  const fitsAfter = (1 - right) * widthPx > labelPx
  return { left, right, label: { text: reach.text, place: inside ? 'in' : fitsAfter ? 'after' : 'before' } }
}
