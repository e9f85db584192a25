// Reads KEYS_FILE and the hash secret once, at start. Throws an Error that names the file, the field and what is allowed.
//
// KEYS_FILE is JSON; every field may be left out:
// {
//   "aliases":   { "app.order.id": "order.id" },      another spelling of a key; the left side becomes a key by being here
//   "keys":      ["invoice.number"],                  attributes that are keys though their names do not say so
//   "technical": ["worker.id"],                       attributes that are never keys; their values are stored as sent
//   "policies":  { "customer.id": "text" },           off: the value is dropped, hash: HMAC-SHA256, text: stored as sent;
//                                                     "@key" is the message key, "@message" the message id
//   "fanOutMax": 50                                   a value that joins more roots a day filters and never joins
// }
import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { makeHash } from './hash.ts'
import { defaultKeySettings, keyPolicies, makeKeyRules, type KeyRules, type KeySettings } from './rules.ts'

const name = z.string().trim().min(1).max(256)
const keysFile = z.strictObject({
  aliases: z.record(name, name).default({}),
  keys: z.array(name).max(10_000).default([]),
  technical: z.array(name).max(10_000).default([]),
  policies: z.record(name, z.enum(keyPolicies)).default({}),
  fanOutMax: z.number().int().min(1).max(1_000_000).default(defaultKeySettings.fanOutMax),
})

/** The rules of this installation. `config` is the part of the settings that concerns keys. */
export function loadKeyRules(config: {
  KEYS_FILE?: string | undefined
  HASH_SECRET?: string | undefined
  DATA_DIR: string
}): KeyRules {
  const settings = config.KEYS_FILE ? readKeySettings(config.KEYS_FILE) : defaultKeySettings
  return makeKeyRules(settings, makeHash(config.HASH_SECRET ?? readSecret(config.DATA_DIR)))
}

/** Reads and checks a KEYS_FILE. */
export function readKeySettings(file: string): KeySettings {
  return parseRuleFile('KEYS_FILE', file, keysFile)
}

/** Reads a JSON file of rules. `setting` is the setting that named it, for the error. */
export function parseRuleFile<T>(setting: string, file: string, schema: z.ZodType<T>): T {
  let value: unknown
  try {
    value = JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    throw new Error(`${setting}=${file} cannot be read as JSON: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    })
  }
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const lines = result.error.issues.map((issue) => `${issue.path.join('.') || '(top level)'}: ${issue.message}`)
  throw new Error(`${setting}=${file} is wrong. Correct these fields and start again:\n  ${lines.join('\n  ')}`)
}

/** The secret of this data folder, made on first use with 256 random bits and readable by its owner only. */
export function readSecret(dataDir: string): string {
  const file = join(dataDir, 'hash-secret')
  mkdirSync(dataDir, { recursive: true })
  try {
    const handle = openSync(file, 'wx', 0o600)
    try {
      writeSync(handle, `${randomBytes(32).toString('hex')}\n`)
      fsyncSync(handle)
    } finally {
      closeSync(handle)
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  const secret = readFileSync(file, 'utf8').trim()
  if (secret.length >= 32) return secret
  throw new Error(
    `${file} is shorter than 32 characters: values hashed with it could be guessed. Restore it from a backup, ` +
      `or delete it and accept that hashed keys stored so far are no longer found.`,
  )
}
