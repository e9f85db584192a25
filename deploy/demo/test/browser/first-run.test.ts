// A newcomer without any telemetry: the first page says what to do, and turns into the map when the first span comes.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { SpanKind } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
import type { Browser, Page } from 'playwright-core'
import { needs } from '../../../run/needs.mjs'
import { openPage } from './chromium.ts'
import { startDemo, type RunningDemo } from './demo-process.ts'

const perhaps = needs('chromium') ? describe : describe.skip

perhaps('npm start', () => {
  let product: RunningDemo
  let browser: Browser
  let page: Page
  let problems: string[]

  beforeAll(async () => {
    product = await startDemo('start')
    ;({ browser, page, problems } = await openPage())
  }, 300_000)
  afterAll(async () => {
    await browser?.close()
    await product?.stop()
  })

  it('shows how to begin, and where it listens', async () => {
    await page.goto(product.dashboard)
    await page.getByRole('heading', { name: 'Nothing is connected yet' }).waitFor()
    await page.getByText(product.grpc.replace('http://', '')).first().waitFor()
  })

  it('turns into the map when the first span comes, without a reload', async () => {
    const provider = new NodeTracerProvider({
      resource: resourceFromAttributes({ 'service.name': 'first-service' }),
      spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url: product.grpc }))],
    })
    const tracer = provider.getTracer('first-run')
    tracer.startSpan('GET /', { kind: SpanKind.SERVER, attributes: { 'order.id': '1' } }).end()
    await provider.forceFlush()
    await page.getByText('first-service').first().waitFor()
    await page.getByText('order.id=1').first().waitFor()
    expect(await page.getByRole('heading', { name: 'Nothing is connected yet' }).count()).toBe(0)
    await provider.shutdown()
  })

  it('ran without an error in the page', () => {
    expect(problems).toEqual([])
  })
})
