// What must not reach the disk.
import { describe, expect, it } from '@jest/globals'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { faultOf, loadPrivacy } from '../../src/receive/load-privacy.ts'
import { defaultPrivacy, makePrivacy, maskWindowChars } from '../../src/receive/privacy.ts'
import { attributes, send, span, traces } from './requests.ts'

const privacy = makePrivacy(defaultPrivacy)

describe('attributes', () => {
  it.each([
    'authorization',
    'http.request.header.authorization',
    'http.request.header.Cookie',
    'http.response.header.set-cookie',
    'db.password',
    'user.passwd',
    'apiKey',
    'x-api-key',
    'access_token',
    'client.secret',
  ])('%s is dropped', (name) => expect(privacy.drops(name)).toBe(true))
  it.each(['http.route', 'order.id', 'token_count', 'secretary', 'messaging.kafka.message.key', ''])(
    '%j is kept',
    (name) => expect(privacy.drops(name)).toBe(false),
  )

  it('may be dropped and kept by rules of one’s own', () => {
    const own = makePrivacy({
      ...defaultPrivacy,
      drop: ['http.request.header.*', '*.iban', 'a*b*c'],
      keep: ['page.token'],
    })
    expect(
      ['http.request.header.accept', 'customer.IBAN', 'axxbyyc', 'page.token', 'ac', 'aXc'].map(own.drops),
    ).toEqual([true, true, true, false, false, false])
  })
})

describe('texts', () => {
  it.each([
    ['Authorization: Bearer abcdef123456.xyz', 'Authorization: Bearer ***'],
    ['token eyJhbGciOi.eyJzdWIiOi.c2ln end', 'token *** end'],
    ['postgres://shop:hunter2@db:5432/x', 'postgres://shop:***@db:5432/x'],
    ['/login?user=a&password=hunter2&x=1', '/login?user=a&password=***&x=1'],
    ['{"api_key": "abc", "n": 1}', '{"api_key": "***", "n": 1}'],
    ['mail mia.o@shop.example now', 'mail ***@*** now'],
    ['card 4111 1111 1111 1111 ok', 'card **** ok'],
    ['card 4111111111111112 has a wrong check digit', 'card 4111111111111112 has a wrong check digit'],
    ['at 1764000000123456789 ns', 'at 1764000000123456789 ns'],
    ['order 8123 at topic/3@1842', 'order 8123 at topic/3@1842'],
    ['nothing', 'nothing'],
  ])('%j becomes %j', (text, masked) => expect(privacy.mask(text)).toBe(masked))

  it('that are long are masked to their end', () => {
    const text = `${'word '.repeat(maskWindowChars)}mia@shop.example`
    expect(privacy.mask(text)).toBe(`${'word '.repeat(maskWindowChars)}***@***`)
  })
})

it('holds for every place where a text may stand, and is counted', async () => {
  const mail = 'mia@shop.example'
  const { rows, changed, intake } = await send(
    'spans',
    traces(
      [
        span({
          status: { code: 2, message: `no ${mail}` },
          attributes: attributes({
            'db.query.text': `select '${mail}'`,
            'url.full': `https://x/?q=${mail}`,
            'http.request.header.authorization': ['Basic hunter2'],
            headers: { Cookie: 'hunter2', accept: 'x' },
          }),
          events: [
            {
              name: 'exception',
              attributes: attributes({ 'exception.message': mail, 'exception.stacktrace': `at ${mail}` }),
            },
          ],
          links: [
            { traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8), attributes: attributes({ password: 'hunter2' }) },
          ],
        }),
      ],
      { 'service.name': 'orders', 'api.token': 'hunter2' },
    ),
  )
  expect(rows).toHaveLength(1)
  const bytes = intake.blocks[0]!.bytes
  expect(bytes.includes('mia@')).toBe(false)
  expect(bytes.includes('hunter2')).toBe(false)
  expect((rows[0]!['attrs'] as Record<string, string>)['headers']).toBe('{"accept":"x"}')
  expect(changed).toEqual({ privacy_masked: 5, privacy_dropped: 4 })
})

describe('PRIVACY_FILE', () => {
  const load = (content: unknown) => {
    const folder = mkdtempSync(join(tmpdir(), 'hopscope-privacy-'))
    const file = join(folder, 'privacy.json')
    writeFileSync(file, JSON.stringify(content))
    try {
      return loadPrivacy(file)
    } finally {
      rmSync(folder, { recursive: true })
    }
  }

  it('adds rules', () => {
    const own = load({ mask: [{ name: 'iban', pattern: '\\bDE\\d{2}' }], maskIn: ['note'], drop: ['x.*'] })
    expect([own.mask('DE12 x'), own.masks('note'), own.drops('x.y'), own.drops('cookie')]).toEqual([
      '*** x',
      true,
      true,
      true,
    ])
    expect(load({ defaults: false }).drops('cookie')).toBe(false)
  })

  it.each([
    [{ mask: [{ name: 'a', pattern: '(' }] }, /mask\.0\.pattern/],
    [{ mask: [{ name: 'a', pattern: '(a+)+$' }] }, /mask\.0\.pattern: repeats a group/],
    [{ masks: [] }, /masks/],
    [{ drop: [''] }, /drop\.0/],
  ])('that is wrong is refused by field: %j', (content, message) => expect(() => load(content)).toThrow(message))

  it.each(['(a+)+', '(a|b)*', '(?:a*){2,}', '([^)]+)+', '((a+)b)*', '(a)\\1', 'a*', '(a{1,9}){1,9}'])(
    '%s is dangerous',
    (text) => expect(faultOf(text)).toBeDefined(),
  )
  it.each(['a+b', '\\bDE\\d{2}[A-Z]{1,30}', '(?:ab)+', '[(+)]+x', '(a|b)c+', '\\(a+\\)+'])('%s is fine', (text) =>
    expect(faultOf(text)).toBeUndefined(),
  )
})
