// The overview is watched once, by the shell: its pages, the badge and the search all read the same one.
import { getContext, setContext } from 'svelte'
import { live, type Watch } from './live.svelte.ts'
import { route } from './route.svelte.ts'
import { isLive, momentUs } from './time.ts'

const name = Symbol('overview')
const rangeSecondsMin = 60
const rangeSecondsMax = 86_400
const rangeSecondsDefault = 900

/** Seconds that the live view looks back; a range that ended in the past leaves the default. */
export function rangeSeconds(range: typeof route.range): number {
  if (!isLive(range)) return rangeSecondsDefault
  const seconds = -momentUs(range.from, 0) / 1_000_000
  return 'atUs' in range.from ? rangeSecondsDefault : Math.max(rangeSecondsMin, Math.min(rangeSecondsMax, seconds))
}

/** Called once, by App. */
export function watchOverview(): Watch<'overview'> {
  const watch = live.watch('overview', () => {
    const key = route.param('key')
    return { ...route.scope, rangeS: rangeSeconds(route.range), ...(key ? { key } : {}) }
  })
  setContext(name, watch)
  return watch
}

export function watchedOverview(): Watch<'overview'> {
  return getContext<Watch<'overview'>>(name)
}
