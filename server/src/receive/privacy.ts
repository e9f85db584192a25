// What must not reach the disk: attributes that are dropped by name, and patterns that are masked in texts. Names and texts in,
// decisions and masked texts out. Applied before the journal, to every signal. No I/O here; load-privacy.ts reads the file.
import { remember } from '../keys/remember.ts'
import { cardNumbers, defaultMasks, dropWords, maskedAttributes, type MaskRule } from './privacy-defaults.ts'

/** Patterns run on pieces of at most this length, so that a slow one stays bounded. */
export const maskWindowChars = 8192

export interface PrivacySettings {
  /** Names, or patterns with `*`, of attributes to drop. */
  drop: string[]
  /** Names that are kept although a default would drop them. */
  keep: string[]
  mask: MaskRule[]
  /** Names, or patterns with `*`, of attributes whose text is masked. */
  maskIn: string[]
  /** False leaves only the rules above. */
  defaults: boolean
}

export interface Privacy {
  drops(attribute: string): boolean
  /** True when the texts of this attribute are to be masked. */
  masks(attribute: string): boolean
  /** The text with every match replaced; the same string when there was none. */
  mask(text: string): string
}

export const defaultPrivacy: PrivacySettings = { drop: [], keep: [], mask: [], maskIn: [], defaults: true }

export function makePrivacy(settings: PrivacySettings): Privacy {
  const dropped = matcher(settings.drop)
  const kept = matcher(settings.keep)
  const masked = matcher(settings.maskIn)
  const rules = settings.defaults ? [...settings.mask, ...defaultMasks] : settings.mask

  function maskPiece(piece: string): string {
    let text = piece
    for (const rule of rules) {
      if (rule.needs === undefined || text.includes(rule.needs)) text = text.replace(rule.pattern, rule.replacement)
    }
    return settings.defaults ? cardNumbers(text) : text
  }

  function mask(text: string): string {
    if (text.length <= maskWindowChars) return maskPiece(text)
    return windowsOf(text)
      .map((piece) => maskPiece(piece))
      .join('')
  }

  return {
    drops: (attribute) =>
      dropped(attribute) || (settings.defaults && dropWords.has(lastWord(attribute)) && !kept(attribute)),
    masks: (attribute) => masked(attribute) || (settings.defaults && maskedAttributes.has(attribute)),
    mask: remember(mask, { entriesMax: 10_000, charsMax: 500 }),
  }
}

/** The part after the last dot, in one spelling: `http.request.header.Set-Cookie` is `set_cookie`. */
function lastWord(attribute: string): string {
  return attribute
    .slice(attribute.lastIndexOf('.') + 1)
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll('-', '_')
    .toLowerCase()
}

/** True for a name that equals one of `patterns`, in which `*` stands for anything. Capitals do not matter. */
function matcher(patterns: string[]): (name: string) => boolean {
  const parts = patterns.map((pattern) => pattern.toLowerCase().split('*'))
  return (name) => parts.some((pieces) => fits(name.toLowerCase(), pieces))
}

function fits(name: string, pieces: string[]): boolean {
  const first = pieces[0] ?? ''
  const last = pieces.at(-1) ?? ''
  if (pieces.length === 1) return name === first
  if (!name.startsWith(first) || !name.endsWith(last) || name.length < first.length + last.length) return false
  let at = first.length
  for (const piece of pieces.slice(1, -1)) {
    const found = name.indexOf(piece, at)
    if (found < 0) return false
    at = found + piece.length
  }
  return at <= name.length - last.length
}

/** Pieces of bounded length, cut at a blank where there is one near the end, so that a match is seldom torn. */
function windowsOf(text: string): string[] {
  const pieces: string[] = []
  let from = 0
  while (from < text.length) {
    let to = Math.min(from + maskWindowChars, text.length)
    if (to < text.length) {
      const blank = text.lastIndexOf(' ', to)
      const line = text.lastIndexOf('\n', to)
      const cut = Math.max(blank, line)
      if (cut > from + maskWindowChars / 2) to = cut
    }
    pieces.push(text.slice(from, to))
    from = to
  }
  return pieces
}
