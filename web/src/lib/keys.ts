// The keyboard. One list, so that the sheet (`?`) and the behaviour cannot differ. A page adds its own with `bindKeys`
// while it lives; the newest binding is asked first and answers true when it did something.

export type Action =
  | 'search'
  | 'help'
  | 'next'
  | 'previous'
  | 'open'
  | 'back'
  | 'nextBroken'
  | 'fold'
  | 'unfold'
  | 'range'
  | 'table'
  | 'fullScreen'
  | 'copyLink'
  | 'pause'

export const keyList: { keys: string[]; action: Action; text: string }[] = [
  { keys: ['/'], action: 'search', text: 'search' },
  { keys: ['?'], action: 'help', text: 'this sheet' },
  { keys: ['j'], action: 'next', text: 'next row' },
  { keys: ['k'], action: 'previous', text: 'previous row' },
  { keys: ['Enter'], action: 'open', text: 'open' },
  { keys: ['Escape'], action: 'back', text: 'close, clear' },
  { keys: ['n'], action: 'nextBroken', text: 'next broken hop' },
  { keys: ['d'], action: 'range', text: 'time range' },
  { keys: ['['], action: 'fold', text: 'fold' },
  { keys: [']'], action: 'unfold', text: 'unfold' },
  { keys: ['t'], action: 'table', text: 'map or table' },
  { keys: ['f'], action: 'fullScreen', text: 'full screen' },
  { keys: ['c'], action: 'copyLink', text: 'copy link' },
  { keys: [' '], action: 'pause', text: 'pause live' },
]

export interface Pressed {
  key: string
  ctrlKey: boolean
  metaKey: boolean
  altKey: boolean
  target: EventTarget | null
}

/** What a key asks for; undefined while something is typed, with a modifier, or where the element itself takes it. */
export function actionOf(event: Pressed): Action | undefined {
  if (event.altKey) return undefined
  if (event.ctrlKey || event.metaKey) return event.key.toLowerCase() === 'k' ? 'search' : undefined
  const target = event.target as {
    tagName?: string
    isContentEditable?: boolean
    closest?: (s: string) => unknown
  } | null
  const tag = target?.tagName ?? ''
  if (tag === 'INPUT' || tag === 'TEXTAREA' || tag === 'SELECT' || target?.isContentEditable) {
    return event.key === 'Escape' ? 'back' : undefined
  }
  // A button or a link does its own thing on Enter and Space.
  if ((event.key === 'Enter' || event.key === ' ') && (tag === 'BUTTON' || tag === 'A' || tag === 'SUMMARY'))
    return undefined
  return keyList.find((one) => one.keys.includes(event.key))?.action
}

type Handlers = Partial<Record<Action, () => boolean | void>>
const bindings: Handlers[] = []

/** Binds until the answered function is called: `$effect(() => bindKeys({ next: ... }))`. A handler that answers false passes on. */
export function bindKeys(handlers: Handlers): () => void {
  bindings.push(handlers)
  return () => {
    const at = bindings.indexOf(handlers)
    if (at >= 0) bindings.splice(at, 1)
  }
}

/** Put on the window, once. */
export function pressKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || (event.repeat && event.key === ' ')) return
  const action = actionOf(event)
  if (!action) return
  for (const handlers of bindings.toReversed()) {
    const handler = handlers[action]
    if (handler && handler() !== false) {
      event.preventDefault()
      return
    }
  }
}
