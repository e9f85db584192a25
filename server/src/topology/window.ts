// What time a question is about. Pure. Rollups have windows of 10 s, and exporters hold spans back for seconds: rates are taken
// from closed windows only, so that the newest, half-filled one does not make everything look as if it were slowing down.
const windowSeconds = 10
/** What SDKs hold back by default is 5 s; a window is counted when it has been closed for as long as it is wide. */
const settleSeconds = 10
/** Live rates are averages over the last minute: quick enough to see a stop, slow enough to read. */
const liveRateSeconds = 60
const stepsMax = 30

export const rangeSecondsDefault = 900
export const rangeSecondsMax = 86_400

export interface AskedWindow {
  asOfUs: number
  fromS: number
  toS: number
  recentFromS: number
  recentToS: number
  rateSeconds: number
  stepSeconds: number
}

/** The window that ends now and looks `rangeSeconds` back. */
export function liveWindow(nowUs: number, rangeSeconds: number): AskedWindow {
  const nowS = Math.floor(nowUs / 1e6)
  const recentToS = floor(nowS - settleSeconds)
  const recentFromS = recentToS - Math.min(liveRateSeconds, Math.max(windowSeconds, floor(rangeSeconds)))
  const stepSeconds = Math.max(windowSeconds, Math.ceil(rangeSeconds / stepsMax / windowSeconds) * windowSeconds)
  const fromS = Math.min(recentFromS, Math.floor((nowS - rangeSeconds) / stepSeconds) * stepSeconds)
  return {
    asOfUs: nowUs,
    fromS,
    toS: nowS + 1,
    recentFromS,
    recentToS,
    rateSeconds: recentToS - recentFromS,
    stepSeconds,
  }
}

/** A window in the past, or up to a time given: rates are averages over all of it. */
export function pastWindow(nowUs: number, fromUs: number, toUs: number): AskedWindow {
  const fromS = floor(Math.floor(fromUs / 1e6))
  const toS = Math.max(fromS + windowSeconds, Math.ceil(toUs / 1e6 / windowSeconds) * windowSeconds)
  const rateSeconds = toS - fromS
  return { asOfUs: nowUs, fromS, toS, recentFromS: fromS, recentToS: toS, rateSeconds, stepSeconds: windowSeconds }
}

/**
 * The same window for a system that was first seen inside the part that rates are taken from: what was counted came in less
 * time than that part is long. While nothing has settled at all, rates are of everything so far, rather than a zero that is
 * not true. `firstS` is the start of the oldest 10 s that have anything; absent when nothing has.
 */
export function fromFirst(window: AskedWindow, firstS: number | undefined): AskedWindow {
  const { recentFromS, recentToS, toS, asOfUs } = window
  if (firstS === undefined || firstS <= recentFromS || firstS >= toS) return window
  if (firstS < recentToS) return { ...window, recentFromS: firstS, rateSeconds: recentToS - firstS }
  return { ...window, recentFromS: firstS, recentToS: toS, rateSeconds: Math.max(1, asOfUs / 1e6 - firstS) }
}

const floor = (seconds: number) => Math.floor(seconds / windowSeconds) * windowSeconds
