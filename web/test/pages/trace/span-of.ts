// Spans for the tests of the trace page: what a case does not name has a plain value.
import type { Span } from '@hopscope/server/contract/traces'

export const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'

/** Times in milliseconds. */
export function spanOf(
  spanId: string,
  parentSpanId: string,
  startMs: number,
  endMs: number,
  rest: Partial<Span> = {},
): Span {
  return {
    traceId,
    spanId,
    parentSpanId,
    env: 'prod',
    cluster: 'retail',
    service: 'orders',
    name: `op ${spanId}`,
    kind: 'internal',
    status: 'unset',
    statusMessage: '',
    startUs: startMs * 1000,
    durationUs: (endMs - startMs) * 1000,
    scope: '',
    traceState: '',
    attrs: {},
    resourceAttrs: {},
    events: [],
    links: [],
    ...rest,
  }
}

const topic = { system: 'kafka', topic: 'orders.events', partition: 3, offset: '1842' }

export const publishOf = (
  spanId: string,
  parent: string,
  startMs: number,
  endMs: number,
  rest: Partial<Span> = {},
): Span =>
  spanOf(spanId, parent, startMs, endMs, { kind: 'producer', messaging: { ...topic, operation: 'send' }, ...rest })

export const consumeOf = (
  spanId: string,
  parent: string,
  startMs: number,
  endMs: number,
  rest: Partial<Span> = {},
): Span =>
  spanOf(spanId, parent, startMs, endMs, {
    kind: 'consumer',
    service: 'payment',
    messaging: { ...topic, operation: 'process', group: 'payment-worker' },
    ...rest,
  })
