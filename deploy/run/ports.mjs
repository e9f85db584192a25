// Ports are looked at before anything is started, so that the answer to "in use" is a sentence with the setting that changes it.
import { createServer } from 'node:net'
import { freePort } from '../kafka/tools.mjs'
import { Stop } from './steps.mjs'

/** Throws a Stop that names each port in use and its setting. `wanted`: [setting, port]; 0 is always free. */
export async function checkPorts(host, wanted) {
  const taken = []
  for (const [setting, port] of wanted) if (port !== 0 && !(await isFree(host, port))) taken.push([setting, port])
  if (taken.length === 0) return
  const lines = taken.map(
    ([setting, port]) => `  port ${port} is in use: set ${setting} to another one, or to 0 for a free one`,
  )
  const example = taken.map(([setting]) => `${setting}=0`).join(' ')
  throw new Stop(
    `Nothing was started:\n${lines.join('\n')}\nFor example: ${example} npm run ${process.env.npm_lifecycle_event ?? 'demo'}`,
  )
}

function isFree(host, port) {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', (error) => resolve(error.code !== 'EADDRINUSE' && error.code !== 'EACCES'))
    probe.listen(port, host, () => probe.close(() => resolve(true)))
  })
}

/** The port that a setting names; a port that must be known beforehand is drawn here when it is 0. */
export async function portOf(setting, fallback, drawn = false) {
  const text = process.env[setting]
  const port = text ? Number(text) : fallback
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Stop(`${setting}=${text}: must be a port, 0 to 65535.`)
  return port === 0 && drawn ? freePort() : port
}
