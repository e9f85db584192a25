// Counts what a stopped server has stored, and its bytes when all parts are merged into one. Opens the folder with the built
// store, so it must run after the server has ended.
import { loadConfig } from '../dist/config.js'
import { openStore } from '../dist/store/clickhouse.js'

const merged = ['spans', 'trace_index', 'key_index', 'hops_10s', 'operations_10s', 'operations_1h']

/** `stored` counts rows of spans, and every other table that counts spans must agree with it. */
export async function measureTables(dataDir, acked) {
  const store = await openStore(loadConfig({ DATA_DIR: dataDir }))
  try {
    const before = await sizes(store)
    for (const table of merged) await store.command(`OPTIMIZE TABLE ${table} FINAL`)
    const after = await sizes(store)
    const lines = ['table            rows a span   bytes a span: as written, merged']
    let total = 0
    for (const [name, { rows, bytes }] of after) {
      const was = before.get(name)
      total += bytes / acked
      lines.push(
        `  ${name.padEnd(15)}${(rows / acked).toFixed(4).padStart(11)}${((was?.bytes ?? 0) / acked).toFixed(2).padStart(28)}${(bytes / acked).toFixed(2).padStart(8)}`,
      )
    }
    lines.push(`  all tables ${total.toFixed(2)} bytes a span when merged`)
    const [counts] = await store.rows(
      `SELECT (SELECT count() FROM spans) AS spans, (SELECT sum(spans) FROM trace_index) AS traces,
       (SELECT sum(spans) FROM operations_10s) AS operations, (SELECT sum(arraySum(latency.2)) FROM operations_1h) AS latencies`,
    )
    const all = Object.entries(counts).map(([name, count]) => [name, Number(count)])
    for (const [name, count] of all)
      if (count !== acked) lines.push(`  ${name} counts ${count} spans, acknowledged were ${acked}`)
    const wrong = all.find(([, count]) => count !== acked)
    return { stored: wrong?.[1] ?? acked, lines }
  } finally {
    await store.close()
  }
}

async function sizes(store) {
  const rows = await store.rows(
    `SELECT table, sum(p.rows) AS rows, sum(bytes_on_disk) AS bytes FROM system.parts AS p
     WHERE active AND database = currentDatabase() AND p.rows > 0 GROUP BY table ORDER BY bytes DESC`,
  )
  return new Map(rows.map(({ table, rows, bytes }) => [table, { rows: Number(rows), bytes: Number(bytes) }]))
}
