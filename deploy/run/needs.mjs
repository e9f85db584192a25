// What this machine has for tests that need something real: Java, Kafka, Chromium. A test asks here, in one way, and is skipped
// by name when the thing is missing; with REQUIRE_REAL=1 (as in CI) it fails instead, so that nothing is skipped unseen.
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { javaMajor, mavenThere, missingForKafka } from '../kafka/tools.mjs'

const checks = {
  java: () => ((javaMajor() ?? 0) >= 17 ? undefined : 'Java 17 or newer is not installed'),
  maven: () => (mavenThere() ? undefined : 'Maven is not installed'),
  kafka: () => missingForKafka(),
  chromium: () => (chromiumPath() ? undefined : 'no Chromium was found (set CHROMIUM_PATH)'),
}

/** Everything that can be asked for. */
export const things = Object.keys(checks)

/** Says what is missing, or nothing when it is there. SKIP_KAFKA=1, SKIP_CHROMIUM=1, ... leave it out on purpose. */
export function missing(thing) {
  if (process.env[`SKIP_${thing.toUpperCase()}`] === '1') return `SKIP_${thing.toUpperCase()}=1 is set`
  return checks[thing]()
}

/** True when it is there. Throws instead of answering false when REQUIRE_REAL=1. */
export function needs(thing) {
  if (!Object.hasOwn(checks, thing)) throw new Error(`needs('${thing}'): can be asked for ${things.join(', ')}.`)
  const reason = missing(thing)
  if (reason && process.env.REQUIRE_REAL === '1')
    throw new Error(`REQUIRE_REAL=1, and a test needs ${thing}: ${reason}.`)
  return reason === undefined
}

/** A Chromium or Chrome to drive: CHROMIUM_PATH, else the first one on the path. */
export function chromiumPath() {
  if (process.env.CHROMIUM_PATH) return existsSync(process.env.CHROMIUM_PATH) ? process.env.CHROMIUM_PATH : undefined
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
  const folders = (process.env.PATH ?? '').split(delimiter)
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path))
}
