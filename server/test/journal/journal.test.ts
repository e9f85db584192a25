// What is acknowledged is on disk; what is on disk comes back; what was not is as if it had never been.
import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from '@jest/globals'
import { JournalFull, type Block, type IntakeTable } from '../../src/journal/block.ts'
import { Journal, type JournalOptions } from '../../src/journal/journal.ts'
import type { Segment } from '../../src/journal/segment.ts'

const root = mkdtempSync(join(tmpdir(), 'hopscope-journal-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

let folders = 0
const options = (changes: Partial<JournalOptions> = {}): JournalOptions => ({
  dir: join(root, String(++folders)),
  bytesMax: 1_000_000,
  sealRows: 1000,
  sealMs: 60_000,
  resendSeconds: 600,
  ...changes,
})

const block = (text: string, rows = 1, table: IntakeTable = 'spans_in'): Block => ({
  table,
  rows,
  bytes: Buffer.from(text),
})

/** All sealed segments of a closed journal. */
async function take(journal: Journal, table: IntakeTable = 'spans_in'): Promise<Segment[]> {
  await journal.close()
  const segments: Segment[] = []
  for (let next = await journal.next(table); next; next = await journal.next(table)) segments.push(next)
  return segments
}

const textOf = (segments: Segment[]) => segments.map(({ file }) => readFileSync(file, 'utf8')).join('|')

/** The folder as a process leaves it that is killed now: its files, and no lock of a living process. */
function killedCopy(dir: string): string {
  const copy = join(root, `killed-${++folders}`)
  mkdirSync(copy, { recursive: true })
  for (const file of readdirSync(dir)) if (/\.(data|index)$/.test(file)) copyFileSync(join(dir, file), join(copy, file))
  return copy
}

describe('taking blocks', () => {
  it('keeps blocks of a table in order, in one segment, and tables apart', async () => {
    const journal = await Journal.open(options())
    const answers = await Promise.all([
      journal.append('a', block('one ', 2)),
      journal.append('b', block('two ', 3)),
      journal.append('c', block('log', 1, 'logs_in')),
    ])
    expect(answers).toEqual(['stored', 'stored', 'stored'])
    const segments = await take(journal)
    expect(segments).toMatchObject([{ table: 'spans_in', rows: 5, bytes: 8 }])
    expect(textOf(segments)).toBe('one two ')
  })

  it('seals at the rows and at the age', async () => {
    const journal = await Journal.open(options({ sealRows: 2 }))
    await journal.append('a', block('a', 2))
    expect(await journal.next('spans_in')).toMatchObject({ rows: 2 })
    await journal.close()
    const young = await Journal.open(options({ sealMs: 10 }))
    const next = young.next('spans_in')
    await young.append('a', block('a'))
    expect(await next).toMatchObject({ rows: 1 })
    await young.close()
  })

  it('shares one sync among all that wait', async () => {
    const journal = await Journal.open(options({ bytesMax: 1e8 }))
    const answers = await Promise.all(Array.from({ length: 500 }, (_, at) => journal.append(`h${at}`, block(`${at},`))))
    expect(new Set(answers)).toEqual(new Set(['stored']))
    expect(textOf(await take(journal))).toBe(Array.from({ length: 500 }, (_, at) => `${at},`).join(''))
    expect(journal.status().fsyncP95Us).toBeGreaterThan(0)
  })

  it('never uses a name twice', async () => {
    const names = new Set<string>()
    const opened = options({ sealRows: 1 })
    for (let start = 0; start < 5; start++) {
      const journal = await Journal.open(opened)
      for (let at = 0; at < 5; at++) await journal.append(`${start}/${at}`, block('x'))
      for (const segment of await take(journal)) names.add(segment.name)
    }
    expect(names.size).toBe(25)
  })

  it('refuses an empty block, a hash without end, and a closed journal', async () => {
    const journal = await Journal.open(options())
    await expect(journal.append('a', block('', 1))).rejects.toThrow(/holds nothing/)
    await expect(journal.append('a', block('x', 0))).rejects.toThrow(/holds nothing/)
    await expect(journal.append('x'.repeat(300), block('x'))).rejects.toThrow(/hash/)
    await journal.close()
    await expect(journal.append('b', block('x'))).rejects.toThrow(/closed/)
  })

  it('belongs to one process at a time, and to the next one after a kill', async () => {
    const opened = options()
    const journal = await Journal.open(opened)
    await expect(Journal.open(opened)).rejects.toThrow(/in use by process \d+.*DATA_DIR/)
    await journal.close()
    // A process that was killed leaves its lock; its number may be another's by now.
    writeFileSync(join(opened.dir, 'lock'), `${process.pid} 1`)
    await (await Journal.open(opened)).close()
    writeFileSync(join(opened.dir, 'lock'), '4194304 1')
    await (await Journal.open(opened)).close()
  })
})

describe('a request sent again', () => {
  it('is dropped, in flight and afterwards, for its table only', async () => {
    const journal = await Journal.open(options())
    const both = await Promise.all([journal.append('a', block('x')), journal.append('a', block('x'))])
    expect(both.sort()).toEqual(['resent', 'stored'])
    expect(await journal.append('a', block('x'))).toBe('resent')
    expect(await journal.append('a', block('x', 1, 'logs_in'))).toBe('stored')
    expect(textOf(await take(journal))).toBe('x')
  })

  it('is dropped after a restart, whether its segment was inserted or not', async () => {
    const opened = options({ sealRows: 1 })
    const journal = await Journal.open(opened)
    await journal.append('inserted', block('1'))
    await journal.append('waiting', block('2'))
    const first = await journal.next('spans_in')
    await journal.inserted(first!)
    await journal.close()
    const again = await Journal.open(opened)
    expect(await again.append('inserted', block('1'))).toBe('resent')
    expect(await again.append('waiting', block('2'))).toBe('resent')
    expect(await again.append('new', block('3'))).toBe('stored')
    expect(textOf(await take(again))).toBe('2|3')
  })

  it('is stored again when the window has passed, and the index of its segment is removed', async () => {
    const opened = options({ sealRows: 1, resendSeconds: 1 })
    const journal = await Journal.open(opened)
    await journal.append('a', block('1'))
    await journal.inserted((await journal.next('spans_in'))!)
    await new Promise((done) => setTimeout(done, 1100))
    expect(await journal.append('a', block('1'))).toBe('stored')
    await journal.inserted((await journal.next('spans_in'))!)
    await journal.close()
    expect(readdirSync(opened.dir).filter((file) => file.endsWith('.index'))).toHaveLength(1)
  })
})

describe('a start after a kill', () => {
  it('takes up what was synced and unsealed', async () => {
    const opened = options()
    const journal = await Journal.open(opened)
    await journal.append('a', block('one '))
    await journal.append('b', block('two ', 4))
    const killed = killedCopy(opened.dir)
    await journal.close()
    const again = await Journal.open({ ...opened, dir: killed })
    expect(await again.append('b', block('two ', 4))).toBe('resent')
    expect(await take(again)).toMatchObject([{ rows: 5, bytes: 8 }])
  })

  it('cuts a torn tail at every byte of the last block and of its record', async () => {
    const opened = options()
    const journal = await Journal.open(opened)
    await journal.append('a', block('the first block;'))
    const sizes = () =>
      readdirSync(opened.dir)
        .filter((file) => /\.(data|index)$/.test(file))
        .sort()
        .map((file) => ({ file, size: readFileSync(join(opened.dir, file)).length }))
    const before = sizes()
    await journal.append('b', block('the second'))
    const after = sizes()
    const whole = killedCopy(opened.dir)
    await journal.close()
    let checked = 0
    for (const [at, { file, size }] of after.entries()) {
      for (let length = before[at]!.size; length < size; length++) {
        const torn = killedCopy(whole)
        truncateSync(join(torn, file), length)
        const again = await Journal.open({ ...opened, dir: torn })
        // What was cut is not remembered, or its resend would be lost.
        expect(await again.append('a', block('the first block;'))).toBe('resent')
        expect(await again.append('b', block('the second'))).toBe('stored')
        expect(textOf(await take(again))).toBe('the first block;|the second')
        checked++
      }
    }
    expect(checked).toBe('the second'.length + 4 + 28 + 'b'.length + 4)
  })

  it('cuts bytes behind the last record, and a last block that is not what its record says', async () => {
    const opened = options()
    const journal = await Journal.open(opened)
    await journal.append('a', block('first;'))
    await journal.append('b', block('second'))
    const killed = killedCopy(opened.dir)
    await journal.close()
    const data = join(
      killed,
      readdirSync(killed).find((file) => file.endsWith('.data'))!,
    )
    const bytes = readFileSync(data)
    bytes[8]! ^= 1
    writeFileSync(data, bytes)
    appendFileSync(data, 'half a block')
    const again = await Journal.open({ ...opened, dir: killed })
    expect(again.recovered).toMatchObject({ cutBytes: 'second'.length + 'half a block'.length, damaged: [] })
    expect(textOf(await take(again))).toBe('first;')
  })

  it('keeps a copy of a segment that is damaged before valid blocks, and counts it', async () => {
    const opened = options()
    const journal = await Journal.open(opened)
    for (const hash of ['a', 'b', 'c']) await journal.append(hash, block(`${hash}${hash};`))
    const killed = killedCopy(opened.dir)
    await journal.close()
    const data = join(
      killed,
      readdirSync(killed).find((file) => file.endsWith('.data'))!,
    )
    const bytes = readFileSync(data)
    bytes[3]! ^= 1
    writeFileSync(data, bytes)
    const again = await Journal.open({ ...opened, dir: killed })
    expect(again.status().quarantined).toBe(1)
    expect(again.recovered.damaged).toHaveLength(1)
    expect(textOf(await take(again))).toBe('aa;')
  })
})

describe('a full journal', () => {
  it('refuses with the time to wait, takes nothing, and takes again after an insert', async () => {
    const journal = await Journal.open(options({ bytesMax: 20, sealRows: 1 }))
    await journal.append('a', block('x'.repeat(15)))
    expect(journal.full()).toBe(false)
    expect(journal.refusing()).toBe(false)
    await expect(journal.append('b', block('y'.repeat(6)))).rejects.toBeInstanceOf(JournalFull)
    expect(journal.full()).toBe(false)
    expect(journal.refusing()).toBe(true)
    expect(await journal.append('c', block('z'.repeat(5)))).toBe('stored')
    expect(journal.full()).toBe(true)
    const refused = await journal.append('b', block('y')).catch((error: unknown) => error)
    expect(refused).toMatchObject({ retryAfterSeconds: 5 })
    expect(journal.status()).toMatchObject({ bytes: 20, bytesMax: 20, segments: 2 })
    await journal.inserted((await journal.next('spans_in'))!)
    expect(journal.refusing()).toBe(false)
    expect(await journal.append('b', block('y'.repeat(6)))).toBe('stored')
    expect(textOf(await take(journal))).toBe('zzzzz|yyyyyy')
  })

  it('says that a block can never fit', async () => {
    const journal = await Journal.open(options({ bytesMax: 20 }))
    await expect(journal.append('a', block('x'.repeat(21)))).rejects.toThrow(/never fit.*JOURNAL_BYTES_MAX/)
    await journal.close()
  })

  it('counts what a start finds', async () => {
    const opened = options({ bytesMax: 20 })
    const journal = await Journal.open(opened)
    await journal.append('a', block('x'.repeat(20)))
    await journal.close()
    const again = await Journal.open(opened)
    expect(again.full()).toBe(true)
    await again.close()
  })
})

/** A disk of a quarter MiB needs the right to mount, which root has. */
function canMount(): boolean {
  const disk = mkdtempSync(join(root, 'try-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', disk], { stdio: 'ignore' })
    execFileSync('umount', [disk])
    return true
  } catch {
    console.warn('NOT TESTED: a full disk, since this user may not mount one. Run as root to test it.')
    return false
  }
}

describe('a full disk', () => {
  const onRoot = canMount() ? it : it.skip
  onRoot('refuses for a while, shows nothing half-written, and takes again when there is room', async () => {
    const disk = mkdtempSync(join(root, 'disk-'))
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', disk])
    try {
      const journal = await Journal.open(options({ dir: join(disk, 'journal') }))
      expect(await journal.append('a', block('first;'))).toBe('stored')
      const refused = await Promise.allSettled([
        journal.append('large', block('x'.repeat(300_000))),
        journal.append('logs', block('y'.repeat(300_000), 1, 'logs_in')),
      ])
      for (const outcome of refused)
        expect(outcome).toMatchObject({ status: 'rejected', reason: { retryAfterSeconds: 10 } })
      expect(journal.full()).toBe(true)
      expect(journal.status().bytes).toBe('first;'.length)
      // A refused request is not remembered: its resend is another try.
      await expect(journal.append('large', block('x'.repeat(300_000)))).rejects.toBeInstanceOf(JournalFull)
      expect(textOf(await take(journal))).toBe('first;')
      const again = await Journal.open(options({ dir: join(disk, 'journal') }))
      expect(again.recovered).toMatchObject({ cutBytes: 0, damaged: [] })
      expect(await again.append('large', block('small enough'))).toBe('stored')
      expect(textOf(await take(again))).toBe('first;|small enough')
    } finally {
      execFileSync('umount', [disk])
    }
  })
})

describe('segments given away', () => {
  it('ends a drain when what was there is inserted or put aside, and no later', async () => {
    const opened = options()
    const journal = await Journal.open(opened)
    await journal.append('a', block('a'))
    await journal.append('b', block('b', 1, 'logs_in'))
    let ended = false
    const drained = journal.drained().then(() => (ended = true))
    const segments = [(await journal.next('spans_in'))!, (await journal.next('logs_in'))!]
    await journal.append('later', block('later'))
    await journal.inserted(segments[0]!)
    await new Promise((done) => setImmediate(done))
    expect(ended).toBe(false)
    await journal.quarantine(segments[1]!, 'INCORRECT_DATA: not Native')
    await drained
    expect(journal.status()).toMatchObject({ quarantined: 1, segments: 1 })
    const aside = readdirSync(join(opened.dir, 'quarantine'))
    expect(aside).toHaveLength(3)
    expect(
      readFileSync(
        join(
          opened.dir,
          'quarantine',
          aside.find((file) => file.endsWith('.txt'))!,
        ),
        'utf8',
      ),
    ).toMatch(/not Native/)
    await journal.close()
    const again = await Journal.open(opened)
    expect(again.status()).toMatchObject({ quarantined: 1, segments: 1 })
    await again.close()
  })
})
