// What pump.kill.test.ts kills: the journal, the pump and the embedded store in one process. Sends block after block, several
// at once, from the one given on; prints `acked N` when block N is acknowledged. Told `drain`, it stops cleanly and prints
// `drained`. argv: data folder, first block, blocks, spans a block.
import { join } from 'node:path'
import { loadConfig } from '../../../src/config.ts'
import { Journal } from '../../../src/journal/journal.ts'
import { openStore } from '../../../src/store/clickhouse.ts'
import { Pump } from '../../../src/store/pump.ts'
import { spanBlock } from '../native-blocks.ts'

const AT_ONCE = 4
const [dir = '', first, blocks, spans] = process.argv.slice(2)
const startNs = BigInt(process.env['START_NS'] ?? '0')
const store = await openStore(loadConfig({ DATA_DIR: dir }))
const journal = await Journal.open({
  dir: join(dir, 'journal'),
  bytesMax: 1e9,
  sealRows: 3 * Number(spans),
  sealMs: 50,
  resendSeconds: 600,
})
const pump = new Pump(journal, store, (text) => console.error(text))
pump.start()
console.log('ready')

let next = Number(first)
async function send(): Promise<void> {
  while (next < Number(blocks)) {
    const at = next++
    const answer = await journal.append(`request ${at}`, spanBlock(at * Number(spans), Number(spans), startNs))
    console.log(`acked ${at} ${answer}`)
  }
}
await Promise.all(Array.from({ length: AT_ONCE }, send))
await journal.drained()
await journal.close()
await pump.stop()
await store.close()
console.log('drained')
