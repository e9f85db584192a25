// A real Chromium for a test, with what its pages complained about. Nothing of it looks anything up outside of this machine.
import { chromium, type Browser, type Page } from 'playwright-core'
import { chromiumPath } from '../../../run/needs.mjs'

const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
export const patienceMs = 90_000

/** A page of 1280 by 1200, so that the twenty hops of an order are in sight. `problems` are errors of the page and its console. */
export async function openPage(): Promise<{ browser: Browser; page: Page; problems: string[] }> {
  const browser = await chromium.launch({ executablePath: chromiumPath()!, args })
  const page = await browser.newPage({ viewport: { width: 1280, height: 1200 } })
  page.setDefaultTimeout(patienceMs)
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(error.message))
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()))
  return { browser, page, problems }
}
