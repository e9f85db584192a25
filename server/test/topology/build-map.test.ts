import { describe, expect, it } from '@jest/globals'
import { buildMap, type CallCount, type MapInput, type ServiceCount } from '../../src/topology/build-map.ts'
import type { HalfEdge } from '../../src/topology/count-once.ts'
import { operations } from '../../src/topology/count-once.ts'

const nowUs = 1_000_000_000_000_000
const window = { asOfUs: nowUs, fromUs: nowUs - 900e6, toUs: nowUs, rateSeconds: 60, env: 'prod' }
const counts = { spans: 600, errors: 0, recent: 60, latency: [[40], [600]] as const, lastUs: nowUs - 1e6 }

const half = (given: Partial<HalfEdge> & { service: string }): HalfEdge => ({
  ...counts,
  env: 'prod',
  cluster: '',
  operation: 0,
  topic: '',
  group: '',
  dbSystem: '',
  dbTable: '',
  partitions: [],
  ...given,
})
const publish = (service: string, topic: string, more: Partial<HalfEdge> = {}) =>
  half({ service, topic, operation: operations.send, ...more })
const consume = (service: string, topic: string, group: string, more: Partial<HalfEdge> = {}) =>
  half({ service, topic, group, operation: operations.process, ...more })
const served = (service: string, more: Partial<ServiceCount> = {}): ServiceCount => ({
  ...counts,
  env: 'prod',
  service,
  kind: 2,
  ...more,
})
const call = (from: string, to: string, toType: CallCount['toType'] = 'service'): CallCount => ({
  ...counts,
  env: 'prod',
  from,
  to,
  toType,
})
const mapOf = (input: Partial<MapInput>, more = {}) =>
  buildMap({ halves: [], services: [], calls: [], ...input }, { ...window, ...more })
const edgesOf = (input: Partial<MapInput>) => mapOf(input).edges.map(({ id }) => id)
const nodeOf = (input: Partial<MapInput>, id: string) => mapOf(input).nodes.find((node) => node.id === id)

describe('what stands at the ends of edges', () => {
  it.each<[string, Partial<MapInput>, string[]]>([
    [
      'a publish alone proves service to topic',
      { halves: [publish('orders', 'orders.events')] },
      ['service:orders>topic:orders.events:publish'],
    ],
    [
      'a group sits on the one service that runs it',
      { halves: [consume('billing', 'orders.events', 'billing-sync')] },
      ['topic:orders.events>service:billing:consume'],
    ],
    [
      'a reader whose group nobody named is a service that reads',
      { halves: [consume('billing', 'orders.events', '')] },
      ['topic:orders.events>service:billing:consume'],
    ],
    [
      'two groups of one service stand alone',
      { halves: [consume('payment', 'orders', 'pay'), consume('payment', 'refunds', 'refund')] },
      [
        'group:pay>service:payment:consume',
        'group:refund>service:payment:consume',
        'topic:orders>group:pay:consume',
        'topic:refunds>group:refund:consume',
      ],
    ],
    [
      'a group of two services stands alone',
      { halves: [consume('blue', 'orders', 'workers'), consume('green', 'orders', 'workers')] },
      [
        'group:workers>service:blue:consume',
        'group:workers>service:green:consume',
        'topic:orders>group:workers:consume',
      ],
    ],
    [
      'a statement proves service to table',
      { halves: [half({ service: 'orders', dbSystem: 'postgresql', dbTable: 'orders' })] },
      ['service:orders>table:postgresql/orders:db'],
    ],
    [
      'a database without a table is somewhere outside',
      { halves: [half({ service: 'orders', dbSystem: 'redis' })] },
      ['service:orders>external:redis:db'],
    ],
    [
      'a call goes to a service or outside',
      { calls: [call('gateway', 'orders'), call('billing', 'api.bank.example', 'external')] },
      ['service:billing>external:api.bank.example:call', 'service:gateway>service:orders:call'],
    ],
    ['a service that calls itself has no edge', { calls: [call('orders', 'orders')] }, []],
    [
      'equal topics of two clusters are two topics',
      { halves: [publish('a', 't', { cluster: 'eu' }), publish('a', 't', { cluster: 'us' })] },
      ['service:a>topic:eu/t:publish', 'service:a>topic:us/t:publish'],
    ],
  ])('%s', (_name, input, edges) => {
    expect(edgesOf(input)).toEqual(edges)
  })

  it('leaves the watcher out', () => {
    const input = { services: [served('hopscope')], calls: [call('hopscope', 'orders'), call('orders', 'hopscope')] }
    expect(mapOf(input)).toMatchObject({ nodes: [], edges: [] })
  })

  it('names the environment where the question did not', () => {
    const topology = mapOf({ services: [served('orders'), served('orders', { env: 'test' })] }, { env: undefined })
    expect(topology.nodes.map(({ id }) => id)).toEqual(['service:prod/orders', 'service:test/orders'])
  })
})

describe('figures', () => {
  it('counts process spans and not the receive spans of the same group', () => {
    const receive = consume('billing', 'orders', 'g', { operation: operations.receive, recent: 6000 })
    expect(nodeOf({ halves: [consume('billing', 'orders', 'g'), receive] }, 'service:billing')).toMatchObject({
      rate: 1,
    })
  })

  it('counts receive spans where nobody of the group has process spans', () => {
    const receive = consume('billing', 'orders', 'g', { operation: operations.receive })
    expect(nodeOf({ halves: [receive] }, 'service:billing')).toMatchObject({ rate: 1, group: 'g' })
  })

  it('counts each message of a batch once', () => {
    const batch = [
      publish('orders', 't', { operation: operations.create, spans: 1000, recent: 100 }),
      publish('orders', 't', { spans: 10, recent: 1 }),
    ]
    expect(nodeOf({ halves: batch }, 'topic:t')?.rate).toBeCloseTo(100 / 60)
  })

  it('adds requests and messages up as the rate of a service, and its own calls not', () => {
    const services = [served('orders'), served('orders', { kind: 3, recent: 999 })]
    expect(nodeOf({ services, halves: [consume('orders', 't', 'g')] }, 'service:orders')?.rate).toBe(2)
  })

  it('takes what was read as the rate of a topic whose producers send no spans, by its quickest reader', () => {
    const halves = [consume('a', 't', 'ga', { recent: 120 }), consume('b', 't', 'gb', { recent: 60 })]
    expect(nodeOf({ halves }, 'topic:t')).toMatchObject({ rate: 2, state: 'ok' })
    expect(nodeOf({ halves }, 'topic:t')).not.toHaveProperty('errors')
  })

  it('lists partitions up to the highest seen; one not seen is unknown', () => {
    const halves = [publish('a', 't', { partitions: [0, 3] }), consume('b', 't', 'g', { partitions: [1] })]
    expect(nodeOf({ halves }, 'topic:t')?.partitions?.map(({ state }) => state)).toEqual(['ok', 'ok', 'unknown', 'ok'])
  })

  it.each([
    ['failing', { errors: 1 }],
    ['quiet', { lastUs: nowUs - 61e6 }],
    ['ok', {}],
  ])('says %s', (state, more) => {
    expect(nodeOf({ services: [served('orders', more)] }, 'service:orders')?.state).toBe(state)
  })

  it('has no share of errors where nothing ran', () => {
    const node = nodeOf({ services: [served('cron', { kind: 1 })] }, 'service:cron')
    expect(node).toMatchObject({ rate: 0, state: 'ok' })
    expect(node).not.toHaveProperty('errors')
    expect(node).not.toHaveProperty('p95Us')
  })
})

describe('many nodes', () => {
  const services = Array.from({ length: 450 }, (_, at) =>
    served(`s${String(at).padStart(3, '0')}`, { recent: at, errors: at === 7 ? 1 : 0 }),
  )
  const calls = [call('s000', 's007'), call('s001', 's000')]

  it('draws 60, flags the others as folded and counts what is beyond 400', () => {
    const { nodes, left } = mapOf({ services })
    expect(nodes.filter(({ folded }) => folded !== true)).toHaveLength(60)
    expect(nodes).toHaveLength(400)
    expect(left).toBe(50)
  })

  it('keeps what fails and two hops around it, however quiet', () => {
    const drawn = mapOf({ services, calls })
      .nodes.filter(({ folded }) => folded !== true)
      .map(({ name }) => name)
    expect(drawn).toEqual(expect.arrayContaining(['s007', 's000', 's001', 's449']))
    expect(drawn).not.toContain('s010')
  })

  it('has no edge without both its ends', () => {
    const { nodes, edges } = mapOf({ services, calls: services.map(({ service }) => call(service, 's449')) })
    const ids = new Set(nodes.map(({ id }) => id))
    expect(edges.every(({ from, to }) => ids.has(from) && ids.has(to))).toBe(true)
    expect(edges.length).toBeGreaterThan(300)
  })
})
