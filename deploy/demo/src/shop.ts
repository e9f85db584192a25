// Opens the whole shop: the log, seven services that talk over HTTP and topics, their customers. Returns what the control page
// shows and changes. Closing goes the other way round, so that nothing is left half done.
import { setMaxListeners } from 'node:events'
import { defaults, start as startCollector } from '@hopscope/collector/collector'
import type { Config } from './config.ts'
import { Consumers } from './consumers.ts'
import { current, of124 } from './conventions.ts'
import { Customers } from './customers.ts'
import { Faults } from './faults.ts'
import { openKafkaLog } from './kafka-log.ts'
import { topics, type Log } from './log.ts'
import { MemoryLog } from './memory/memory-log.ts'
import { makePublish } from './publish.ts'
import { startApiGateway } from './services/api-gateway.ts'
import { billingSync } from './services/billing.ts'
import { startCardGateway } from './services/card-gateway.ts'
import { startInventory } from './services/inventory.ts'
import { notifier } from './services/notification.ts'
import { startOrders } from './services/orders.ts'
import { paymentWorker } from './services/payment.ts'
import { shippingWorker } from './services/shipping.ts'
import { startContext, startTelemetry, type Telemetry } from './telemetry.ts'

export interface Shop {
  faults: Faults
  consumers: Consumers
  customers: Customers
  /** Stops customers, then consumers, then services; sends what telemetry waits. */
  close(): Promise<void>
}

const versions = {
  'api-gateway': '3.1.0',
  orders: '5.8.2',
  inventory: '1.19.4',
  payment: '2.14.0',
  shipping: '4.0.1',
  notification: '2.2.0',
  billing: '3.8.1',
} as const
type ServiceName = keyof typeof versions

/** Retention of the in-memory log: about an hour and a half of orders in each partition. */
const memoryRecordsMax = 6_000

export async function openShop(config: Config, say: (line: string) => void): Promise<Shop> {
  startContext()
  const telemetry = Object.fromEntries(
    Object.entries(versions).map(([name, version]) => [
      name,
      startTelemetry({ name, version }, config.env, config.otlp),
    ]),
  ) as Record<ServiceName, Telemetry>
  const closing = new AbortController()
  // Every wait in progress listens to it, and there are as many of those as orders in hand.
  setMaxListeners(0, closing.signal)
  const faults = new Faults()
  const { log, close: closeLog } = await openLog(config, say)

  const cardGateway = await startCardGateway(faults, closing.signal)
  const inventory = await startInventory(telemetry.inventory, closing.signal)
  const publish = makePublish(telemetry.orders, log, faults, current)
  const ordersOptions = { inventoryUrl: inventory.url, publish, idStart: config.orderIdStart }
  const orders = await startOrders(telemetry.orders, ordersOptions)
  const gateway = await startApiGateway(telemetry['api-gateway'], orders.url)

  const consumers = new Consumers(log, faults, closing.signal)
  const payments = makePublish(telemetry.payment, log, faults, of124)
  const payment = paymentWorker(telemetry.payment, { cardGatewayUrl: cardGateway.url, publish: payments })
  const shipments = makePublish(telemetry.shipping, log, faults, current)
  await Promise.all([
    consumers.add('payment-worker', 'payment', payment),
    consumers.add('shipping-worker', 'shipping', shippingWorker(telemetry.shipping, shipments)),
    consumers.add('notifier', 'notification', notifier(telemetry.notification, closing.signal)),
    consumers.add('billing-sync', 'billing', billingSync(telemetry.billing, faults)),
  ])

  const customers = new Customers(gateway.url, config.ordersPerSecond)
  const shopping = customers.shop(closing.signal)
  return {
    faults,
    consumers,
    customers,
    async close() {
      closing.abort()
      await shopping
      await closeLog()
      await Promise.all([gateway, orders, inventory, cardGateway].map((server) => server.close()))
      await Promise.all(Object.values(telemetry).map((one) => one.shutdown()))
    },
  }
}

async function openLog(config: Config, say: (line: string) => void): Promise<{ log: Log; close(): Promise<void> }> {
  if (config.transport === 'kafka') {
    const log = await openKafkaLog({ brokers: config.brokers, topics, log: say })
    return { log, close: () => log.close() }
  }
  const log = new MemoryLog({ topics, clusterId: 'demo-in-memory', recordsMax: memoryRecordsMax })
  // A collector watches a Kafka from outside; this log has no outside, so it is polled from within, under the same names.
  const collector = startCollector(
    {
      ...defaults,
      endpoint: config.otlp,
      env: config.env,
      clusterAlias: 'demo (in-memory log)',
      version: '0.1.0',
      log: say,
    },
    log.source(),
  )
  return {
    log,
    async close() {
      await log.close()
      await collector.stop()
    },
  }
}
