// Serves the built page from memory: what is not in the folder at the start cannot be asked for, so no path leads out of it.
// A page built later is served after the next start, whole, never half of each.
// Files with a hash in their name never change; the page itself is asked for again each time. Only paths of pages that exist
// answer with the page; any other path says 404, with the page, which knows how to say it.
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { NextFunction, Request, Response } from 'express'

/** Bytes of all files; the page has about one megabyte, most of it fonts. */
const bytesMax = 32 * 1024 * 1024
const pages = new Set(['', 'journey', 'traces', 'trace', 'status'])
/** First parts of paths that are never the page's. */
const notOurs = new Set(['api', 'healthz', 'readyz', 'metrics', 'openapi.json', 'socket.io', 'v1'])

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.txt': 'text/plain; charset=utf-8',
}

/** Scripts, styles, fonts and the socket come from here and from nowhere else; nothing is inline; nobody may frame the page. */
const policy = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types svelte-trusted-html',
].join('; ')

interface StaticFile {
  bytes: Buffer
  zipped?: Buffer
  type: string
  etag: string
  forever: boolean
}

export type Middleware = (request: Request, response: Response, next: NextFunction) => void

/** Headers that every answer of the HTTP port has. */
export const secureHeaders: Middleware = (_request, response, next) => {
  response.set({
    'content-security-policy': policy,
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  })
  next()
}

/** Reads the folder once. An empty or absent folder serves a sentence that says how to build the page. */
export async function servePage(folder: string): Promise<Middleware> {
  const files = await readFiles(folder)
  const index = files.get('/index.html')
  return (request, response, next) => {
    const path = request.path
    const first = path.split('/')[1] ?? ''
    if ((request.method !== 'GET' && request.method !== 'HEAD') || notOurs.has(first)) return next()
    const file = files.get(path)
    if (file !== undefined && path !== '/index.html') return sendFile(request, response, file)
    if (index === undefined) return notBuilt(response)
    // A missing file is a plain 404; only what could be a page gets the page.
    if (extname(path) !== '' && !pages.has(first)) return next()
    if (!pages.has(first)) response.status(404)
    sendFile(request, response, index)
  }
}

function sendFile(request: Request, response: Response, file: StaticFile): void {
  response.set({
    'content-type': file.type,
    etag: file.etag,
    'cache-control': file.forever ? 'public, max-age=31536000, immutable' : 'no-cache',
    vary: 'accept-encoding',
  })
  if (request.headers['if-none-match'] === file.etag && response.statusCode === 200) {
    response.status(304).end()
    return
  }
  const zipped = file.zipped !== undefined && request.acceptsEncodings('gzip') === 'gzip'
  if (zipped) response.set('content-encoding', 'gzip')
  response.end(zipped ? file.zipped : file.bytes)
}

function notBuilt(response: Response): void {
  const text = 'The dashboard is not built. Run `npm run build` and start again. The API answers under /api/v1.\n'
  response.status(503).type('text/plain').send(text)
}

async function readFiles(folder: string): Promise<Map<string, StaticFile>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const files = new Map<string, StaticFile>()
  let total = 0
  for (const entry of entries.filter((entry) => entry.isFile())) {
    const file = join(entry.parentPath, entry.name)
    const bytes = await readFile(file)
    total += bytes.length
    if (total > bytesMax) throw new Error(`${folder} has more than ${bytesMax} bytes: is it the built page?`)
    files.set(`/${relative(folder, file).split(sep).join('/')}`, await describe(entry.name, bytes))
  }
  return files
}

async function describe(name: string, bytes: Buffer): Promise<StaticFile> {
  const extension = extname(name)
  const text = /^\.(html|js|css|svg|json|txt|webmanifest)$/.test(extension)
  return {
    bytes,
    ...(text && { zipped: await promisify(gzip)(bytes, { level: 9 }) }),
    type: types[extension] ?? 'application/octet-stream',
    etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`,
    // The build puts a hash of eight characters before the extension.
    forever: /-[\w-]{8}\.\w+$/.test(name),
  }
}
