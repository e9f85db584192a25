// The parts of deploy/run that decide something, and the command itself as a process. What it starts is seen by the app tests.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { missing, needs } from '../../../run/needs.mjs'

const deploy = join(import.meta.dirname, '../../..')
const load = (file: string): Promise<unknown> => import(join(deploy, 'run', file))
const steps = (await load('steps.mjs')) as {
  checkNode(version: string): void
  fingerprint(paths: string[], base: string): string
}
const { summarise } = (await load('test.mjs')) as { summarise(results: object): object }
const { Children } = (await load('children.mjs')) as {
  Children: new (onDeath: (sentence: string) => void) => {
    start(name: string, script: string, options: object): Promise<Record<string, unknown>>
    stop(): Promise<void>
  }
}
const run = (args: string[], env: Record<string, string> = {}) =>
  spawnSync(process.execPath, [join(deploy, 'run.mjs'), ...args], {
    encoding: 'utf8',
    timeout: 60_000,
    env: { ...process.env, ...env },
  })

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hopscope-run-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('checkNode', () => {
  it.each(['20.19.0', '20.20.2', '22.0.0', '24.1.0'])('takes %s', (version) => {
    expect(() => steps.checkNode(version)).not.toThrow()
  })
  it.each(['18.20.0', '20.18.3'])('refuses %s and says which one is needed', (version) => {
    expect(() => steps.checkNode(version)).toThrow('20.19 or newer')
  })
})

describe('fingerprint', () => {
  it('changes when a file is added, changed or removed, and not otherwise', () => {
    mkdirSync(join(folder, 'src/deep'), { recursive: true })
    writeFileSync(join(folder, 'src/deep/a.ts'), 'a')
    const print = () => steps.fingerprint(['src', 'absent.json'], folder)
    const first = print()
    expect(print()).toBe(first)
    writeFileSync(join(folder, 'src/b.ts'), 'b')
    const second = print()
    expect(second).not.toBe(first)
    writeFileSync(join(folder, 'src/b.ts'), 'bb')
    const third = print()
    expect(third).not.toBe(second)
    rmSync(join(folder, 'src/b.ts'))
    expect(print()).toBe(first)
  })
})

describe('summarise', () => {
  it('counts a test file that could not be run as a failure', () => {
    const results = {
      numPassedTests: 7,
      numFailedTests: 1,
      numRuntimeErrorTestSuites: 2,
      numPendingTests: 3,
      numTodoTests: 0,
    }
    expect(summarise(results)).toEqual({ passed: 7, failed: 3, skipped: 3 })
  })
})

describe('needs', () => {
  const before = { ...process.env }
  afterEach(() => {
    process.env = { ...before }
  })

  it('answers false when a thing is left out, and says why', () => {
    process.env.SKIP_KAFKA = '1'
    delete process.env.REQUIRE_REAL
    expect(needs('kafka')).toBe(false)
    expect(missing('kafka')).toBe('SKIP_KAFKA=1 is set')
  })

  it('throws instead when nothing may be skipped', () => {
    process.env.SKIP_KAFKA = '1'
    process.env.REQUIRE_REAL = '1'
    expect(() => needs('kafka')).toThrow('REQUIRE_REAL=1')
  })

  it('does not find a Chromium that is not there', () => {
    process.env.CHROMIUM_PATH = join(folder, 'none')
    expect(missing('chromium')).toContain('no Chromium was found')
  })
})

describe('children', () => {
  const script = (text: string) => {
    const file = join(folder, 'child.mjs')
    writeFileSync(file, text)
    return file
  }
  const forever = 'setInterval(() => {}, 1000)'

  it('are ready when they say so, with what they say', async () => {
    const children = new Children(() => undefined)
    const file = script(`console.log('UP {"port":7}'); ${forever}`)
    await expect(children.start('it', file, { readyWord: 'UP', timeoutMs: 20_000 })).resolves.toEqual({ port: 7 })
    await children.stop()
  })

  it('that end before they are ready are told of with their last words', async () => {
    const children = new Children(() => undefined)
    const file = script(`console.error('no disk'); process.exit(3)`)
    const starting = children.start('it', file, { readyWord: 'UP', timeoutMs: 20_000 })
    await expect(starting).rejects.toThrow(/it ended by itself \(exit code 3\)\.\n {4}no disk/)
    await children.stop()
  })

  it('that end later are told of once; a stop is not such an end', async () => {
    const died = new Promise<string>((resolve) => {
      const children = new Children(resolve)
      void children.start('it', script(`console.log('UP {}'); setTimeout(() => process.exit(5), 50)`), {
        readyWord: 'UP',
        timeoutMs: 20_000,
      })
    })
    expect(await died).toBe('it ended by itself (exit code 5).')
    let told = ''
    const children = new Children((sentence) => (told = sentence))
    await children.start('it', script(`console.log('UP {}'); ${forever}`), { readyWord: 'UP', timeoutMs: 20_000 })
    await children.stop()
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(told).toBe('')
  })
})

describe('run.mjs', () => {
  it('says what it can do', () => {
    const { status, stderr } = run(['fly'])
    expect(status).toBe(1)
    expect(stderr).toContain('start, demo, demo:kafka, test')
  })

  it('names the setting of a port that is in use, and starts nothing', async () => {
    const holder = createServer()
    const port = await new Promise<number>((resolve) => {
      holder.listen(0, '127.0.0.1', () => resolve((holder.address() as { port: number }).port))
    })
    const free = { OTLP_GRPC_PORT: '0', OTLP_HTTP_PORT: '0', DEMO_PORT: '0' }
    const { status, stdout, stderr } = run(['demo'], { ...free, HTTP_PORT: String(port) })
    await new Promise((resolve) => holder.close(resolve))
    expect(status).toBe(1)
    expect(stderr).toContain(`port ${port} is in use: set HTTP_PORT`)
    expect(stdout).toBe('')
  })
})
