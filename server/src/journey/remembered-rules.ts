// Key rules that remember what they said of an attribute's name: a journey asks about the same few names for thousands of spans, and
// each answer costs several regular expressions. In: rules. Out: the same rules, the same answers.
import type { KeyRules } from '../keys/rules.ts'

/** Names that are remembered; with more than this all are forgotten, since names that never repeat are not worth keeping. */
export const namesMax = 10_000

export function rememberRules(rules: KeyRules): KeyRules {
  return {
    ...rules,
    isKeyName: remembered((name) => rules.isKeyName(name)),
    canonicalName: remembered((name) => rules.canonicalName(name)),
    policyOf: remembered((name) => rules.policyOf(name)),
  }
}

function remembered<T>(ask: (name: string) => T): (name: string) => T {
  const known = new Map<string, { said: T }>()
  return (name) => {
    const before = known.get(name)
    if (before) return before.said
    if (known.size >= namesMax) known.clear()
    const said = ask(name)
    known.set(name, { said })
    return said
  }
}
