// The control page: a small HTTP server of its own on loopback. Forms and JSON do the same. It answers only to its own name
// (no DNS rebinding) and takes changes only from its own pages or from programs (no cross-site forms). No inline script or style.
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { readText } from '../http.ts'
import type { Shop } from '../shop.ts'
import { change, BadChange } from './changes.ts'
import { renderPage } from './page.ts'
import { stateOf, type ControlConfig } from './state.ts'

export interface Control {
  url: string
  close(): Promise<void>
}

const host = '127.0.0.1'
const assets = join(import.meta.dirname, '../../src/control')
const headers = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
}

/** Rejects with a sentence that names DEMO_PORT when the port is taken. */
export async function startControl(shop: Shop, config: ControlConfig & { port: number }): Promise<Control> {
  const css = readFileSync(join(assets, 'page.css'), 'utf8')
  const script = readFileSync(join(assets, 'page.js'), 'utf8')
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      const status = error instanceof BadChange ? error.status : 500
      write(
        response,
        status,
        'application/json',
        JSON.stringify({ error: error instanceof Error ? error.message : 'failed' }),
      )
    })
  })

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!isOwnName(request.headers.host)) throw new BadChange('This page answers only as 127.0.0.1 or localhost.', 421)
    const path = (request.url ?? '/').split('?')[0] ?? '/'
    if (request.method === 'GET' || request.method === 'HEAD') {
      const now = Date.now()
      if (path === '/') return write(response, 200, 'text/html; charset=utf-8', renderPage(stateOf(shop, config, now)))
      if (path === '/state') return write(response, 200, 'application/json', JSON.stringify(stateOf(shop, config, now)))
      if (path === '/page.css') return write(response, 200, 'text/css; charset=utf-8', css)
      if (path === '/page.js') return write(response, 200, 'text/javascript; charset=utf-8', script)
      if (path === '/favicon.ico') return void response.writeHead(204, headers).end()
      throw new BadChange(`There is nothing at ${path}.`, 404)
    }
    if (request.method !== 'POST') throw new BadChange('Use GET or POST.', 405)
    if (isForeign(request)) throw new BadChange('Changes are taken from this page only.', 403)
    const form = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false
    await change(shop, path, parseFields(await readText(request), form))
    if (form) return void response.writeHead(303, { ...headers, location: '/' }).end()
    write(response, 200, 'application/json', JSON.stringify(stateOf(shop, config, Date.now())))
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE'
      reject(taken ? new Error(`Port ${config.port} is in use. Set DEMO_PORT to a free one, or to 0.`) : error)
    })
    server.listen(config.port, host, resolve)
  })
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const isOwnName = (name: string | undefined) => /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(name ?? '')

// Browsers say where a form or a script comes from; programs say nothing.
function isForeign({ headers: { origin, host: name, 'sec-fetch-site': site } }: IncomingMessage): boolean {
  return (origin !== undefined && origin !== `http://${name}`) || site === 'cross-site'
}

function parseFields(text: string, form: boolean): Record<string, unknown> {
  if (form) return Object.fromEntries(new URLSearchParams(text))
  if (text === '') return {}
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch {
    // Said below, the same as for JSON that is no object.
  }
  throw new BadChange('The body must be a JSON object, or a form.', 400)
}

function write(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { ...headers, 'content-type': type })
  response.end(body)
}
