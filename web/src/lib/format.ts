// Numbers as words, by the rules of the page: units always, separators in counts, `for` for what is still so and `ago`
// for what is past. Unknown is never 0: callers pass undefined and get an empty text.

const grouped = new Intl.NumberFormat('en-US')

/** `6,192` */
export function count(value: number | undefined): string {
  return value === undefined ? '' : grouped.format(value)
}

/** `1 span`, `1,108 spans`: `plural` where adding an s is wrong. */
export function counted(value: number, one: string, plural = `${one}s`): string {
  return `${grouped.format(value)} ${value === 1 ? one : plural}`
}

/** Microseconds as `412 µs`, `4.1 ms`, `410 ms`, `29.4 s`, `3 min 18 s`, `2 h 05 min`, `6 days`. */
export function duration(us: number | undefined): string {
  if (us === undefined || !Number.isFinite(us)) return ''
  if (us < 0) return `-${duration(-us)}`
  if (us === 0) return '0 ms'
  if (us < 1000) return `${Math.round(us)} µs`
  if (us < 9950) return `${trim(us / 1000)} ms`
  if (us < 999_500) return `${Math.round(us / 1000)} ms`
  if (us < 59_950_000) return `${trim(us / 1_000_000)} s`
  return longDuration(Math.round(us / 1_000_000))
}

/** Whole seconds as `48 s`, `3 min 18 s`, `2 h 05 min`, `6 days`. */
export function seconds(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return ''
  const whole = Math.max(0, Math.floor(value))
  return whole < 60 ? `${whole} s` : longDuration(whole)
}

function longDuration(whole: number): string {
  const pad = (value: number) => String(value).padStart(2, '0')
  if (whole < 3600) return `${Math.floor(whole / 60)} min${whole % 60 ? ` ${pad(whole % 60)} s` : ''}`
  if (whole < 172_800) {
    const minutes = Math.floor((whole % 3600) / 60)
    return `${Math.floor(whole / 3600)} h${minutes ? ` ${pad(minutes)} min` : ''}`
  }
  return `${Math.floor(whole / 86_400)} days`
}

const trim = (value: number) => String(Number(value.toFixed(1)))

/** An age in microseconds, `3 s`; less than a second is `under 1 s`, since clocks of two machines agree no better. */
export function age(us: number | undefined): string {
  if (us === undefined) return ''
  return us < 1_000_000 ? 'under 1 s' : seconds(us / 1_000_000)
}

/** `3 s ago`; `just now` for less than a second and for clocks that run ahead. */
export function ago(us: number | undefined): string {
  if (us === undefined) return ''
  return us < 1_000_000 ? 'just now' : `${seconds(us / 1_000_000)} ago`
}

/** A rate as `19.2`, `0.4`, `412`, `1,250`, `under 0.1`: one decimal below 100, none above. */
export function rate(perSecond: number | undefined): string {
  if (perSecond === undefined) return ''
  if (perSecond === 0) return '0'
  if (perSecond < 0.05) return 'under 0.1'
  return perSecond < 99.95 ? perSecond.toFixed(1) : grouped.format(Math.round(perSecond))
}

/** A share of 0 to 1 as `1.8 %`, `99 %`, `under 0.1 %`; never rounded up to 100 or down to 0. */
export function percent(share: number | undefined): string {
  if (share === undefined) return ''
  const value = share * 100
  if (value === 0 || value >= 100) return `${Math.min(100, value)} %`
  if (value < 0.1) return 'under 0.1 %'
  if (value > 99.9) return 'over 99.9 %'
  return value < 10 || value > 99 ? `${Number(value.toFixed(1))} %` : `${Math.round(value)} %`
}

/** `0.2 MB`, `48 GB`: decimal units, as disks are sold. */
export function bytes(value: number | undefined): string {
  if (value === undefined) return ''
  if (value < 1000) return `${value} B`
  const units = ['kB', 'MB', 'GB', 'TB', 'PB']
  let size = value
  let unit = -1
  do {
    size /= 1000
    unit += 1
  } while (size >= 999.5 && unit < units.length - 1)
  return `${size < 9.95 ? Number(size.toFixed(1)) : Math.round(size)} ${units[unit]}`
}

/** `orders`, `orders and payment`, `orders, payment and 3 others`. */
export function listed(names: readonly string[], max = 3): string {
  if (names.length <= 1) return names[0] ?? ''
  if (names.length <= max) return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
  const rest = names.length - (max - 1)
  return `${names.slice(0, max - 1).join(', ')} and ${counted(rest, 'other')}`
}

/**
 * Cuts a name in two so that its middle can be clipped: the end tells two topics apart, so `tail` is never clipped.
 * The cut is at the last separator that leaves at most 16 characters, else 8 characters before the end.
 */
export function splitName(name: string): { head: string; tail: string } {
  if (name.length <= 14) return { head: name, tail: '' }
  const from = name.length - 16
  const at = name.slice(Math.max(from, 1)).search(/[./:_@-]/)
  const cut = at < 0 ? name.length - 8 : Math.max(from, 1) + at
  return { head: name.slice(0, cut), tail: name.slice(cut) }
}

/** A name of at most `max` characters that keeps both ends: `retail.eu-cen….enriched.v2`. */
export function clipMiddle(name: string, max: number): string {
  if (name.length <= max) return name
  const { tail } = splitName(name)
  const end = tail.length > 0 && tail.length < max - 4 ? tail : name.slice(-Math.floor(max / 2))
  return `${name.slice(0, max - 1 - end.length)}…${end}`
}
