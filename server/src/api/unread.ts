// Requests that Node itself cannot read, such as headers without an end, are answered in the same words as all others.
import type { Duplex } from 'node:stream'
import type { Problem } from '../contract/live.ts'

export function refuseUnread(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const problem = problemOf(error)
  const body = JSON.stringify(problem)
  const head = [
    `HTTP/1.1 ${problem.status} ${problem.title}`,
    'content-type: application/problem+json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}

function problemOf({ code = '' }: NodeJS.ErrnoException): Problem {
  if (code === 'HPE_HEADER_OVERFLOW') {
    const detail = 'Its address and headers have more than 16,384 bytes.'
    return { title: 'The request is too long', status: 431, detail, todo: 'Ask with shorter parameters.' }
  }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    const detail = 'Its headers did not arrive in time.'
    return { title: 'The request was not finished', status: 408, detail, todo: 'Send it again.' }
  }
  const detail = `It is not HTTP (${code}).`
  return { title: 'The request is not understood', status: 400, detail, todo: 'GET /openapi.json describes the API.' }
}
