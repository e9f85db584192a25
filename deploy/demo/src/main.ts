// The retail demo as a process: opens the shop and its control page, prints `DEMO_READY {json}`, closes both when told to.
import { loadConfig } from './config.ts'
import { startControl } from './control/server.ts'
import { openShop } from './shop.ts'

const closeTimeoutMs = 15_000
const say = (line: string) => console.log(`${new Date().toISOString()} ${line}`)

async function main(): Promise<void> {
  const config = loadConfig(process.env, Date.now())
  const shop = await openShop(config, say)
  const control = await startControl(shop, config).catch(async (error: unknown) => {
    await shop.close()
    throw error
  })
  let closing = false
  const close = (signal: string) => {
    if (closing) return
    closing = true
    say(`${signal}: closing the shop.`)
    setTimeout(() => process.exit(1), closeTimeoutMs).unref()
    void Promise.all([control.close(), shop.close()]).then(() => process.exit(0))
  }
  process.on('SIGINT', close)
  process.on('SIGTERM', close)
  console.log(`DEMO_READY ${JSON.stringify({ url: control.url, transport: config.transport })}`)
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exit(2)
})
