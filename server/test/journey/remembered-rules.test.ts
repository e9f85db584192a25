// Rules that remember give the answers of the rules, also after they had to forget.
import { expect, it } from '@jest/globals'
import { namesMax, rememberRules } from '../../src/journey/remembered-rules.ts'
import { defaultKeySettings, makeKeyRules } from '../../src/keys/rules.ts'

const rules = makeKeyRules(defaultKeySettings, (text) => `hash:${text}`)

it('says the same as the rules, the first time and later', () => {
  const remembered = rememberRules(rules)
  for (const name of ['order.id', 'orderId', 'customer.id', 'http.method', 'trace_id', 'order.id', 'customer.id']) {
    expect(remembered.isKeyName(name)).toBe(rules.isKeyName(name))
    expect(remembered.canonicalName(name)).toBe(rules.canonicalName(name))
    expect(remembered.policyOf(name)).toBe(rules.policyOf(name))
    expect(remembered.valueOf(name, '1')).toBe(rules.valueOf(name, '1'))
  }
})

it('asks again about a name only after it has seen too many others', () => {
  let asked = 0
  const counting = rememberRules({
    ...rules,
    isKeyName: (name) => {
      asked += 1
      return rules.isKeyName(name)
    },
  })
  for (let round = 0; round < 3; round += 1) expect(counting.isKeyName('order.id')).toBe(true)
  expect(asked).toBe(1)
  for (let at = 0; at < namesMax; at += 1) counting.isKeyName(`a.${at}`)
  expect(counting.isKeyName('order.id')).toBe(true)
  expect(asked).toBe(namesMax + 2)
})
