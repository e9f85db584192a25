// Which keys each connected set of hops carries, and which other sets share one. In: drafts joined for certain. Out: look-ups for
// joins by key. Wide keys and lists of values are left out: they say nothing about a single event. Pure.
import { type Components, findComponents } from './components.ts'
import { type Draft, byStart, spansOf } from './draft.ts'
import { type Gathered, type KeyValue, keyText, ownKeys } from './evidence.ts'

export type Keys = Map<string, KeyValue>

/** Names whose value changes with each message, so that a difference does not tell two events apart. */
const changesByMessage = /^(event|message|msg|correlation|causation|request|ce|cloudevents?|idempotency)\./

export class Keyed {
  private readonly components: Components
  private readonly keys = new Map<Draft[], Keys>()
  private readonly byKey = new Map<string, Draft[][]>()
  private readonly searched: string | undefined

  constructor(drafts: Draft[], gathered: Gathered) {
    this.components = findComponents(drafts)
    this.searched = gathered.identity && keyText(gathered.identity)
    for (const component of this.components.all) {
      const keys = collect(component, gathered.wide)
      this.keys.set(component, keys)
      for (const key of keys.keys()) {
        const sets = this.byKey.get(key)
        if (sets) sets.push(component)
        else this.byKey.set(key, [component])
      }
    }
  }

  componentOf(draft: Draft): Draft[] {
    return this.components.of(draft)
  }

  keysOf(draft: Draft): Keys {
    return this.keys.get(this.components.of(draft))!
  }

  /** True where the key that was searched stands. */
  isSearched(draft: Draft): boolean {
    return this.searched !== undefined && this.keysOf(draft).has(this.searched)
  }

  /** Hops of other sets that share a key with the set of this one and do not speak of another event, in time order. */
  besides(draft: Draft): Draft[] {
    const own = this.components.of(draft)
    const mine = this.keys.get(own)!
    const sets = new Set<Draft[]>()
    for (const key of mine.keys()) for (const other of this.byKey.get(key)!) if (other !== own) sets.add(other)
    const isSame = (other: Draft[]) => {
      const theirs = this.keys.get(other)!
      const shareSearched = this.searched !== undefined && mine.has(this.searched) && theirs.has(this.searched)
      return shareSearched || !contradict(mine, theirs)
    }
    return [...sets].filter(isSame).flat().sort(byStart)
  }
}

/** Both name the same thing once and mean another one: two orders of one customer are two events. */
function contradict(mine: Keys, theirs: Keys): boolean {
  const single = (keys: Keys) => {
    const values = new Map<string, string[]>()
    for (const { name, value } of keys.values()) values.set(name, [...(values.get(name) ?? []), value])
    return new Map(
      [...values].filter(([name, list]) => list.length === 1 && !name.startsWith('@') && !changesByMessage.test(name)),
    )
  }
  const others = single(theirs)
  return [...single(mine)].some(([name, [value]]) => others.has(name) && others.get(name)![0] !== value)
}

function collect(component: Draft[], wide: ReadonlySet<string>): Keys {
  const keys: Keys = new Map()
  for (const span of component.flatMap(spansOf)) {
    for (const key of ownKeys(span)) if (!wide.has(keyText(key))) keys.set(keyText(key), key)
    if (span.messageKey === '' || span.topic === '') continue
    const key = { name: '@key', value: `${span.topic}\n${span.messageKey}` }
    if (!wide.has(keyText(key))) keys.set(keyText(key), key)
  }
  return keys
}
