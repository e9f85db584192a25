// What can be broken, and mended: a path and its fields become one change of the shop. Wrong fields are refused with a sentence.
import { contextTopics, delayMsMax, groups, poisonedMax, type ContextTopic, type GroupName } from '../faults.ts'
import type { Shop } from '../shop.ts'

export class BadChange extends Error {
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message)
  }
}

type Fields = Record<string, unknown>

const changes: Record<string, (shop: Shop, fields: Fields) => Promise<void> | void> = {
  '/stop': async (shop, fields) => {
    const group = groupOf(fields)
    shop.faults.setStopped(group, true)
    await shop.consumers.stop(group)
  },
  '/start': async (shop, fields) => {
    const group = groupOf(fields)
    await shop.consumers.start(group)
    shop.faults.setStopped(group, false)
  },
  '/slow': (shop, fields) => shop.faults.setDelay(groupOf(fields), numberOf(fields, 'delayMs', delayMsMax)),
  '/context': (shop, fields) => {
    const topic = oneOf<ContextTopic>(fields, 'topic', contextTopics)
    shop.faults.setContextDropped(topic, oneOf(fields, 'context', ['dropped', 'kept']) === 'dropped')
  },
  '/payments': (shop, fields) => shop.faults.setDeclinedShare(numberOf(fields, 'declinedPercent', 100) / 100),
  '/poison': async (shop) => {
    if (!shop.faults.mayPoison) throw new BadChange(`${poisonedMax} orders are poisonous already. Reset first.`, 409)
    const order = await shop.customers.place({ total: '12,50 EUR', currency: 'EUR', country: 'DE' })
    shop.faults.poison(order)
  },
  '/reset': async (shop) => {
    shop.faults.reset()
    await Promise.all(groups.map((group) => shop.consumers.start(group)))
  },
}

/** Resolves when the change is made: a stopped group has left, a started one has joined. */
export async function change(shop: Shop, path: string, fields: Fields): Promise<void> {
  const make = Object.hasOwn(changes, path) ? changes[path] : undefined
  if (!make) throw new BadChange(`There is nothing to change at ${path}. Try ${Object.keys(changes).join(', ')}.`, 404)
  await make(shop, fields)
}

const groupOf = (fields: Fields) => oneOf<GroupName>(fields, 'group', groups)

function oneOf<T extends string>(fields: Fields, name: string, allowed: readonly T[]): T {
  const value = allowed.find((one) => one === fields[name])
  if (value === undefined) throw new BadChange(`${name} must be one of ${allowed.join(', ')}.`, 400)
  return value
}

function numberOf(fields: Fields, name: string, max: number): number {
  const value = typeof fields[name] === 'string' && fields[name] !== '' ? Number(fields[name]) : fields[name]
  if (typeof value === 'number' && value >= 0 && value <= max) return value
  throw new BadChange(`${name} must be a number from 0 to ${max}.`, 400)
}
