// TEST ONLY. This is not a ClickHouse server. It puts ClickHouse's HTTP interface, as far as @clickhouse/client uses it, in
// front of the embedded engine, so that the HTTP transport is tested where no server can be had: query in the URL with the
// data as body, settings and parameters in the URL, gzip both ways, error codes in a header, basic authentication, cancel
// when the client goes away. It proves the transport, not how a server behaves; CLICKHOUSE_URL points the same tests at one.
//   node clickhouse-http-front.mjs DIR [PORT] [USER PASSWORD]     prints `listening http://127.0.0.1:PORT`
import { randomUUID } from 'node:crypto'
import { createWriteStream, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip, gzipSync } from 'node:zlib'

const { Session, drainPending } = createRequire(new URL('../../package.json', import.meta.url))('chdb')

const SESSIONS = 4
const NOT_SETTINGS = new Set(
  'query database default_format query_id session_id session_timeout user password role compress decompress wait_end_of_query send_progress_in_http_headers http_headers_progress_interval_ms enable_http_compression'.split(
    ' ',
  ),
)
const [dir, port = '0', user = 'default', password = ''] = process.argv.slice(2)
if (!dir) throw new Error('usage: clickhouse-http-front.mjs DIR [PORT] [USER PASSWORD]')
mkdirSync(dir, { recursive: true })
const uploads = mkdtempSync(join(tmpdir(), 'hopscope-front-'))
const control = new Session(dir)
const free = Array.from({ length: SESSIONS }, () => new Session(dir))
const waiting = []

const literal = (text) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\0', '\\0')}'`
const take = () => (free.length > 0 ? Promise.resolve(free.pop()) : new Promise((resolve) => waiting.push(resolve)))
const give = (session) => (waiting.length > 0 ? waiting.shift()(session) : free.push(session))

async function readBody(request, file) {
  const stages = request.headers['content-encoding'] === 'gzip' ? [request, createGunzip()] : [request]
  if (file) {
    await pipeline(...stages, createWriteStream(file))
    return ''
  }
  const chunks = []
  await pipeline(...stages, async (source) => {
    for await (const chunk of source) chunks.push(chunk)
  })
  return Buffer.concat(chunks).toString()
}

function isAllowed(request) {
  const { authorization = '' } = request.headers
  const given = Buffer.from(authorization.replace(/^Basic /, ''), 'base64').toString()
  return password === '' || given === `${user}:${password}`
}

/** Settings and parameters of the URL as SET statements, and how to take the settings back. */
function setsOf(query) {
  const sets = []
  const names = []
  for (const [name, value] of query) {
    if (NOT_SETTINGS.has(name)) continue
    if (!/^\w+$/.test(name)) throw new Error(`Code: 115. DB::Exception: bad setting ${name}. (UNKNOWN_SETTING)`)
    sets.push(`SET ${name}=${literal(value)}`)
    if (!name.startsWith('param_')) names.push(name)
  }
  return { sets, names }
}

async function answer(request, response) {
  const query = new URL(request.url, 'http://front').searchParams
  const id = query.get('query_id') || randomUUID()
  response.setHeader('X-ClickHouse-Query-Id', id)
  if (request.url.startsWith('/ping')) return response.end('Ok.\n')
  if (!isAllowed(request)) {
    throw new Error('Code: 516. DB::Exception: default: Authentication failed. (AUTHENTICATION_FAILED)')
  }
  const upload = query.has('query') ? join(uploads, `${id}.in`) : undefined
  const body = await readBody(request, upload)
  const { sets, names } = setsOf(query)
  const missing = [...(query.get('query') ?? body).matchAll(/\{(\w+):/g)].find(
    ([, name]) => !query.has(`param_${name}`),
  )
  if (missing)
    throw new Error(
      `Code: 456. DB::Exception: Substitution ${missing[1]} is not set: it has no value. (UNKNOWN_QUERY_PARAMETER)`,
    )
  const session = await take()
  const marker = `/*front:${randomUUID()}*/`
  const stop = () => {
    if (response.writableFinished) return
    const sql = `KILL QUERY WHERE position(query, '${marker}') > 0 AND query NOT LIKE '%KILL QUERY%' ASYNC`
    control.queryAsync(sql).catch(() => {})
  }
  response.on('close', stop)
  try {
    const database = query.get('database')
    if (database) await session.queryAsync(`USE \`${database.replaceAll('`', '')}\``)
    for (const set of sets) await session.queryAsync(set)
    const result = await session.queryAsync(`${marker} ${statement(query.get('query') ?? body, upload)}`, {
      format: query.get('default_format') ?? 'TabSeparated',
    })
    const summary = { read_rows: String(result.rowsRead), read_bytes: String(result.bytesRead), written_rows: '0' }
    response.setHeader('X-ClickHouse-Summary', JSON.stringify({ ...summary, written_bytes: '0', elapsed_ns: '0' }))
    const bytes = Buffer.from(result.bytes())
    const zip = query.get('enable_http_compression') === '1' && /gzip/.test(request.headers['accept-encoding'] ?? '')
    if (zip) response.setHeader('Content-Encoding', 'gzip')
    response.end(zip ? gzipSync(bytes) : bytes)
  } finally {
    response.off('close', stop)
    for (const name of names) await session.queryAsync(`SET ${name}=DEFAULT`).catch(() => {})
    give(session)
    if (upload) rmSync(upload, { force: true })
  }
}

/** With data: INSERT … FORMAT X becomes INSERT … FROM INFILE, as data must never be part of the statement. */
function statement(sql, upload) {
  if (!upload || statSync(upload).size === 0) return sql
  const insert = /^([\s\S]*\S)\s+FORMAT\s+(\w+)\s*;?\s*$/i.exec(sql)
  if (!insert) throw new Error('Code: 62. DB::Exception: data without INSERT ... FORMAT. (SYNTAX_ERROR)')
  return `${insert[1]} FROM INFILE ${literal(upload)} FORMAT ${insert[2]}`
}

const server = createServer((request, response) => {
  answer(request, response).catch((error) => {
    const code = /Code: (\d+)/.exec(error.message)?.[1] ?? '1002'
    const status = code === '516' ? 403 : ['60', '81'].includes(code) ? 404 : 500
    request.resume()
    if (!response.headersSent) response.writeHead(status, { 'X-ClickHouse-Exception-Code': code })
    response.end(error.message)
  })
})
server.listen(Number(port), '127.0.0.1', () => {
  console.log('TEST ONLY: ClickHouse HTTP over the embedded engine, not a ClickHouse server')
  console.log(`listening http://127.0.0.1:${server.address().port}`)
})
async function stop() {
  server.close()
  server.closeAllConnections()
  for (const session of [...free, control]) session.close()
  await drainPending()
  rmSync(uploads, { recursive: true, force: true })
  process.exit(0)
}
process.on('SIGTERM', stop)
process.on('SIGINT', stop)
// A front whose test has died must not live on.
process.on('disconnect', stop)
