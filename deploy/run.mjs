// What `npm start`, `npm run demo`, `npm run demo:kafka` and `npm test` run. Needs Node and nothing else: it installs and builds
// what is missing first. The parts are in deploy/run/.
import { checkNode, Stop } from './run/steps.mjs'

const commands = {
  start: async () => (await import('./run/up.mjs')).up(undefined),
  demo: async () => (await import('./run/up.mjs')).up('memory'),
  'demo:kafka': async () => (await import('./run/up.mjs')).up('kafka'),
  test: async (args) => (await import('./run/test.mjs')).test(args),
}

const [command = '', ...args] = process.argv.slice(2)
try {
  checkNode()
  if (!Object.hasOwn(commands, command)) throw new Stop(`Say one of: ${Object.keys(commands).join(', ')}.`)
  process.exitCode = await commands[command](args)
} catch (error) {
  console.error(error instanceof Stop ? `\n${error.message}` : error)
  process.exitCode = 1
}
// Children have ended; what is left (timers, pipes) is nothing to wait for.
process.exit()
