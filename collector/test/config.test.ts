import { describe, expect, it } from '@jest/globals'
import { loadConfig } from '../src/config.ts'

describe('loadConfig', () => {
  it('needs only brokers', () => {
    const config = loadConfig({ KAFKA_BROKERS: 'a:9092, b:9093' })
    expect(config.KAFKA_BROKERS).toEqual(['a:9092', 'b:9093'])
    expect(config).toMatchObject({
      POLL_MS: 5_000,
      KAFKA_SSL: false,
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4317',
    })
    expect(config.KAFKA_TOPICS_EXCLUDE.test('__consumer_offsets')).toBe(true)
  })

  it.each<[Record<string, string>, string]>([
    [{}, 'KAFKA_BROKERS'],
    [{ KAFKA_BROKERS: 'localhost' }, 'KAFKA_BROKERS'],
    [{ KAFKA_BROKERS: 'a:1', POLL_MS: '1' }, 'POLL_MS'],
    [{ KAFKA_BROKERS: 'a:1', KAFKA_TOPICS_EXCLUDE: '(' }, 'KAFKA_TOPICS_EXCLUDE'],
    [{ KAFKA_BROKERS: 'a:1', KAFKA_SASL_MECHANISM: 'plain' }, 'KAFKA_SASL_USERNAME'],
  ])('names what is wrong in %j', (env, text) => {
    expect(() => loadConfig(env)).toThrow(text)
  })
})
