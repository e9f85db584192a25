// Reads PRIVACY_FILE once, at start. Throws an Error that names the file, the field and what is allowed.
//
// PRIVACY_FILE is JSON; every field may be left out:
// {
//   "drop":   ["http.request.header.*", "cardholder.name"],  attributes that are never stored; * stands for anything
//   "keep":   ["pagination.token"],                          kept although a default would drop them
//   "mask":   [{ "name": "iban", "pattern": "\\b[A-Z]{2}\\d{2}[A-Z0-9]{11,30}\\b", "ignoreCase": false, "replacement": "***" }],
//   "maskIn": ["customer.note"],                             more attributes whose text is masked
//   "defaults": true                                         false: only the rules of this file
// }
import { z } from 'zod'
import { parseRuleFile } from '../keys/load.ts'
import { defaultPrivacy, makePrivacy, type Privacy } from './privacy.ts'

const patternCharsMax = 500
const name = z.string().trim().min(1).max(256)

const pattern = z
  .string()
  .min(1)
  .max(patternCharsMax)
  .superRefine((text, context) => {
    const fault = faultOf(text)
    if (fault) context.addIssue({ code: 'custom', message: fault })
  })

const privacyFile = z.strictObject({
  drop: z.array(name).max(1000).default([]),
  keep: z.array(name).max(1000).default([]),
  mask: z
    .array(
      z
        .strictObject({
          name,
          pattern,
          ignoreCase: z.boolean().default(false),
          replacement: z.string().max(100).default('***'),
        })
        .transform((rule) => ({ ...rule, pattern: new RegExp(rule.pattern, rule.ignoreCase ? 'gi' : 'g') })),
    )
    .max(100)
    .default([]),
  maskIn: z.array(name).max(1000).default([]),
  defaults: z.boolean().default(true),
})

/** The rules of this installation. */
export function loadPrivacy(file: string | undefined): Privacy {
  return makePrivacy(file ? parseRuleFile('PRIVACY_FILE', file, privacyFile) : defaultPrivacy)
}

/** Why a pattern may not be used; undefined when it may. One that could take exponential time would stop all receiving. */
export function faultOf(text: string): string | undefined {
  try {
    if (new RegExp(text, 'g').test('')) return 'matches the empty text, which would mask everything'
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  if (/\\[1-9]|\\k</.test(text)) return 'has a back reference, which can take exponential time'
  if (repeatsRepetition(text)) {
    return 'repeats a group that itself repeats or has alternatives, like (a+)+, which can take exponential time'
  }
  return undefined
}

/** Walks the pattern once; a group is dangerous under an open-ended or large repetition when its inside can vary in length. */
function repeatsRepetition(text: string): boolean {
  const varies: boolean[] = []
  let group = false
  for (let i = 0; i < text.length; i += 1) {
    const char = text[i]
    if (char === '\\') i += 1
    else if (char === '[') i = classEnd(text, i)
    else if (char === '(') {
      varies.push(group)
      group = false
    } else if (char === ')') {
      if (group && isRepeated(text, i + 1)) return true
      group = (varies.pop() ?? false) || group
    } else if (char === '|' || char === '*' || char === '+' || char === '{') group = true
  }
  return false
}

function classEnd(text: string, start: number): number {
  let i = start + 1
  while (i < text.length && text[i] !== ']') i += text[i] === '\\' ? 2 : 1
  return i
}

function isRepeated(text: string, at: number): boolean {
  if (text[at] === '*' || text[at] === '+') return true
  const bounded = /^\{\d{1,6}(,?)(\d{0,6})\}/.exec(text.slice(at, at + 20))
  return bounded !== null && bounded[1] === ',' && (bounded[2] === '' || Number(bounded[2]) > 8)
}
