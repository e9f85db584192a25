import { readFileSync } from 'node:fs'
import { describe, expect, it } from '@jest/globals'
import { loadConfig, settings } from '../src/config.ts'

const page = readFileSync(new URL('../../docs/settings.md', import.meta.url), 'utf8')

describe('settings', () => {
  it('come with a default each, so that nothing must be set', () => {
    const config = loadConfig({})
    expect(config.HTTP_PORT).toBe(8080)
    expect(config.CLICKHOUSE_URL).toBeUndefined()
    expect(config.SELF_TRACING).toBe(true)
  })

  it.each([
    ['HTTP_PORT', 'eighty'],
    ['HTTP_PORT', '70000'],
    ['RETENTION_SPANS_DAYS', '0'],
    ['CLICKHOUSE_DATABASE', 'a; DROP'],
    ['SELF_TRACING', 'maybe'],
  ])('refuse %s=%s by name, with the value that was given', (name, value) => {
    expect(() => loadConfig({ [name]: value })).toThrow(`${name}=${JSON.stringify(value)}`)
  })

  it('name every wrong setting at once', () => {
    expect(() => loadConfig({ HTTP_PORT: 'x', OTLP_GRPC_PORT: 'y' })).toThrow(/HTTP_PORT[^]*OTLP_GRPC_PORT/)
  })

  it('cannot be changed once read', () => {
    const config = loadConfig({}) as { HTTP_PORT: number }
    expect(() => (config.HTTP_PORT = 1)).toThrow(TypeError)
  })

  it('stand on the reference page, each with its default and its sentence', () => {
    const config = loadConfig({}) as Record<string, unknown>
    const lines = Object.entries(settings.shape).map(
      ([name, schema]) => `| \`${name}\` | ${shown(config[name])} | ${schema.description} |`,
    )
    expect(lines.filter((line) => !page.includes(line))).toEqual([])
  })
})

function shown(fallback: unknown): string {
  if (fallback === undefined || fallback === '') return '-'
  return typeof fallback === 'boolean' ? String(Number(fallback)) : String(fallback)
}
