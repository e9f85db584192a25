// Runs a TypeScript file of ours in a plain Node process, for tests that kill it: node run-ts.mjs FILE.ts [arguments].
// The code under test is src as it stands, so such a test cannot pass on an old build.
import { register } from 'node:module'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

register('./ts-hooks.mjs', import.meta.url)
const [file] = process.argv.splice(2, 1)
await import(pathToFileURL(resolve(file)).href)
