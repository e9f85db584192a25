// What the reader prefers on this machine: theme, time zone, and what was searched for lately. Kept in localStorage;
// where that is not allowed, for as long as the page is open.
import type { Zone } from './time.ts'

export type Theme = 'system' | 'light' | 'dark'

const recentMax = 8

function load<T>(name: string, fallback: T, valid: (value: unknown) => value is T): T {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(`hopscope.${name}`) ?? 'null')
    return valid(value) ? value : fallback
  } catch {
    return fallback
  }
}

function save(name: string, value: unknown): void {
  try {
    localStorage.setItem(`hopscope.${name}`, JSON.stringify(value))
  } catch {
    // Not allowed to store: the choice holds until the page is closed.
  }
}

export interface Recent {
  q: string
  kind: string
  atMs: number
}

const isTheme = (value: unknown): value is Theme => value === 'system' || value === 'light' || value === 'dark'
const isZone = (value: unknown): value is Zone => value === 'utc' || value === 'local'
const isRecents = (value: unknown): value is Recent[] =>
  Array.isArray(value) && value.every((one) => typeof (one as Recent)?.q === 'string')

class Prefs {
  theme = $state<Theme>(load('theme', 'system', isTheme))
  zone = $state<Zone>(load('zone', 'utc', isZone))
  recents = $state.raw<Recent[]>(load('recents', [], isRecents))

  setTheme(theme: Theme): void {
    this.theme = theme
    save('theme', theme)
    this.applyTheme()
  }

  /** `data-theme` on the root element; without it the system decides. */
  applyTheme(): void {
    if (this.theme === 'system') delete document.documentElement.dataset['theme']
    else document.documentElement.dataset['theme'] = this.theme
  }

  setZone(zone: Zone): void {
    this.zone = zone
    save('zone', zone)
  }

  remember(q: string, kind: string): void {
    this.recents = [{ q, kind, atMs: Date.now() }, ...this.recents.filter((one) => one.q !== q)].slice(0, recentMax)
    save('recents', this.recents)
  }
}

export const prefs = new Prefs()
