// The in-memory log against Kafka's semantics. Nothing here waits for a clock: each step waits until it is seen.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { MemoryLog } from '../../src/memory/memory-log.ts'
import type { Received, Subscription } from '../../src/log.ts'
import { until } from '../otlp-receiver.ts'

let log: MemoryLog
beforeEach(() => {
  log = new MemoryLog({ topics: { orders: 3, single: 1 }, clusterId: 'test', recordsMax: 5 })
})
afterEach(() => log.close())

const message = (key: string) => ({ key, value: `{"key":"${key}"}`, headers: { traceparent: key } })
const send = (key: string, topic = 'single') => log.send('test', topic, message(key))
const reader = (handle: Subscription['handle'], changes: Partial<Subscription> = {}): Subscription => ({
  group: 'g',
  clientId: 'c',
  topics: ['single'],
  batch: { max: 1, waitMs: 0 },
  retryMs: () => 1,
  handle,
  ...changes,
})

/** A handler that remembers what it was given. */
function remembering() {
  const seen: Received[] = []
  return {
    seen,
    handle: async (messages: readonly Received[]) => {
      seen.push(...messages)
    },
    offsets: () => seen.map((m) => Number(m.offset)),
  }
}

describe('offsets', () => {
  it('begin at 0, grow by one and are counted for each partition', async () => {
    expect([await send('a'), await send('b'), await send('c')].map((p) => p.offset)).toEqual(['0', '1', '2'])
    const first = await send('x', 'orders')
    const second = await send('x', 'orders')
    expect(second).toEqual({ partition: first.partition, offset: '1' })
  })

  it('are not used again when retention cuts the start', async () => {
    for (let n = 0; n < 8; n += 1) await send('k')
    const { topics } = await log.source().read()
    expect(topics.find((t) => t.topic === 'single')?.partitions).toEqual([{ partition: 0, start: '3', end: '8' }])
  })

  it('refuse a topic that is not there', async () => {
    await expect(send('k', 'nowhere')).rejects.toThrow('no topic nowhere')
  })
})

describe('a group', () => {
  it('gets every message once, whole and in order of each partition, from the oldest on', async () => {
    await send('a')
    await send('b')
    const { seen, handle } = remembering()
    await log.subscribe(reader(handle))
    await send('c')
    await until('three messages', () => seen.length === 3)
    expect(seen.map((m) => m.key)).toEqual(['a', 'b', 'c'])
    expect(seen[0]).toMatchObject({ ...message('a'), topic: 'single', partition: 0, offset: '0' })
  })

  it('commits what comes after the message, and only after the handler is done', async () => {
    let finish = () => {}
    const done = new Promise<void>((resolve) => (finish = resolve))
    let began = false
    await log.subscribe(
      reader(async () => {
        began = true
        await done
      }),
    )
    await send('a')
    await until('the handler', () => began)
    expect(log.group('g').committed('single/0')).toBeUndefined()
    finish()
    await until('the commit', () => log.group('g').committed('single/0') === 1)
  })

  it('is not the other group: each has its own commits', async () => {
    const one = remembering()
    const two = remembering()
    await log.subscribe(reader(one.handle, { group: 'one' }))
    await log.subscribe(reader(two.handle, { group: 'two' }))
    await send('a')
    await until('both', () => one.seen.length === 1 && two.seen.length === 1)
  })

  it('goes on at the commit after a stop, and loses nothing', async () => {
    const before = remembering()
    const consumer = await log.subscribe(reader(before.handle))
    await send('a')
    await until('the commit', () => log.group('g').committed('single/0') === 1)
    await consumer.stop()
    expect(log.group('g').memberCount).toBe(0)
    await send('b')
    const after = remembering()
    await log.subscribe(reader(after.handle))
    await until('the second', () => after.seen.length === 1)
    expect([before.offsets(), after.offsets()]).toEqual([[0], [1]])
  })

  it('begins at the oldest record when retention has taken the committed one', async () => {
    const before = remembering()
    const consumer = await log.subscribe(reader(before.handle))
    await send('a')
    await until('the commit', () => log.group('g').committed('single/0') === 1)
    await consumer.stop()
    for (let n = 0; n < 10; n += 1) await send('k')
    const after = remembering()
    await log.subscribe(reader(after.handle))
    await until('the rest', () => after.seen.length === 5)
    expect(after.offsets()).toEqual([6, 7, 8, 9, 10])
  })

  it('gets at most `max` of one partition at once', async () => {
    for (let n = 0; n < 5; n += 1) await send('k')
    const sizes: number[] = []
    const handle = async (messages: readonly Received[]) => void sizes.push(messages.length)
    await log.subscribe(reader(handle, { batch: { max: 3, waitMs: 1 } }))
    await until('all', () => sizes.length === 2)
    expect(sizes).toEqual([3, 2])
  })
})

describe('redelivery', () => {
  it('hands the same message over again, counting attempts, and nothing behind it before it is done', async () => {
    const seen: string[] = []
    await log.subscribe(
      reader(async ([m], attempt) => {
        seen.push(`${m?.offset}#${attempt}`)
        if (m?.offset === '0' && attempt < 3) throw new Error('not yet')
      }),
    )
    await send('a')
    await send('b')
    await until('four deliveries', () => seen.length === 4)
    expect(seen).toEqual(['0#1', '0#2', '0#3', '1#1'])
    await until('the commit', () => log.group('g').committed('single/0') === 2)
  })

  it('commits nothing of a message that never succeeds, and holds up only its own partition', async () => {
    const done: number[] = []
    const poison = await send('p', 'orders')
    let key = 0
    let other = await send('0', 'orders')
    while (other.partition === poison.partition) other = await send(String((key += 1)), 'orders')
    await log.subscribe(
      reader(
        async ([m]) => {
          if (m?.partition === poison.partition) throw new Error('poison')
          done.push(m?.partition ?? -1)
        },
        { topics: ['orders'] },
      ),
    )
    await until('the other partition', () => done.includes(other.partition))
    expect(log.group('g').committed(`orders/${poison.partition}`)).toBeUndefined()
  })

  it('comes from the new owner when the old one stopped before it was done', async () => {
    let failed = 0
    const first = await log.subscribe(
      reader(async () => {
        failed += 1
        throw new Error('never')
      }),
    )
    await send('a')
    await until('an attempt', () => failed > 0)
    await first.stop()
    const second = remembering()
    await log.subscribe(reader(second.handle))
    await until('again', () => second.seen.length === 1)
    expect(second.offsets()).toEqual([0])
  })
})

describe('a rebalance', () => {
  it('shares the partitions when a member joins, and gives them back when it leaves', async () => {
    const one = remembering()
    const two = remembering()
    await log.subscribe(reader(one.handle, { topics: ['orders'], clientId: 'a' }))
    const second = await log.subscribe(reader(two.handle, { topics: ['orders'], clientId: 'b' }))
    for (let n = 0; n < 12; n += 1) await send(String(n), 'orders')
    await until('all twelve', () => one.seen.length + two.seen.length === 12)
    expect(new Set(two.seen.map((m) => m.partition))).toEqual(new Set([2]))
    expect(one.seen.some((m) => m.partition === 2)).toBe(false)
    await second.stop()
    const before = one.seen.length
    for (let n = 0; n < 12; n += 1) await send(String(n), 'orders')
    await until('all twelve by one', () => one.seen.length === before + 12)
    expect(log.group('g').generation).toBe(3)
  })

  it('waits for what is in hand, so that a change of owner repeats nothing', async () => {
    let finish = () => {}
    const held = new Promise<void>((resolve) => (finish = resolve))
    const one = remembering()
    await log.subscribe(
      reader(
        async (messages) => {
          await one.handle(messages)
          await held
        },
        { clientId: 'z' },
      ),
    )
    await send('a')
    await until('in hand', () => one.seen.length === 1)
    const two = remembering()
    const joining = log.subscribe(reader(two.handle, { clientId: 'a' }))
    finish()
    await joining
    await send('b')
    await until('the second', () => two.seen.length === 1)
    expect([one.offsets(), two.offsets()]).toEqual([[0], [1]])
  })

  it('refuses the commit of one that does not own the partition', async () => {
    await log.subscribe(reader(remembering().handle))
    expect(log.group('g').commit('somebody', 'single/0', 7)).toBe(false)
    expect(log.group('g').committed('single/0')).toBeUndefined()
  })
})

describe('what a collector sees', () => {
  it('is commits where there are some, and members also of a group without', async () => {
    await log.subscribe(reader(remembering().handle))
    const quiet = await log.subscribe(reader(remembering().handle, { group: 'quiet', topics: ['orders'] }))
    await quiet.stop()
    await send('a')
    await until('the commit', () => log.group('g').committed('single/0') === 1)
    const snapshot = await log.source().read()
    expect(snapshot).toMatchObject({ clusterId: 'test', reachable: true, brokers: 1, failures: [] })
    expect(snapshot.groups).toEqual([
      {
        group: 'g',
        readMs: snapshot.readMs,
        members: 1,
        commits: [{ topic: 'single', partition: 0, offset: '1' }],
      },
      { group: 'quiet', readMs: snapshot.readMs, members: 0, commits: [] },
    ])
  })
})
