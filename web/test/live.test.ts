// The live state against a wire that the test holds: what the server would say, in the order it would say it.
import { EventEmitter } from 'node:events'
import { afterEach, describe, expect, it } from '@jest/globals'
import type { JourneyArgs, Patch } from '@hopscope/server/contract/live'
import type { Journey } from '@hopscope/server/contract/journey'
import { Live, type Wire } from '../src/lib/live.svelte.ts'

interface Asked {
  event: string
  args: JourneyArgs
  ack?: (answer: unknown) => void
}

class TestWire {
  readonly #events = new EventEmitter()
  readonly asked: Asked[] = []
  connected = false
  on = (event: string, listener: (...args: unknown[]) => void) => this.#events.on(event, listener)
  emit = (event: string, request: { args: JourneyArgs }, ack?: (answer: unknown) => void) =>
    this.asked.push({ event, args: request.args, ...(ack ? { ack } : {}) })

  connect(): void {
    this.connected = true
    this.#events.emit('connect')
  }
  lose(): void {
    this.connected = false
    this.#events.emit('disconnect')
  }
  patch(patch: Partial<Patch<'journey'>>): void {
    this.#events.emit('journey', { args: { q: '1' }, asOfUs: 1, upsert: [], remove: [], ...patch })
  }
  /** Answers the newest question. */
  answer(seq: number, kind: string, args: JourneyArgs = { q: '1' }): void {
    this.asked.findLast(({ ack }) => ack)!.ack!({ args, seq, ...journey(kind) })
  }
  get subscribes(): number {
    return this.asked.filter(({ event }) => event === 'subscribe').length
  }
}

const journey = (kind: string) => ({ id: 'j', kind, asOfUs: 1, hops: [], coverage: { hops: [], gaps: [] } })
const head = (kind: string) => ({ ...journey(kind) }) as unknown as Omit<Journey, 'hops' | 'asOfUs'>

let end = () => {}
afterEach(() => end())

function start() {
  const wire = new TestWire()
  const live = new Live()
  live.connect(wire as unknown as Wire)
  const watch = live.open('journey')
  watch.set({ q: '1' })
  end = () => live.drop(watch as never)
  const kind = () => (watch.data as Journey | undefined)?.kind
  return { wire, live, watch, kind }
}

describe('a watched view', () => {
  it('asks when the connection is there, shows the snapshot, then follows the patches', () => {
    const { wire, watch, kind } = start()
    expect([wire.subscribes, watch.loading]).toEqual([0, true])
    wire.connect()
    wire.answer(7, 'first')
    wire.patch({ seq: 8, head: head('second') })
    expect([wire.subscribes, watch.loading, kind()]).toEqual([1, false, 'second'])
  })
  it('a gap in the numbers asks for a new snapshot and applies nothing until it is there', () => {
    const { wire, kind } = start()
    wire.connect()
    wire.answer(7, 'first')
    wire.patch({ seq: 9, head: head('too new') })
    expect([wire.subscribes, kind()]).toEqual([2, 'first'])
    wire.answer(9, 'again')
    expect(kind()).toBe('again')
  })
  it('patches that overtake their snapshot are kept, older ones are not', () => {
    const { wire, kind } = start()
    wire.connect()
    wire.patch({ seq: 7, head: head('old') })
    wire.patch({ seq: 8, head: head('newer') })
    wire.answer(7, 'snapshot')
    expect(kind()).toBe('newer')
  })
  it('patches of another question are not ours', () => {
    const { wire, kind } = start()
    wire.connect()
    wire.answer(7, 'first')
    wire.patch({ seq: 8, args: { q: '2' }, head: head('other') })
    expect([wire.subscribes, kind()]).toEqual([1, 'first'])
  })
  it('the server may write the arguments its own way: patches follow those of the snapshot', () => {
    const { wire, kind } = start()
    wire.connect()
    wire.answer(7, 'first', { q: '1', env: 'prod' })
    wire.patch({ seq: 8, args: { q: '1', env: 'prod' }, head: head('second') })
    expect(kind()).toBe('second')
  })
  it('stays readable while the connection is lost and asks again when it is back', () => {
    const { wire, live, kind } = start()
    wire.connect()
    wire.answer(7, 'first')
    wire.lose()
    expect([live.state, kind()]).toEqual(['offline', 'first'])
    wire.connect()
    wire.answer(1, 'after')
    expect([wire.subscribes, live.state, kind()]).toEqual([2, 'live', 'after'])
  })
  it('while paused nothing moves; after it, everything that came is there', () => {
    const { wire, live, kind } = start()
    wire.connect()
    wire.answer(7, 'first')
    live.togglePause()
    wire.patch({ seq: 8, head: head('second') })
    wire.patch({ seq: 9, head: head('third') })
    expect([live.state, kind()]).toEqual(['paused', 'first'])
    live.togglePause()
    expect([live.state, kind(), wire.subscribes]).toEqual(['live', 'third', 1])
  })
  it('another question leaves the first one, and a late answer to the first is not shown', () => {
    const { wire, watch, kind } = start()
    wire.connect()
    const late = wire.asked[0]!.ack!
    watch.set({ q: '2' })
    late({ args: { q: '1' }, seq: 1, ...journey('late') })
    expect([kind(), wire.asked.map(({ event, args }) => [event, args.q])]).toEqual([
      undefined,
      [
        ['subscribe', '1'],
        ['unsubscribe', '1'],
        ['subscribe', '2'],
      ],
    ])
  })
  it('the same question again asks nothing', () => {
    const { wire, watch } = start()
    wire.connect()
    watch.set({ q: '1' })
    expect(wire.asked).toHaveLength(1)
  })
  it('a refusal is shown and what was there stays', () => {
    const { wire, watch, kind } = start()
    wire.connect()
    wire.answer(7, 'first')
    watch.retry()
    const problem = { title: 'Nothing is known of it', status: 404, detail: 'x' }
    wire.asked.at(-1)!.ack!({ error: problem })
    expect([watch.problem, kind(), watch.loading]).toEqual([problem, 'first', false])
  })
})
