// Reads the body of an HTTP request within bounds: bytes as sent, bytes after decompression, their ratio, and the bytes of all
// requests at once. A stream in, a Buffer or the reason out. Stops reading at the first bound, so a bomb never unfolds.
import type { IncomingMessage } from 'node:http'
import { createGunzip } from 'node:zlib'
import type { Exports } from './export.ts'

export interface BodyBounds {
  bodyBytesMax: number
  ratioMax: number
}

export type BodyResult =
  | { kind: 'body'; body: Buffer; reserved: number }
  | { kind: 'too-large' | 'bad'; message: string }
  | { kind: 'busy' }
  /** The client went away: there is nobody to answer. */
  | { kind: 'gone' }

/** Below this a high ratio is no danger: ten spans of the same service compress well. */
const ratioFreeBytes = 1024 * 1024

/** What was reserved must be released by the caller when the result is a body; otherwise it is released here. */
export function readBody(
  request: IncomingMessage,
  gzip: boolean,
  exports: Exports,
  bounds: BodyBounds,
): Promise<BodyResult> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let received = 0
    let unfolded = 0
    let done = false
    const stream = gzip ? request.pipe(createGunzip()) : request

    const finish = (result: BodyResult): void => {
      if (done) return
      done = true
      if (result.kind !== 'body') exports.release(unfolded)
      if (stream !== request) {
        request.unpipe()
        stream.destroy()
      }
      stream.removeAllListeners('data')
      request.resume()
      resolve(result)
    }

    request.on('data', (chunk: Buffer) => {
      received += chunk.length
    })
    stream.on('data', (chunk: Buffer) => {
      if (!exports.reserve(chunk.length)) {
        finish({ kind: 'busy' })
        return
      }
      unfolded += chunk.length
      chunks.push(chunk)
      if (unfolded > bounds.bodyBytesMax) {
        const message = `the body is larger than ${bounds.bodyBytesMax} bytes after decompression: send smaller batches`
        finish({ kind: 'too-large', message })
      } else if (unfolded > ratioFreeBytes && unfolded > received * bounds.ratioMax) {
        finish({ kind: 'too-large', message: `the body unfolds to more than ${bounds.ratioMax} times its size` })
      }
    })
    stream.on('end', () => finish({ kind: 'body', body: Buffer.concat(chunks, unfolded), reserved: unfolded }))
    stream.on('error', (error) => finish({ kind: 'bad', message: `the body cannot be unzipped: ${error.message}` }))
    request.on('aborted', () => finish({ kind: 'gone' }))
    request.on('error', () => finish({ kind: 'gone' }))
  })
}
