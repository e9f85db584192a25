// The control page over real HTTP, on a real shop whose telemetry goes to a real endpoint.
import { request as httpRequest } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { startControl, type Control } from '../../src/control/server.ts'
import { escapeHtml } from '../../src/control/page.ts'
import type { ControlState } from '../../src/control/state.ts'
import { openShop, type Shop } from '../../src/shop.ts'
import { startReceiver, until, type Receiver } from '../otlp-receiver.ts'

let receiver: Receiver
let shop: Shop
let control: Control

beforeAll(async () => {
  receiver = await startReceiver()
  const config = {
    otlp: receiver.endpoint,
    transport: 'memory' as const,
    brokers: [],
    port: 0,
    dashboardUrl: 'http://127.0.0.1:8080',
    env: 'demo',
    ordersPerSecond: 10,
    orderIdStart: 8_000,
  }
  shop = await openShop(config, () => undefined)
  control = await startControl(shop, config)
})
afterAll(async () => {
  await control.close()
  await shop.close()
  await receiver.close()
})

const state = async () => (await (await fetch(`${control.url}/state`)).json()) as ControlState
const post = (path: string, body: object, headers: Record<string, string> = {}) =>
  fetch(control.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })

describe('GET /state', () => {
  it('has the rate and the ids of the latest orders, newest first', async () => {
    await until('orders', () => shop.customers.latest.length >= 3)
    const seen = await state()
    expect(seen.rate).toBeGreaterThan(0)
    expect(seen.orders).toEqual(seen.latest.map(({ orderId }) => orderId))
    // By the time the shop answered: orders that are placed together may be answered the other way round.
    const times = seen.latest.map(({ atMs }) => atMs)
    expect(times).toEqual(times.toSorted((a, b) => b - a))
    expect(seen.transport).toBe('memory')
  })
})

describe('the page', () => {
  it('is under a strict policy, says what it runs on, and links orders to their journeys', async () => {
    await until('an order', () => shop.customers.latest.length > 0)
    const response = await fetch(control.url)
    const html = await response.text()
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(html).toContain('in-memory log')
    expect(html).toMatch(/href="http:\/\/127\.0\.0\.1:8080\/journey\?q=order\.id%3D8\d+"/)
    expect(html).not.toMatch(/<script>|style=|onclick=/)
  })

  it('escapes whatever an order says', () => {
    expect(escapeHtml(`<b a="1" c='2'>&`)).toBe('&#60;b a=&#34;1&#34; c=&#39;2&#39;&#62;&#38;')
  })
})

describe('changes', () => {
  it('stop and start a group', async () => {
    const stopped = (await (await post('/stop', { group: 'notifier' })).json()) as ControlState
    expect(stopped.groups.find((g) => g.name === 'notifier')).toEqual({ name: 'notifier', running: false, delayMs: 0 })
    expect(stopped.faults.stopped).toEqual(['notifier'])
    await post('/start', { group: 'notifier' })
    expect((await state()).groups.every((g) => g.running)).toBe(true)
  })

  it('slow a group, drop context, decline cards; a reset ends them all', async () => {
    await post('/slow', { group: 'billing-sync', delayMs: 250 })
    await post('/context', { topic: 'orders.events', context: 'dropped' })
    await post('/payments', { declinedPercent: 40 })
    expect((await state()).faults).toMatchObject({
      delayMs: { 'billing-sync': 250 },
      contextDropped: ['orders.events'],
      declinedShare: 0.4,
    })
    await post('/reset', {})
    expect((await state()).faults).toEqual({
      stopped: [],
      delayMs: {},
      contextDropped: [],
      declinedShare: 0,
      poisonedOrders: [],
    })
  })

  it('poison one order, whose id is on the page', async () => {
    const { faults } = (await (await post('/poison', {})).json()) as ControlState
    const [order = ''] = faults.poisonedOrders
    expect(order).toMatch(/^8\d+$/)
    expect(await (await fetch(control.url)).text()).toContain(`billing cannot read order ${order}`)
    await post('/reset', {})
  })

  it('work as a plain form, which leads back to the page', async () => {
    const body = new URLSearchParams({ group: 'payment-worker', delayMs: '100' })
    const response = await fetch(`${control.url}/slow`, { method: 'POST', body, redirect: 'manual' })
    expect([response.status, response.headers.get('location')]).toEqual([303, '/'])
    expect(shop.faults.delayOf('payment-worker')).toBe(100)
    await post('/reset', {})
  })

  it.each([
    ['/stop', { group: 'nobody' }, 400, 'group must be one of'],
    ['/slow', { group: 'notifier', delayMs: 99_999 }, 400, 'delayMs must be a number from 0 to'],
    ['/payments', { declinedPercent: 'all' }, 400, 'declinedPercent must be a number'],
    ['/payments', {}, 400, 'declinedPercent must be a number'],
    ['/explode', {}, 404, 'nothing to change at /explode'],
    ['/__proto__', {}, 404, 'nothing to change'],
  ])('refuse %s %j', async (path, body, status, text) => {
    const response = await post(path, body)
    expect(response.status).toBe(status)
    expect(((await response.json()) as { error: string }).error).toContain(text)
  })

  it('refuse a form of another site, and another name for this host', async () => {
    expect((await post('/reset', {}, { origin: 'http://elsewhere.example' })).status).toBe(403)
    const { port } = new URL(control.url)
    const status = await new Promise<number>((resolve, reject) => {
      const sent = httpRequest(
        { port, host: '127.0.0.1', path: '/state', headers: { host: 'rebound.example' } },
        (answer) => {
          answer.resume()
          resolve(answer.statusCode ?? 0)
        },
      )
      sent.once('error', reject)
      sent.end()
    })
    expect(status).toBe(421)
  })

  it('say which setting to change when the port is taken', async () => {
    const { port } = new URL(control.url)
    const again = startControl(shop, { dashboardUrl: '', transport: 'memory', port: Number(port) })
    await expect(again).rejects.toThrow('Set DEMO_PORT')
  })
})
