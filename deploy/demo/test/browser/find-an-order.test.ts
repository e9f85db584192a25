// What the product is for, as its user does it: start the demo, pick an order that is alive, type its id, read its hops. In a real
// Chromium, on the in-memory log and on a real Kafka.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Browser, Page } from 'playwright-core'
import { needs } from '../../../run/needs.mjs'
import { openPage, patienceMs } from './chromium.ts'
import { startDemo, type RunningDemo } from './demo-process.ts'

/** The first services of every order and the groups that read what they publish. */
const onTheWay = [
  'api-gateway',
  'orders',
  'orders.events',
  'payment-worker',
  'shipping-worker',
  'billing-sync',
  'notifier',
]

interface ShopState {
  orders: string[]
  faults: { poisonedOrders: string[] }
}

const commands = needs('chromium')
  ? ([['demo'], ...(needs('kafka') ? [['demo:kafka']] : [])] as ['demo' | 'demo:kafka'][])
  : []

if (commands.length > 0) {
  describe.each(commands)('npm run %s', (command) => {
    let demo: RunningDemo
    let browser: Browser
    let page: Page
    let problems: string[]

    beforeAll(async () => {
      demo = await startDemo(command)
      ;({ browser, page, problems } = await openPage())
    }, 300_000)
    afterAll(async () => {
      await browser?.close()
      await demo?.stop()
    })

    it('prints one address of the dashboard', () => {
      expect(demo.output().split(demo.dashboard).length - 1).toBeGreaterThan(0)
      expect(demo.output()).toMatch(/dashboard\s+http:/)
    })

    it('shows orders as they move, and the map of the shop', async () => {
      await page.goto(demo.dashboard)
      await page
        .getByText(/order\.id=\d+/)
        .first()
        .waitFor()
      for (const name of ['orders.events', 'payment-worker', 'billing-sync']) {
        await page.getByText(name, { exact: true }).first().waitFor()
      }
    })

    it('finds a live order by the number that a customer would say, and shows its hops', async () => {
      const order = await anOlderOrder(demo.control)
      await page.keyboard.press('/')
      await page.keyboard.type(`order.id=${order}`)
      await page.keyboard.press('Enter')
      await page.waitForURL(/\/journey\?/)
      const hops = page.locator('table').first()
      for (const name of onTheWay) await hops.getByText(name).first().waitFor()
      expect(await page.locator('h1').first().innerText()).not.toBe('')
      expect(await page.title()).toContain(order)
    })

    it('says how each hop was joined, also where the trace was lost', async () => {
      const rows = await page.locator('table').first().locator('tbody tr').allInnerTexts()
      const joined = new Set(rows.flatMap((row) => /\b(trace|link|position|key|id|header)\b/.exec(row)?.[1] ?? []))
      expect(joined).toContain('trace')
      expect(joined.size).toBeGreaterThan(1)
    })

    it('shows the hop that breaks when something is broken on purpose, with its error, without a reload', async () => {
      const [order] = await poison(demo.control)
      await page.goto(`${demo.dashboard}/journey?q=order.id%3D${order}`)
      const sentence = page.locator('h1').first()
      await sentence.getByText('InvalidAmount').waitFor()
      expect(await sentence.innerText()).toContain('billing')
      // The shop is mended: billing books it at the next attempt, and the open page says so by itself.
      await fetch(`${demo.control}/reset`, { method: 'POST' })
      await sentence.filter({ hasNotText: 'InvalidAmount' }).waitFor()
    }, 240_000)

    it('ran without an error in the page, under its strict policy', () => {
      expect(problems).toEqual([])
    })
  })
} else {
  it.skip('finds an order on the page: needs Chromium', () => {})
}

/** An order of some seconds ago, so that its consumers have had their turn. */
async function anOlderOrder(control: string): Promise<string> {
  const untilMs = Date.now() + patienceMs
  for (;;) {
    const { orders } = (await (await fetch(`${control}/state`)).json()) as ShopState
    const order = orders.at(-1)
    if (orders.length >= 10 && order !== undefined) return order
    if (Date.now() > untilMs) throw new Error(`the shop took only ${orders.length} orders`)
    await new Promise((done) => setTimeout(done, 500))
  }
}

/** Places an order that billing cannot read. Answers with its id, when billing has failed on it. */
async function poison(control: string): Promise<string[]> {
  const answer = await fetch(`${control}/poison`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  })
  return ((await answer.json()) as ShopState).faults.poisonedOrders
}
