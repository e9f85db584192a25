import { describe, expect, it } from '@jest/globals'
import { refusal } from '../src/origins.ts'

const loopback = { listenHost: '127.0.0.1', allowed: [] as string[] }
const open = { listenHost: '0.0.0.0', allowed: [] as string[] }

describe('who may ask', () => {
  it.each([
    ['a program', loopback, { host: '127.0.0.1:8080' }],
    ['our page', loopback, { host: 'localhost:8080', origin: 'http://localhost:8080' }],
    ['IPv6', loopback, { host: '[::1]:8080', origin: 'http://[::1]:8080' }],
    [
      'any name of a server that listens everywhere',
      open,
      { host: 'hopscope.corp:8080', origin: 'http://hopscope.corp:8080' },
    ],
    [
      'a page behind a proxy that is allowed',
      { ...loopback, allowed: ['dash.corp'] },
      { host: 'dash.corp', origin: 'https://dash.corp' },
    ],
  ])('%s may', (_name, origins, headers) => {
    expect(refusal(origins, headers)).toBeUndefined()
  })

  it.each([
    ['another page', loopback, { host: 'localhost:8080', origin: 'https://evil.example' }],
    ['another port', loopback, { host: 'localhost:8080', origin: 'http://localhost:3000' }],
    [
      'a name that was bound to our address',
      loopback,
      { host: 'evil.example:8080', origin: 'http://evil.example:8080' },
    ],
    ['a sandboxed page', loopback, { host: 'localhost:8080', origin: 'null' }],
    ['another page, everywhere', open, { host: 'hopscope.corp', origin: 'https://evil.example' }],
    ['nobody without a host', loopback, {}],
    ['a host with a path in it', open, { host: 'a/b' }],
  ])('%s may not', (_name, origins, headers) => {
    expect(refusal(origins, headers)).toEqual(expect.any(String))
  })
})
