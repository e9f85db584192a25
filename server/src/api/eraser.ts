// Erasing by hand: the spellings in which a value may be stored, one erasure at a time, and the words for what cannot be.
import type { Journal } from '../journal/journal.ts'
import type { KeyRules } from '../keys/rules.ts'
import { ProblemError } from '../problem.ts'
import type { Store } from '../store/clickhouse.ts'
import { ERASE_CHARACTERS_MIN, eraseKey, type Erased } from '../store/erase.ts'

export class Eraser {
  #busy = false

  constructor(
    private readonly store: Store,
    private readonly journal: Journal,
    private readonly rules: KeyRules,
  ) {}

  /** Resolves when the value is gone from every table. Mutations rewrite whole parts, so this may take minutes. */
  async erase(key: string, value: string): Promise<Erased> {
    if (value.length < ERASE_CHARACTERS_MIN) throw tooShort
    if (this.#busy) throw busy
    this.#busy = true
    try {
      const request = { name: this.rules.canonicalName(key), values: this.rules.valuesOf(value) }
      return await eraseKey(this.store, this.journal, request)
    } finally {
      this.#busy = false
    }
  }
}

const tooShort = new ProblemError({
  title: 'The value is too short to be erased',
  status: 400,
  detail: `Fewer than ${ERASE_CHARACTERS_MIN} characters stand in too many other texts, which would be erased with it.`,
  todo: 'Erase a longer value that is stored beside it, or let retention remove it.',
})

const busy = new ProblemError({
  title: 'Another value is being erased',
  status: 409,
  detail: 'One erasure runs at a time, because each rewrites the tables.',
  todo: 'Try again when it has ended.',
})
