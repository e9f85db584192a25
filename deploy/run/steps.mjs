// Makes a clean clone runnable: installs what package-lock.json names, builds what is not built. Skips what is done already and
// says what it does. Node only; nothing here may import a package, because there may be none yet.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export const root = join(import.meta.dirname, '../..')
const stampsDir = join(root, 'node_modules/.cache/hopscope')
const nodeMin = [20, 19]

/** A failure that has been explained: printed without a stack. */
export class Stop extends Error {}

export const print = (line) => process.stdout.write(`${line}\n`)
export const say = (line) => print(`hopscope | ${line}`)
const seconds = (sinceMs) => `${((Date.now() - sinceMs) / 1000).toFixed(1)} s`

/** Throws when this Node is too old, and says which one is needed. */
export function checkNode(version = process.versions.node) {
  const [major, minor] = version.split('.').map(Number)
  if (major > nodeMin[0] || (major === nodeMin[0] && minor >= nodeMin[1])) return
  throw new Stop(
    `Node ${version} is too old: Hopscope needs ${nodeMin.join('.')} or newer. Get it from https://nodejs.org.`,
  )
}

/** Installs when node_modules is missing or older than package-lock.json, and its content is not what was installed last. */
export async function install() {
  const lock = join(root, 'package-lock.json')
  const installed = join(root, 'node_modules/.package-lock.json')
  const wanted = createHash('sha256').update(readFileSync(lock)).digest('hex')
  if (existsSync(installed)) {
    if (statSync(lock).mtimeMs <= statSync(installed).mtimeMs || stampIs('install', wanted)) return
    say('package-lock.json is newer than node_modules')
  }
  const started = Date.now()
  const count = Object.keys(JSON.parse(readFileSync(lock, 'utf8')).packages).length
  say(`installing ${count} packages with npm; a minute or two with an empty cache`)
  // Not `npm ci`: it refuses the whole lock file when one optional package of another platform cannot be looked up, as with a
  // registry that mirrors only what is used. This installs the same locked versions and changes neither file.
  const args = ['install', '--no-save', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error']
  await run('npm', args, 'npm could not install the packages; its own words are above. It needs a package registry.')
  stamp('install', wanted)
  say(`installed in ${seconds(started)}`)
}

/** Compiles the packages and the page, each only when one of its sources changed. Both at once: they do not need each other. */
export async function build() {
  const done = await Promise.allSettled([
    buildOne('server, collector and demo', {
      name: 'tsc',
      sources: ['server/src', 'collector/src', 'deploy/demo/src', 'tsconfig.json', 'package-lock.json'],
      files: ['server/tsconfig.json', 'collector/tsconfig.json', 'deploy/demo/tsconfig.json'],
      results: compiled,
      command: [
        process.execPath,
        ['node_modules/typescript/bin/tsc', '-b', ...(compiled.every(isThere) ? [] : ['--force'])],
      ],
    }),
    buildOne('the page', {
      name: 'web',
      sources: ['web/src', 'web/public', 'server/src/contract', 'package-lock.json'],
      files: ['web/index.html', 'web/vite.config.js', 'web/vite.config.ts', 'web/svelte.config.js'],
      results: ['web/dist/index.html'],
      command: ['npm', ['run', '--silent', 'build', '-w', 'web']],
    }),
  ])
  for (const { reason } of done) if (reason) throw reason
}

// tsc trusts its own notes (*.tsbuildinfo) and writes nothing when the results were deleted beside them; hence --force.
const compiled = ['server/dist/main.js', 'collector/dist/main.js', 'deploy/demo/dist/main.js']
const isThere = (file) => existsSync(join(root, file))

async function buildOne(what, { name, sources, files, results, command: [program, args] }) {
  const sourcesNow = fingerprint([...sources, ...files])
  if (stampIs(name, sourcesNow) && results.every(isThere)) return
  const started = Date.now()
  say(`building ${what}`)
  await run(program, args, `Building ${what} failed; the errors are above.`)
  for (const file of results) if (!isThere(file)) throw new Stop(`Building ${what} made no ${file}.`)
  stamp(name, sourcesNow)
  say(`built ${what} in ${seconds(started)}`)
}

/** Names, sizes and times of files; changes when a file is added, changed or removed. */
export function fingerprint(paths, base = root) {
  const hash = createHash('sha256')
  const add = (path) => {
    const full = join(base, path)
    if (!existsSync(full)) return
    const stat = statSync(full)
    if (stat.isDirectory()) for (const entry of readdirSync(full).sort()) add(join(path, entry))
    else hash.update(`${path} ${stat.size} ${stat.mtimeMs}\n`)
  }
  for (const path of paths) add(path)
  return hash.digest('hex')
}

function stampIs(name, value) {
  const file = join(stampsDir, name)
  return existsSync(file) && readFileSync(file, 'utf8') === value
}

function stamp(name, value) {
  mkdirSync(stampsDir, { recursive: true })
  writeFileSync(join(stampsDir, name), value)
}

/** Runs a program with its output on ours. Throws `sorry` when it fails. */
export function run(program, args, sorry, env = process.env) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: root, stdio: 'inherit', env })
    child.once('error', (error) => reject(new Stop(`${program} could not be started: ${error.message}`)))
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Stop(sorry))))
  })
}
