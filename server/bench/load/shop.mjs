// The spans of one order in a shop: HTTP, database, producer, Debezium and consumer spans of eight services, with links, as
// plain objects. Chosen by a seeded dice: kinds of goods, partitions, durations, and which of them fail. No I/O, no clock.

const kinds = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 }
const topics = { orders: 'orders', payments: 'payments', changes: 'shop.public.orders' }
const ms = 1e6

export const services = {
  gateway: 'api-gateway',
  orders: 'orders',
  debezium: 'debezium-connect',
  payment: 'payment',
  inventory: 'inventory',
  shipping: 'shipping',
  notification: 'notification',
  billing: 'billing',
}

export const resourceOf = (service, dice) => ({
  'service.name': services[service],
  'service.namespace': 'shop',
  'service.version': `2.${dice.below(4)}.1`,
  'service.instance.id': `${services[service]}-7d9f8b6c5-${['x2k4p', 'q8w7n', 'm5t3z'][dice.below(3)]}`,
  'deployment.environment.name': 'production',
  'host.name': `ip-10-0-${dice.below(4)}-${10 + dice.below(20)}.internal`,
  'k8s.pod.name': `${services[service]}-7d9f8b6c5-x2k4p`,
  'telemetry.sdk.language': 'nodejs',
})

const thread = (dice) => ({ 'thread.id': 20 + dice.below(60), 'thread.name': `worker-${dice.below(16)}` })

const serverSpan = (order, dice, path, route) => ({
  'http.request.method': 'POST',
  'url.scheme': 'http',
  'url.path': path,
  'http.route': route,
  'http.response.status_code': 201,
  'server.address': 'shop.example.com',
  'server.port': 8080,
  'client.address': `10.4.${dice.below(200)}.${dice.below(250)}`,
  'user_agent.original': ['okhttp/4.12.0', 'Mozilla/5.0 (X11; Linux x86_64)', 'undici'][dice.below(3)],
  'network.protocol.version': '1.1',
  'order.id': [{ order }],
})

const clientSpan = (order, dice, host, url) => ({
  'http.request.method': 'POST',
  'url.full': url,
  'server.address': host,
  'server.port': 8080,
  'http.response.status_code': 200,
  'network.protocol.version': '1.1',
  'network.peer.address': `10.4.${dice.below(200)}.${dice.below(250)}`,
  'network.peer.port': 8080,
  ...thread(dice),
})

const database = (order, dice, table, operation, statement) => ({
  'db.system.name': 'postgresql',
  'db.namespace': 'shop',
  'db.collection.name': table,
  'db.operation.name': operation,
  'db.query.text': statement,
  'server.address': 'shop-db.internal',
  'server.port': 5432,
  'order.id': [{ order }],
  ...thread(dice),
})

const message = (order, dice, topic, operation, type) => ({
  'messaging.system': 'kafka',
  'messaging.destination.name': topic,
  'messaging.operation.name': operation,
  'messaging.operation.type': type,
  'messaging.destination.partition.id': String(dice.below(12)),
  'messaging.kafka.offset': { offset: order },
  'messaging.kafka.message.key': [{ order }],
  'messaging.message.body.size': 300 + dice.below(400),
  'order.id': [{ order }],
})

const produced = (order, dice, topic, client) => ({
  ...message(order, dice, topic, 'send', 'send'),
  'messaging.client.id': `${client}-producer-1`,
})

const consumed = (order, dice, topic, group) => ({
  ...message(order, dice, topic, 'process', 'process'),
  'messaging.consumer.group.name': group,
  'messaging.client.id': `${group}-consumer-${dice.below(4)}`,
})

const change = (order, dice) => ({
  'db.cdc-name': 'shop',
  'db.name': 'shop',
  'db.schema': 'public',
  'db.table': 'orders',
  op: 'c',
  lsn: 280_000_000 + dice.below(1e6),
  txId: 1_000_000 + dice.below(1e6),
  connector: 'postgresql',
  snapshot: 'false',
  'order.id': [{ order }],
})

/**
 * Spans of order number `order` of a request. `after` is the place of the parent in the list; `linksTo` the place of the span
 * that is linked; `apart` starts a trace of its own, which only the link joins.
 */
export function spansOf(order, dice) {
  const spans = []
  const add = (service, kind, name, attrs, more = {}) => {
    const durationNs = Math.round((0.3 + dice.share() ** 3 * 60) * ms)
    spans.push({ service, kind: kinds[kind], name, attrs, durationNs, fails: dice.below(50) === 0, ...more })
    return spans.length - 1
  }
  const root = add('gateway', 'server', 'POST /api/orders', {
    ...serverSpan(order, dice, '/api/orders', '/api/orders'),
    'customer.id': [{ customer: order }],
  })
  const call = add('gateway', 'client', 'POST', clientSpan(order, dice, 'orders', 'http://orders:8080/orders'), {
    after: root,
  })
  const orders = add(
    'orders',
    'server',
    'POST /orders',
    { ...serverSpan(order, dice, '/orders', '/orders'), 'customer.id': [{ customer: order }] },
    { after: call },
  )
  const insert = 'INSERT INTO orders (id, customer_id, total_cents, state) VALUES ($1, $2, $3, $4)'
  add('orders', 'client', 'INSERT orders', database(order, dice, 'orders', 'INSERT', insert), { after: orders })
  const sent = add('orders', 'producer', 'send orders', produced(order, dice, topics.orders, 'orders'), {
    after: orders,
  })
  const written = add('debezium', 'internal', 'db-log-write', change(order, dice), { after: orders })
  const published = add(
    'debezium',
    'producer',
    'send shop.public.orders',
    produced(order, dice, topics.changes, 'debezium'),
    { after: written },
  )

  // 15 % have lost their context: the consumer's trace is its own and only its link tells.
  const consume = (service, topic, from, group) => {
    const apart = dice.below(100) < 15
    return add(service, 'consumer', `process ${topic}`, consumed(order, dice, topic, group), {
      after: from,
      linksTo: from,
      apart,
    })
  }
  const paying = consume('payment', topics.orders, sent, 'payment')
  add('payment', 'client', 'POST', clientSpan(order, dice, 'card-gateway', 'https://card-gateway:8080/charges'), {
    after: paying,
  })
  const update = 'UPDATE payments SET state = $2, charged_at = now() WHERE order_id = $1'
  add('payment', 'client', 'UPDATE payments', database(order, dice, 'payments', 'UPDATE', update), { after: paying })
  const paid = add('payment', 'producer', 'send payments', produced(order, dice, topics.payments, 'payment'), {
    after: paying,
  })
  const stocked = consume('inventory', topics.orders, sent, 'inventory')
  const take = 'UPDATE stock SET free = free - $2 WHERE sku = $1 AND free >= $2'
  add('inventory', 'client', 'UPDATE stock', database(order, dice, 'stock', 'UPDATE', take), { after: stocked })
  const shipped = consume('shipping', topics.payments, paid, 'shipping')
  const parcel = 'INSERT INTO parcels (id, order_id, carrier) VALUES ($1, $2, $3)'
  add('shipping', 'client', 'INSERT parcels', database(order, dice, 'parcels', 'INSERT', parcel), { after: shipped })
  consume('billing', topics.changes, published, 'billing')
  return spans
}
