// "Does the server watch itself without talking to itself for ever?"
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import type { Status } from '../../src/contract/status.ts'
import type { Overview, Topology } from '../../src/contract/topology.ts'
import type { TraceList } from '../../src/contract/traces.ts'
import { getJson, startServer, waitFor, type ServerProcess } from './server-process.ts'

let server: ServerProcess
beforeAll(async () => {
  // Without the evaluator nothing asks by itself, so every span is the answer to one of ours.
  server = await startServer({ env: { SELF_TRACING: '1', EVALUATOR: '0' } })
})
afterAll(async () => {
  await server.stop()
})

const accepted = async () => {
  const text = await (await fetch(`${server.url}/metrics`)).text()
  return Number(/^hopscope_accepted_total\{signal="spans"\} (\d+)$/m.exec(text)?.[1])
}

it('sends one span for one question, and none for receiving it', async () => {
  expect((await fetch(`${server.url}/api/v1/topology`)).status).toBe(200)
  expect(await waitFor(async () => (await accepted()) || undefined)).toBe(1)
  await new Promise((resolve) => setTimeout(resolve, 6000))
  expect(await accepted()).toBe(1)
})

it('finds its own spans like any others, and leaves itself off the map', async () => {
  const traces = await waitFor(async () => {
    const { body } = await getJson<TraceList>(`${server.url}/api/v1/traces?service=hopscope`)
    return body.traces.length > 0 && body.traces
  })
  expect(traces.at(-1)?.root).toEqual({ service: 'hopscope', name: 'GET /api/v1/topology' })
  expect((await getJson<Topology>(`${server.url}/api/v1/topology`)).body.nodes).toEqual([])
})

it('is still empty, with no environment of its own, so that the first page says how to begin', async () => {
  expect((await getJson<Overview>(`${server.url}/api/v1/overview`)).body).toMatchObject({ empty: true, env: '' })
  expect((await getJson<Status>(`${server.url}/api/v1/status`)).body.env).toEqual([])
})
