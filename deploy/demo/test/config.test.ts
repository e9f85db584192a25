import { describe, expect, it } from '@jest/globals'
import { loadConfig } from '../src/config.ts'

const now = Date.parse('2026-11-23T12:00:00Z')

describe('loadConfig', () => {
  it('has a default for everything, and an order number that grows faster than orders come', () => {
    const config = loadConfig({}, now)
    expect(config).toMatchObject({ transport: 'memory', brokers: [], port: 8090, env: 'demo', ordersPerSecond: 7 })
    expect(loadConfig({}, now + 1_000).orderIdStart - config.orderIdStart).toBe(10)
  })

  it.each([
    [{ TRANSPORT: 'rabbit' }, 'TRANSPORT=rabbit'],
    [{ TRANSPORT: 'kafka' }, 'KAFKA_BROKERS'],
    [{ DEMO_PORT: '99999' }, 'DEMO_PORT=99999'],
    [{ ORDERS_PER_SECOND: 'many' }, 'ORDERS_PER_SECOND=many'],
  ])('names what is wrong in %j', (env, text) => {
    expect(() => loadConfig(env, now)).toThrow(text)
  })
})
