// "A customer asks to be forgotten: is the value gone from everything?"
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { getJson, startServer, waitFor, type ServerProcess } from './server-process.ts'
import { Shop } from './shop.ts'

let server: ServerProcess
beforeAll(async () => {
  server = await startServer()
  const shop = new Shop(server.grpcUrl)
  shop.place('4711-secret')
  shop.place('4712-kept')
  await shop.flush()
  await shop.close()
})
afterAll(async () => {
  await server.stop()
})

const statusOf = async (id: string) => (await getJson(`${server.url}/api/v1/journey?q=order.id%3D${id}`)).status
const erase = (body: object, headers: Record<string, string> = {}) =>
  fetch(`${server.url}/api/v1/erase`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  })

it('removes the value from every table and leaves the others', async () => {
  await waitFor(async () => (await statusOf('4711-secret')) === 200)
  const response = await erase({ key: 'order_id', value: '4711-secret' })
  expect(response.status).toBe(200)
  expect(await response.json()).toMatchObject({ rows: { key_index: 4, spans: 4 }, quarantinedSegments: 0 })
  expect(await statusOf('4711-secret')).toBe(404)
  expect(await statusOf('4712-kept')).toBe(200)
})

it.each<[string, object, Record<string, string>, number]>([
  ['a value that is a part of everything', { key: 'order.id', value: '47' }, {}, 400],
  ['no value', { key: 'order.id' }, {}, 400],
  ['a field nobody knows', { key: 'order.id', value: '4712-kept', everything: true }, {}, 400],
  ['the wish of another page', { key: 'order.id', value: '4712-kept' }, { origin: 'https://evil.example' }, 403],
])('does not erase %s', async (_name, body, headers, status) => {
  const response = await erase(body, headers)
  expect([response.status, await response.json()]).toMatchObject([status, { todo: expect.any(String) }])
  expect(await statusOf('4712-kept')).toBe(200)
})
