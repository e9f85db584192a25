// The privacy rules that hold without a PRIVACY_FILE: which attributes are dropped by their last word, which texts are masked,
// and the patterns. No pattern can take exponential
// time: there is no open-ended repetition of a part that itself varies.

export interface MaskRule {
  name: string
  /** Global. */
  pattern: RegExp
  replacement: string
  /** The pattern is tried only where this stands in the text. */
  needs?: string
}

/** Last words of attribute names whose value is a secret, in one spelling (lower case, underscores). */
export const dropWords: ReadonlySet<string> = new Set([
  'access_key',
  'access_token',
  'api_key',
  'apikey',
  'api_token',
  'auth_token',
  'authorization',
  'bearer',
  'client_secret',
  'cookie',
  'credentials',
  'csrf_token',
  'id_token',
  'passphrase',
  'passwd',
  'password',
  'private_key',
  'proxy_authorization',
  'pwd',
  'refresh_token',
  'secret',
  'secret_key',
  'session_token',
  'set_cookie',
  'token',
  'x_api_key',
  'x_auth_token',
  'x_csrf_token',
  'x_xsrf_token',
])

/** Attributes that hold free text, statements or addresses. Log bodies and status messages are masked as well. */
export const maskedAttributes: ReadonlySet<string> = new Set([
  'db.query.text',
  'db.statement',
  'error.message',
  'error.stack',
  'exception.message',
  'exception.stacktrace',
  'http.target',
  'http.url',
  'message',
  'url.full',
  'url.path',
  'url.query',
])

export const defaultMasks: readonly MaskRule[] = [
  {
    name: 'bearer',
    pattern: /\b(bearer|basic)\s{1,4}[\w.~+/=-]{8,}/gi,
    replacement: '$1 ***',
  },
  { name: 'jwt', pattern: /\beyJ[\w-]{4,4096}\.[\w-]{4,4096}\.[\w-]{0,4096}/g, replacement: '***', needs: 'eyJ' },
  { name: 'url-password', pattern: /(:\/\/[^\s:@/]{0,256}:)[^\s@/]{1,256}@/g, replacement: '$1***@', needs: '://' },
  {
    name: 'named-secret',
    pattern:
      /\b((?:password|passwd|pwd|secret|token|api[_-]?key|access[_-]?token|client[_-]?secret)["']?\s{0,2}[=:]\s{0,2}["']?)[^\s&;,"']+/gi,
    replacement: '$1***',
  },
  {
    name: 'e-mail',
    pattern: /\b[\w.%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}/g,
    replacement: '***@***',
    needs: '@',
  },
]

/** Card numbers begin with 2 to 6 and have 13 to 19 digits, perhaps in groups; a time in nanoseconds begins with 1. */
const cardLike = /(?<![\w.-])[2-6]\d(?:[ -]?\d){11,17}(?![\w-])/g

/** Masks card numbers: a run of digits that looks like one and has its check digit (Luhn). */
export function cardNumbers(text: string): string {
  return text.replace(cardLike, (found) => (hasCheckDigit(found) ? '****' : found))
}

function hasCheckDigit(text: string): boolean {
  let sum = 0
  let double = false
  for (let i = text.length - 1; i >= 0; i -= 1) {
    const digit = text.charCodeAt(i) - 48
    if (digit < 0) continue
    const value = double ? digit * 2 : digit
    sum += value > 9 ? value - 9 : value
    double = !double
  }
  return sum % 10 === 0
}
