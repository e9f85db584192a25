// What a real Kafka needs on this machine: Java 17 or newer, its jars, free ports. Answers are sentences that a person can act on.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'

const here = import.meta.dirname
export const jarsDir = join(here, 'jars')
const javaMajorMin = 17
const mavenTimeoutMs = 300_000

/** The `java` to run: that of JAVA_HOME when it is set, else the one on the path. */
export const javaCommand = () => (process.env.JAVA_HOME ? join(process.env.JAVA_HOME, 'bin', 'java') : 'java')

/** Says what is missing for a real Kafka, or nothing when all is there. */
export function missingForKafka() {
  const major = javaMajor()
  if (major === undefined) return `Java ${javaMajorMin} or newer is not installed (no "${javaCommand()}" was found)`
  if (major < javaMajorMin) return `Java is version ${major}; Kafka needs ${javaMajorMin} or newer`
  if (!jarsThere() && !mavenThere()) return 'Maven is not installed (no "mvn" was found), and it is what fetches Kafka'
  return undefined
}

/** Version of Java, or undefined when there is none: "17.0.15" is 17, the old "1.8.0" is 8. */
export function javaMajor() {
  const { status, stderr } = spawnSync(javaCommand(), ['-version'], { encoding: 'utf8', timeout: 20_000 })
  if (status !== 0) return undefined
  const version = /version "(?:1\.)?(\d+)/.exec(stderr)
  return version ? Number(version[1]) : undefined
}

export const mavenThere = () => spawnSync('mvn', ['-v'], { timeout: 30_000 }).status === 0
export const jarsThere = () =>
  existsSync(jarsDir) && readdirSync(jarsDir).some((name) => name.startsWith('kafka_2.13-'))

/** Fetches the jars once with Maven. `say` gets one line a step. Throws with Maven's own last lines when it fails. */
export async function jars(say = () => {}) {
  const missing = missingForKafka()
  if (missing) throw new Error(`A real Kafka cannot be started: ${missing}.`)
  if (jarsThere()) return jarsDir
  say('fetching Kafka from Maven Central (about 45 MB, once)')
  const started = Date.now()
  await run('mvn', ['-B', '-q', '-ntp', '-f', join(here, 'pom.xml'), 'process-resources'], mavenTimeoutMs)
  say(`Kafka fetched in ${Math.round((Date.now() - started) / 1000)} s`)
  return jarsDir
}

/** Runs a command to its end. Throws one Error with its last lines when it fails or takes longer than `timeoutMs`. */
export function run(command, args, timeoutMs) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: timeoutMs })
    let tail = ''
    const keep = (chunk) => (tail = (tail + chunk).slice(-4000))
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    child.once('error', (error) => reject(new Error(`${command} could not be started: ${error.message}`)))
    child.once('exit', (code, signal) => {
      if (code === 0) resolve(tail)
      else reject(new Error(`${command} ${args[0]} ended with ${signal ?? `code ${code}`}:\n${tail.trim()}`))
    })
  })
}

/** A port of 127.0.0.1 that nothing listens on right now. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })
}
