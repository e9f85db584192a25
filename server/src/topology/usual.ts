// Hourly counts in, "usually 0.3 %" out. Pure. Compared is the same hour of past days, since nights and mornings differ;
// where there are no past days yet, the hours before this one; where there is too little of both, nothing is called usual.

export interface HourCount {
  /** Start of the hour, seconds. */
  t: number
  attempts: number
  errors: number
}

export interface Usual {
  share: number
  from: 'past days' | 'hours before'
}

/** Fewer attempts than this say nothing about what is usual. */
const attemptsMin = 50
const hour = 3600
const daysBack = 7
const hoursBack = 24

/** What share of attempts usually fails in the hour that `nowS` is in; absent when too little was seen. */
export function usualShare(hours: readonly HourCount[], nowS: number): Usual | undefined {
  const thisHour = nowS - (nowS % hour)
  const age = ({ t }: HourCount) => (thisHour - t) / hour
  const pastDays = share(hours.filter((row) => age(row) > 0 && age(row) % 24 === 0 && age(row) <= 24 * daysBack))
  if (pastDays !== undefined) return { share: pastDays, from: 'past days' }
  const before = share(hours.filter((row) => age(row) > 0 && age(row) <= hoursBack))
  return before === undefined ? undefined : { share: before, from: 'hours before' }
}

export function usualText(usual: Usual | undefined): string {
  if (usual === undefined) return 'too little seen to say what is usual'
  const text = `usually ${percent(usual.share)}`
  return usual.from === 'past days' ? text : `${text} in the hours before`
}

function share(rows: readonly HourCount[]): number | undefined {
  const attempts = rows.reduce((sum, row) => sum + row.attempts, 0)
  return attempts < attemptsMin ? undefined : rows.reduce((sum, row) => sum + row.errors, 0) / attempts
}

function percent(share: number): string {
  if (share === 0) return '0 %'
  return share < 0.001 ? 'under 0.1 %' : `${(share * 100).toFixed(1)} %`
}
