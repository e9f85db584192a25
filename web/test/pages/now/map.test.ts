import { describe, expect, it } from '@jest/globals'
import type { MapEdge, MapNode, Topology } from '@hopscope/server/contract/topology'
import { edgePath, spreadPorts } from '../../../src/pages/now/edge-path.ts'
import { arrange, fit, type Layout } from '../../../src/pages/now/map-layout.ts'
import {
  choose,
  edgeText,
  nodeMeta,
  pathThrough,
  readingOrder,
  shapeKey,
  shapeOf,
} from '../../../src/pages/now/map-shape.ts'

const node = (id: string, extra: Partial<MapNode> = {}): MapNode => {
  const [type = 'service', name = ''] = id.split(':')
  return { id, type: type as MapNode['type'], name, rate: 7, errors: 0, state: 'ok', lastUs: 0, ...extra }
}
const edge = (from: string, to: string, via: MapEdge['via'], extra: Partial<MapEdge> = {}): MapEdge => ({
  id: `${from}>${to}:${via}`,
  from,
  to,
  via,
  rate: 7,
  state: 'ok',
  lastUs: 0,
  ...extra,
})
const [gateway, orders, inventory, payment] = [
  'service:gateway',
  'service:orders',
  'service:inventory',
  'service:payment',
]
const [events, payments, ledger] = ['topic:orders.events', 'topic:payments', 'table:ledger']
const shop = {
  nodes: [
    node(gateway),
    node(orders),
    node(inventory),
    node(events, { partitions: [{ partition: 0, state: 'ok' }] }),
    node(payment, { group: 'payment-worker' }),
    node(payments),
    node(ledger),
  ],
  edges: [
    edge(gateway, orders, 'call'),
    edge(orders, inventory, 'call'),
    edge(orders, events, 'publish'),
    edge(events, payment, 'consume'),
    edge(payment, payments, 'publish'),
    edge(payment, ledger, 'db'),
  ],
}
const topology = (nodes: MapNode[], edges: MapEdge[]): Topology => ({
  asOfUs: 0,
  fromUs: 0,
  toUs: 0,
  rateSeconds: 60,
  nodes,
  edges,
})
const pane = { width: 900, height: 600 }

function overlaps({ places }: Layout): string[] {
  const all = [...places]
  return all.flatMap(([a, p], at) =>
    all
      .slice(at + 1)
      .filter(
        ([, q]) =>
          Math.abs(p.x - q.x) < (p.width + q.width) / 2 - 1 && Math.abs(p.y - q.y) < (p.height + q.height) / 2 - 1,
      )
      .map(([b]) => `${a} ${b}`),
  )
}

describe('the shape', () => {
  it('services that call each other are one column; what only one reader uses hangs below it', () => {
    expect(shapeOf(shop, false).stacks).toEqual([
      [gateway, orders, inventory],
      [payment, ledger],
    ])
  })
  it('a changed rate, error share or time keeps the shape; another node does not', () => {
    const key = shapeKey(shapeOf(shop, false))
    const moved = shop.nodes.map((one) => ({
      ...one,
      rate: 1234.5,
      errors: 0.4,
      state: 'failing' as const,
      p95Us: 9e6,
    }))
    expect(shapeKey(shapeOf({ ...shop, nodes: moved }, false))).toBe(key)
    expect(shapeKey(shapeOf({ ...shop, nodes: shop.nodes.toReversed() }, false))).toBe(key)
    expect(shapeKey(shapeOf({ ...shop, nodes: [...shop.nodes, node('service:new')] }, false))).not.toBe(key)
  })
  it('folded places are left out until asked for, selected, or all shown', () => {
    const nodes = [...shop.nodes, node('service:quiet', { folded: true })]
    const ids = (choice: Parameters<typeof choose>[1]) => choose(topology(nodes, shop.edges), choice).nodes.length
    expect(ids({ open: false, failingOnly: false })).toBe(7)
    expect(ids({ open: true, failingOnly: false })).toBe(8)
    expect(ids({ open: false, failingOnly: false, sel: 'service:quiet' })).toBe(8)
  })
  it('failing paths are what fails and two hops around it, with no line that hangs in the air', () => {
    const nodes = shop.nodes.map((one) => (one.id === payments ? { ...one, state: 'failing' as const } : one))
    const drawn = choose(topology(nodes, shop.edges), { open: false, failingOnly: true })
    expect(drawn.nodes.map(({ id }) => id).sort()).toEqual([payment, ledger, events, payments].sort())
    expect(drawn.edges.map(({ id }) => id)).not.toContain(`${orders}>${events}:publish`)
  })
})

describe('the layout', () => {
  it('goes from left to right with the events, inside the pane, and nothing overlaps', async () => {
    const layout = fit(await arrange(shapeOf(shop, true)), pane)
    const column = (id: string) => layout.places.get(id)!.column
    expect([gateway, orders, inventory, events, payment, ledger, payments].map(column)).toEqual([0, 0, 0, 1, 2, 2, 3])
    expect(overlaps(layout)).toEqual([])
    expect([layout.width, layout.height]).toEqual([900, 600])
    for (const { x, y, width, height } of layout.places.values()) {
      expect(x - width / 2).toBeGreaterThanOrEqual(0)
      expect(x + width / 2).toBeLessThanOrEqual(900)
      expect(y - height / 2).toBeGreaterThanOrEqual(0)
      expect(y + height / 2).toBeLessThanOrEqual(600)
    }
  })
  it('the calls of a column read from top to bottom', async () => {
    const { places } = fit(await arrange(shapeOf(shop, true)), pane)
    const ys = [gateway, orders, inventory].map((id) => places.get(id)!.y)
    expect(ys).toEqual([...ys].sort((a, b) => a - b))
  })
  it('a circle of services and topics, and a lone place, are laid out too', async () => {
    const nodes = [node(orders), node(events), node(payment), node(payments), node('service:lone')]
    const edges = [
      edge(orders, events, 'publish'),
      edge(events, payment, 'consume'),
      edge(payment, payments, 'publish'),
      edge(payments, orders, 'consume'),
    ]
    const layout = fit(await arrange(shapeOf({ nodes, edges }, false)), pane)
    expect(layout.places.size).toBe(5)
    expect(overlaps(layout)).toEqual([])
    for (const one of edges) expect(edgePath(layout, one)).toBeDefined()
  })
  it('what does not fit is made larger than the pane, never smaller than its text', async () => {
    const long = Array.from({ length: 24 }, (_, at) => node(at % 2 ? `topic:topic-${at}` : `service:service-${at}`))
    const edges = long.slice(1).map((to, at) => edge(long[at]!.id, to.id, at % 2 ? 'consume' : 'publish'))
    const layout = fit(await arrange(shapeOf({ nodes: long, edges }, true)), pane)
    expect(layout.width).toBeGreaterThan(2000)
    expect(layout.places.get('service:service-0')!.width).toBe(
      shapeOf({ nodes: long, edges }, true).boxes.find(({ id }) => id === 'service:service-0')!.width,
    )
  })
  it('a line over several columns bends around what is between', async () => {
    const nodes = [...shop.nodes, node('service:billing', { group: 'billing' })]
    const edges = [
      ...shop.edges,
      edge(events, 'service:billing', 'consume'),
      edge(payments, 'service:billing', 'consume'),
    ]
    const layout = fit(await arrange(shapeOf({ nodes, edges }, true)), pane)
    const far = edges.find(({ from, to }) => from === events && to === 'service:billing')!
    expect(layout.bends.get(far.id)!.length).toBeGreaterThan(0)
    expect(edgePath(layout, far)!.d.match(/C/g)!.length).toBeGreaterThan(1)
  })
  it('lines that leave one side are spread in the order of their ends', async () => {
    const layout = fit(await arrange(shapeOf(shop, false)), pane)
    const both = [edge(payment, payments, 'publish'), edge(orders, events, 'publish'), edge(orders, payment, 'call')]
    const ports = spreadPorts(layout, both)
    const outs = [both[1]!, both[2]!].map(({ id, to }) => [layout.places.get(to)!.y, ports.get(id)!.out] as const)
    const sorted = [...outs].sort((a, b) => a[0] - b[0]).map(([, out]) => out)
    expect(sorted[0]!).toBeLessThan(sorted[1]!)
  })
  it('places are read by column, then from the top', async () => {
    const { places } = fit(await arrange(shapeOf(shop, false)), pane)
    const order = readingOrder(shop.nodes.toReversed(), places).map(({ id }) => id)
    expect(order.slice(0, 5)).toEqual([gateway, orders, inventory, events, payment])
  })
})

describe('what stays bright', () => {
  it('is everything before and after, and nothing beside', () => {
    const bright = pathThrough(payment, [...shop.edges, edge(events, 'service:other', 'consume')])
    expect([gateway, events, payments, ledger].every((id) => bright.has(id))).toBe(true)
    expect([inventory, 'service:other'].some((id) => bright.has(id))).toBe(false)
  })
})

describe('second lines and labels', () => {
  it.each([
    [node(orders, { p95Us: 61_000 }), false, '7.0 req/s, p95 61 ms'],
    [node(orders, { p95Us: 61_000 }), true, '7.0 req/s'],
    [node(payment, { group: 'g', p95Us: 61_000 }), false, '7.0/s'],
    [node(events), false, '7.0 events/s'],
    [node(payment, { state: 'failing', errors: 0.151 }), false, '15 % failed'],
    [node(payments, { state: 'quiet', lastUs: 0 }), false, 'quiet 3 min 20 s'],
  ])('%#', (one, compact, text) => expect(nodeMeta(one, 200e6, compact)).toBe(text))
  it('a place of which nothing ran says nothing, not 0', () => {
    const { errors: _, ...silent } = node(orders, { rate: 0 })
    expect(nodeMeta(silent, 0, false)).toBe('')
  })
  it('a line says its rate where the node at its end does not', () => {
    expect(shop.edges.slice(1, 4).map(edgeText)).toEqual(['7.0/s', '', '7.0/s'])
    expect(edgeText(edge(events, payment, 'consume', { state: 'failing', errors: 0.02 }))).toBe('2 % fail')
  })
})
