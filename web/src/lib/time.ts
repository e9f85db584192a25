// Times and ranges. In and out are microseconds since the epoch; text is UTC unless the reader chose local time.
// Never reads the clock: now is an argument.

export type Zone = 'utc' | 'local'

/** One end of a range: so many seconds before now, or a fixed time. */
export type Moment = { agoSeconds: number } | { atUs: number }

/** What the page looks at. A range that was chosen relative to now stays so, also in the URL. */
export interface Range {
  from: Moment
  to: Moment
}

type Unit = 's' | 'm' | 'h' | 'd' | 'w'
const unitSeconds: Record<Unit, number> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }
const units = ['w', 'd', 'h', 'm', 's'] as const

export const defaultRange: Range = { from: { agoSeconds: 900 }, to: { agoSeconds: 0 } }

/** Seconds of the ranges that the menu offers. */
export const presetSeconds = [60, 300, 900, 1800, 2700, 3600, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800]

/** Reads `now`, `now-15m`, `15m`, an ISO time (UTC where it names no zone), or microseconds. Undefined when it is none. */
export function parseMoment(text: string): Moment | undefined {
  const plain = text.trim()
  if (plain === 'now') return { agoSeconds: 0 }
  const relative = /^(?:now)?\s*-?\s*(\d{1,6})\s*([smhdw])$/i.exec(plain)
  if (relative) return { agoSeconds: Number(relative[1]) * unitSeconds[relative[2]!.toLowerCase() as Unit] }
  if (/^\d{16}$/.test(plain)) return { atUs: Number(plain) }
  const iso = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?))?\s*(Z|[+-]\d\d:\d\d)?$/i.exec(plain)
  if (!iso) return undefined
  const ms = Date.parse(`${iso[1]}T${iso[2] ?? '00:00'}${iso[3] ?? 'Z'}`)
  return Number.isFinite(ms) ? { atUs: ms * 1000 } : undefined
}

/** The shortest text that `parseMoment` reads back as the same moment. */
export function printMoment(moment: Moment): string {
  if ('atUs' in moment) return isoTime(moment.atUs)
  if (moment.agoSeconds === 0) return 'now'
  const unit = units.find((name) => moment.agoSeconds % unitSeconds[name] === 0) ?? 's'
  return `now-${moment.agoSeconds / unitSeconds[unit]}${unit}`
}

/** Reads what one types: `15m`, `now-1h`, `now-2h to now-1h`, `2026-08-23 03:00 to 04:00`. Undefined when it is no range. */
export function parseRange(text: string): Range | undefined {
  const [first = '', second] = text.split(/\s+to\s+|\s*\.\.\s*/i)
  const from = parseMoment(first)
  const day = /^\d{4}-\d\d-\d\d/.exec(first.trim())?.[0]
  const to = second === undefined ? { agoSeconds: 0 } : (parseMoment(second) ?? parseMoment(`${day ?? ''} ${second}`))
  if (!from || !to) return undefined
  if ('atUs' in from && 'atUs' in to && from.atUs >= to.atUs) return undefined
  if ('agoSeconds' in from && 'agoSeconds' in to && from.agoSeconds <= to.agoSeconds) return undefined
  return { from, to }
}

export function momentUs(moment: Moment, nowUs: number): number {
  return 'atUs' in moment ? moment.atUs : nowUs - moment.agoSeconds * 1_000_000
}

export function rangeUs(range: Range, nowUs: number): { fromUs: number; toUs: number } {
  return { fromUs: momentUs(range.from, nowUs), toUs: momentUs(range.to, nowUs) }
}

/** True while the range ends now, so that what arrives belongs to it. */
export function isLive(range: Range): boolean {
  return 'agoSeconds' in range.to && range.to.agoSeconds === 0
}

/** The same length, one step earlier (-1) or later (1). The answer is absolute, and never ends after now. */
export function shiftRange(range: Range, steps: -1 | 1, nowUs: number): Range {
  const { fromUs, toUs } = rangeUs(range, nowUs)
  const length = toUs - fromUs
  const endUs = Math.min(nowUs, toUs + steps * length)
  return { from: { atUs: Math.round(endUs - length) }, to: { atUs: Math.round(endUs) } }
}

/** `Last 15 min`, or both ends. */
export function nameRange(range: Range, zone: Zone): string {
  if (isLive(range) && 'agoSeconds' in range.from) return `Last ${nameSpan(range.from.agoSeconds)}`
  const print = (moment: Moment) => ('atUs' in moment ? dateTime(moment.atUs, zone) : printMoment(moment))
  if ('atUs' in range.from && 'atUs' in range.to && day(range.from.atUs, zone) === day(range.to.atUs, zone)) {
    return `${print(range.from)} to ${clockTime(range.to.atUs, zone)}`
  }
  return `${print(range.from)} to ${print(range.to)}`
}

function nameSpan(seconds: number): string {
  if (seconds % 86_400 === 0) return seconds === 86_400 ? '24 h' : `${seconds / 86_400} days`
  if (seconds % 3600 === 0) return `${seconds / 3600} h`
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`
}

const two = (value: number) => String(value).padStart(2, '0')

function parts(us: number, zone: Zone): [number, number, number, number, number, number, number] {
  const at = new Date(us / 1000)
  return zone === 'utc'
    ? [
        at.getUTCFullYear(),
        at.getUTCMonth() + 1,
        at.getUTCDate(),
        at.getUTCHours(),
        at.getUTCMinutes(),
        at.getUTCSeconds(),
        at.getUTCMilliseconds(),
      ]
    : [
        at.getFullYear(),
        at.getMonth() + 1,
        at.getDate(),
        at.getHours(),
        at.getMinutes(),
        at.getSeconds(),
        at.getMilliseconds(),
      ]
}

/** `2026-08-23` */
export function day(us: number, zone: Zone = 'utc'): string {
  const [year, month, date] = parts(us, zone)
  return `${year}-${two(month)}-${two(date)}`
}

/** `03:14:09`; with `ms` also `03:14:09.412`. */
export function clockTime(us: number, zone: Zone = 'utc', ms = false): string {
  const [, , , hour, minute, second, milli] = parts(us, zone)
  return `${two(hour)}:${two(minute)}:${two(second)}${ms ? `.${String(milli).padStart(3, '0')}` : ''}`
}

/** `2026-08-23 03:14:09` */
export function dateTime(us: number, zone: Zone = 'utc', ms = false): string {
  return `${day(us, zone)} ${clockTime(us, zone, ms)}`
}

/** `2026-08-23T03:14:09.412Z`, always UTC: what goes into links. Milliseconds are left out when they are 0. */
export function isoTime(us: number): string {
  return new Date(Math.round(us / 1000)).toISOString().replace('.000Z', 'Z')
}

/** `UTC`, or the offset of the reader's own zone at that time: `UTC+2`. */
export function zoneName(us: number, zone: Zone): string {
  if (zone === 'utc') return 'UTC'
  const minutes = -new Date(us / 1000).getTimezoneOffset()
  if (minutes === 0) return 'UTC'
  const rest = Math.abs(minutes) % 60
  return `UTC${minutes > 0 ? '+' : '-'}${Math.floor(Math.abs(minutes) / 60)}${rest ? `:${two(rest)}` : ''}`
}
