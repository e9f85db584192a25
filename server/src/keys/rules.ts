// What is a business key, what it is called and what may be kept of its value. Pure: attribute names and texts in, decisions
// out; the list of technical names is technical-names.ts, the file and the secret come through load.ts.
// Source of the rules: docs/glossary.md (key, policy, wide key). Both the way in (receive) and a search (journey) ask here,
// so that a value that was hashed when stored is hashed the same way when it is looked for.
import {
  businessNames,
  personEndings,
  personWords,
  renamedKeys,
  technicalNames,
  technicalPrefixes,
} from './technical-names.ts'

export const keyPolicies = ['off', 'hash', 'text'] as const
export type KeyPolicy = (typeof keyPolicies)[number]

/** What KEYS_FILE may set; load.ts has its format. */
export interface KeySettings {
  aliases: Record<string, string>
  keys: string[]
  technical: string[]
  policies: Record<string, KeyPolicy>
  fanOutMax: number
}

export const defaultKeySettings: KeySettings = { aliases: {}, keys: [], technical: [], policies: {}, fanOutMax: 50 }

/** Technical keys of the index: what the store and the receive room write, never the name of an attribute. */
export const messageKeyName = '@key'
export const messageIdName = '@message'
export const positionName = '@position'
export const linkName = '@link'

export interface KeyRules {
  /** True for an attribute whose value is a business key. */
  isKeyName(attribute: string): boolean
  /** `order_id`, `orderId`, `order.id` are `order.id`; an alias gives what KEYS_FILE says. Names with '@' stay as they are. */
  canonicalName(attribute: string): string
  /** Of a canonical name, or of any spelling of it. */
  policyOf(name: string): KeyPolicy
  /** The value as it is stored under this name: itself, or its hash. For `@key` the text is `topic\nkey`. */
  valueOf(name: string, text: string): string
  /** The values a bare text may be stored as when its name is not known: itself and its hash. */
  valuesOf(text: string): string[]
  /** The hash of a value, as stored. A value that is a hash already stays as it is. */
  hash(text: string): string
  /** A value that joins more roots a day than this filters and never joins. */
  fanOutMax: number
}

const keyEnding = /(?:\.id|_id|Id|\.ref)$/
const wordStart = /([a-z0-9])([A-Z])|([A-Z])([A-Z][a-z])/g
const separators = /[\s_\-./]+/g

/** Splits words at capitals, underscores and dashes, in lower case with dots between. */
export function dotted(attribute: string): string {
  return attribute
    .replace(wordStart, '$1$3.$2$4')
    .replace(separators, '.')
    .replace(/^\.|\.$/g, '')
    .toLowerCase()
}

function lastWord(canonical: string): string {
  return canonical.slice(canonical.lastIndexOf('.') + 1)
}

function isPerson(canonical: string): boolean {
  return canonical.split('.').some((word) => personWords.includes(word))
}

/** Builds the rules. `hash` is the keyed hash of load.ts; it must give the same text for the same value, always. */
export function makeKeyRules(settings: KeySettings, hash: (text: string) => string): KeyRules {
  const spellings = Object.entries({ ...renamedKeys, ...settings.aliases })
  const aliases = new Map(spellings.map(([from, to]) => [dotted(from), dotted(to)]))
  const technical = new Set([...technicalNames, ...settings.technical.map(dotted)])
  const operatorTechnical = new Set(settings.technical.map(dotted))
  const extra = new Set([...settings.keys, ...businessNames, ...Object.keys(settings.aliases)].map(dotted))
  const policies = new Map(Object.entries(settings.policies).map(([name, policy]) => [canonicalName(name), policy]))

  function canonicalName(attribute: string): string {
    if (attribute.startsWith('@')) return attribute
    const name = dotted(attribute)
    return aliases.get(name) ?? name
  }

  function isKeyName(attribute: string): boolean {
    const name = dotted(attribute)
    if (operatorTechnical.has(name)) return false
    if (extra.has(name)) return true
    if (technical.has(name) || technicalPrefixes.some((prefix) => attribute.startsWith(prefix))) return false
    return keyEnding.test(attribute) || personEndings.includes(lastWord(name))
  }

  function policyOf(name: string): KeyPolicy {
    const canonical = canonicalName(name)
    return policies.get(canonical) ?? (isPerson(canonical) ? 'hash' : 'text')
  }

  function valueOf(name: string, text: string): string {
    if (policyOf(name) !== 'hash') return text
    if (name !== messageKeyName) return hash(text)
    const end = text.indexOf('\n')
    return `${text.slice(0, end + 1)}${hash(text.slice(end + 1))}`
  }

  return {
    isKeyName,
    canonicalName,
    policyOf,
    valueOf,
    valuesOf: (text) => [...new Set([text, hash(text)])],
    hash,
    fanOutMax: settings.fanOutMax,
  }
}
