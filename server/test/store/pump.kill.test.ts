// kill -9 in the middle of taking and inserting, again and again: every acknowledged span is there exactly once, in the
// spans and in the counts of every view, though each process after a kill sends again what it has no answer for.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from '@jest/globals'
import { loadConfig } from '../../src/config.ts'
import { openStore } from '../../src/store/clickhouse.ts'
import { START_NS } from './native-blocks.ts'

const KILLS = 6
const BLOCKS = 300
const SPANS = 200

const dir = mkdtempSync(join(tmpdir(), 'hopscope-kill-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))
const file = (name: string) => fileURLToPath(new URL(`./child/${name}`, import.meta.url))

/** Runs the child until it has acknowledged so many blocks more, then kills it; without a number, until it ends by itself. */
async function run(first: number, acked: Set<number>, resent: Set<number>, killAfter?: number): Promise<number | null> {
  const child = spawn(
    process.execPath,
    [file('run-ts.mjs'), file('pump-child.ts'), dir, String(first), String(BLOCKS), String(SPANS)],
    { env: { ...process.env, NODE_OPTIONS: '', START_NS: String(START_NS) }, stdio: ['ignore', 'pipe', 'inherit'] },
  )
  let left = killAfter ?? Infinity
  let printed = ''
  child.stdout.on('data', (chunk: Buffer) => {
    const lines = (printed + chunk.toString()).split('\n')
    printed = lines.pop() ?? ''
    for (const line of lines) {
      const [, at, answer] = /^acked (\d+) (\w+)$/.exec(line) ?? []
      if (at === undefined) continue
      acked.add(Number(at))
      if (answer === 'resent') resent.add(Number(at))
      if (--left === 0) child.kill('SIGKILL')
    }
  })
  return await new Promise((resolve) => child.once('close', (code) => resolve(code)))
}

describe('kill -9 while blocks come in and segments are inserted', () => {
  it('leaves every acknowledged span exactly once in every table', async () => {
    const acked = new Set<number>()
    const resent = new Set<number>()
    const firstUnanswered = () => {
      let at = 0
      while (acked.has(at)) at++
      return at
    }
    for (let kill = 0; kill < KILLS; kill++) {
      // Each time at another moment: in the middle of a group commit, of an insert, of a view.
      expect(await run(firstUnanswered(), acked, resent, 7 + ((kill * 13) % 40))).toBe(null)
    }
    expect(acked.size).toBeLessThan(BLOCKS)
    expect(await run(firstUnanswered(), acked, resent)).toBe(0)
    expect(acked.size).toBe(BLOCKS)

    const store = await openStore(loadConfig({ DATA_DIR: dir }))
    try {
      const rows = String(BLOCKS * SPANS)
      expect(
        await store.rows(`SELECT
          (SELECT count() FROM spans) AS spans, (SELECT uniqExact(span_id) FROM spans) AS distinct,
          (SELECT sum(spans) FROM trace_index) AS indexed, (SELECT count() FROM key_index) AS keys,
          (SELECT uniqExact(span_id, name) FROM key_index) AS distinctKeys,
          (SELECT sum(spans) FROM hops_10s) AS hops, (SELECT sum(errors) FROM hops_10s) AS errors,
          (SELECT arraySum((sumMap(latency) AS m).2) FROM hops_10s) AS histogram,
          (SELECT sum(spans) FROM operations_10s) AS operations, (SELECT sum(spans) FROM operations_1h) AS baseline`),
      ).toEqual([
        {
          spans: rows,
          distinct: rows,
          indexed: rows,
          keys: String(2 * BLOCKS * SPANS),
          distinctKeys: String(2 * BLOCKS * SPANS),
          hops: rows,
          errors: String((BLOCKS * SPANS) / 10),
          histogram: rows,
          operations: rows,
          baseline: rows,
        },
      ])
      console.log(`${KILLS} kills, ${BLOCKS} requests of ${SPANS} spans, ${resent.size} sent again and dropped`)
    } finally {
      await store.close()
    }
  }, 600_000)
})
