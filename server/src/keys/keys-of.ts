// The business keys of a map of attributes, as they are stored. In: attributes and the rules. Out: canonical names with values, each
// pair once. Values that were hashed on the way in stay as they are. Pure.
import type { KeyRules } from './rules.ts'

/** A list of ids, as a batch has, is so many keys. */
export function keysOf(attrs: Record<string, string>, rules: KeyRules): { name: string; value: string }[] {
  const keys = new Map<string, { name: string; value: string }>()
  for (const [attribute, text] of Object.entries(attrs)) {
    if (text === '' || !rules.isKeyName(attribute)) continue
    const name = rules.canonicalName(attribute)
    if (rules.policyOf(name) === 'off') continue
    for (const value of listed(text)) {
      const stored = rules.valueOf(name, value)
      keys.set(`${name}\n${stored}`, { name, value: stored })
    }
  }
  return [...keys.values()]
}

function listed(text: string): string[] {
  if (!text.startsWith('[')) return [text]
  try {
    const list: unknown = JSON.parse(text)
    if (Array.isArray(list)) return list.filter((one) => ['string', 'number'].includes(typeof one)).map(String)
  } catch {
    // Not a list after all: a value that begins with a bracket.
  }
  return [text]
}
