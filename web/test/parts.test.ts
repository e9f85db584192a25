import { describe, expect, it } from '@jest/globals'
import { printParams } from '../src/lib/api.ts'
import { actionOf, bindKeys, keyList, pressKey } from '../src/lib/keys.ts'
import { sparkPaths } from '../src/lib/spark.ts'
import { visibleRows } from '../src/lib/visible.ts'

describe('sparklines', () => {
  it('unknown values are gaps, never zeros', () => {
    const { line, dot } = sparkPaths([1, 2, null, 4, 4], 83, 26)
    expect(line.match(/M/g)).toHaveLength(2)
    expect(dot).toEqual({ x: 80, y: 2 })
  })
  it('a line that ends in the unknown has no dot, and an empty one draws nothing', () => {
    expect(sparkPaths([1, null], 84, 26).dot).toBeUndefined()
    expect(sparkPaths([], 84, 26)).toEqual({ line: '', area: '' })
  })
  it('zeros lie on the ground', () => expect(sparkPaths([0, 0], 83, 26).line).toBe('M0 24L80 24'))
})

describe('long lists draw what is in sight', () => {
  it.each([
    [10_000, 0, { first: 0, end: 20 }],
    [10_000, 46_000, { first: 994, end: 1020 }],
    [3, 0, { first: 0, end: 3 }],
    [0, 0, { first: 0, end: 0 }],
    [5, 99_999, { first: 4, end: 5 }],
  ])('%p rows at %p px', (total, top, seen) => expect(visibleRows(total, 46, top, 600)).toEqual(seen))
})

describe('keys', () => {
  const pressed = (key: string, tagName = 'DIV', more = {}) => ({
    key,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    target: { tagName } as unknown as EventTarget,
    ...more,
  })
  it('each key of the sheet does what the sheet says', () => {
    for (const { keys, action } of keyList) for (const key of keys) expect(actionOf(pressed(key))).toBe(action)
  })
  it('nothing while something is typed, except Escape', () => {
    expect([actionOf(pressed('j', 'INPUT')), actionOf(pressed('Escape', 'INPUT'))]).toEqual([undefined, 'back'])
  })
  it('a button keeps its Enter and Space; the browser keeps its Ctrl+C', () => {
    expect([actionOf(pressed('Enter', 'BUTTON')), actionOf(pressed(' ', 'A'))]).toEqual([undefined, undefined])
    expect(actionOf(pressed('c', 'DIV', { ctrlKey: true }))).toBeUndefined()
    expect(actionOf(pressed('k', 'DIV', { ctrlKey: true }))).toBe('search')
  })
  it('the newest binding is asked first and may pass on', () => {
    const done: string[] = []
    const shell = bindKeys({ back: () => void done.push('shell') })
    const page = bindKeys({
      back: () => {
        done.push('page')
        return false
      },
    })
    pressKey({ ...pressed('Escape'), preventDefault: () => undefined } as unknown as KeyboardEvent)
    page()
    pressKey({ ...pressed('Escape'), preventDefault: () => undefined } as unknown as KeyboardEvent)
    shell()
    expect(done).toEqual(['page', 'shell', 'shell'])
  })
})

it('parameters: empty ones are left out, lists repeat, values are escaped', () => {
  expect(printParams({ q: 'a&b', env: undefined, attr: ['x=1', 'y=2'], limit: 50, name: '' })).toBe(
    '?q=a%26b&attr=x%3D1&attr=y%3D2&limit=50',
  )
})
