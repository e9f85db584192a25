// The socket as state. `live.watch(view, args)` in a component answers an object whose `data` is always the whole view,
// assembled from a snapshot and patches; it subscribes while the component lives and again when the arguments change.
// A gap in the numbers or a new connection means a new snapshot. While paused, patches are assembled but not shown.
//
//   const journey = live.watch('journey', () => (route.q ? { q: route.q, ...route.scope } : undefined))
//   journey.data | journey.problem | journey.loading | journey.sinceMs | journey.retry()
import type {
  ClientToServer,
  Patch,
  Problem,
  ServerToClient,
  Snapshot,
  View,
  ViewArgs,
} from '@hopscope/server/contract/live'
import { io, type Socket } from 'socket.io-client'
import { untrack } from 'svelte'
import { clock } from './clock.svelte.ts'
import { applyPatch, argsKey, follows, type ViewData } from './patch.ts'

export type LiveState = 'connecting' | 'live' | 'paused' | 'late' | 'offline'

/** What a test can stand in for; the real one is socket.io's. */
export type Wire = Pick<Socket<ServerToClient, ClientToServer>, 'on' | 'emit' | 'connected'>

/** Patches that arrive before their snapshot; more than this and the snapshot is asked for again. */
const earlyPatchesMax = 32
const answerMsMax = 15_000
const retryMs = 5000
/** The server sends every second; after this silence the data is called late. */
const lateMs = 10_000

export class Watch<V extends View> {
  /** What to show; stays while offline, so that the page stays readable. */
  data = $state.raw<ViewData[V]>()
  problem = $state.raw<Problem>()
  loading = $state(true)
  /** When the question was asked, browser milliseconds. */
  sinceMs = $state(Date.now())

  readonly #live: Live
  readonly #view: V
  #args: ViewArgs[V] | undefined
  #key = ''
  #seq = -1
  #latest: ViewData[V] | undefined
  #early: Patch<V>[] = []
  #ask = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(live: Live, view: V) {
    this.#live = live
    this.#view = view
  }

  /** Asks another question; the same question again changes nothing. Undefined asks none. */
  set(args: ViewArgs[V] | undefined): void {
    if (args && this.#args && argsKey(args) === argsKey(this.#args)) return
    this.close()
    this.#args = args
    this.data = undefined
    this.problem = undefined
    this.loading = args !== undefined
    this.sinceMs = Date.now()
    this.subscribe()
  }

  close(): void {
    clearTimeout(this.#timer)
    if (this.#args && this.#live.wire?.connected) {
      this.#live.wire.emit('unsubscribe', { view: this.#view, args: this.#args })
    }
    this.#args = undefined
    this.#key = ''
    this.#ask += 1
  }

  retry(): void {
    this.problem = undefined
    this.loading = true
    this.sinceMs = Date.now()
    this.subscribe()
  }

  subscribe(): void {
    const args = this.#args
    if (!args) return
    const ask = ++this.#ask
    clearTimeout(this.#timer)
    this.#key = ''
    this.#early = []
    if (!this.#live.wire?.connected) return
    this.#timer = setTimeout(() => this.#answer(ask, { error: lateProblem }), answerMsMax)
    this.#live.wire.emit('subscribe', { view: this.#view, args }, (answer) => {
      this.#answer(ask, answer as unknown as Snapshot<V> | { error: Problem })
    })
  }

  #answer(ask: number, answer: Snapshot<V> | { error: Problem }): void {
    if (ask !== this.#ask) return
    clearTimeout(this.#timer)
    this.loading = false
    if ('error' in answer) {
      this.problem = answer.error
      // What the question itself cannot help is asked again; a wrong question is not.
      if (answer.error.status === 0 || answer.error.status === 429 || answer.error.status >= 500) {
        this.#timer = setTimeout(() => this.subscribe(), retryMs)
      }
      return
    }
    const { args, seq, ...data } = answer
    this.problem = undefined
    this.#key = argsKey(args as object)
    this.#seq = seq
    this.#show(data as unknown as ViewData[V], data.asOfUs)
    for (const patch of this.#early.splice(0)) if (patch.seq > seq) this.take(patch)
  }

  take(patch: Patch<V>): void {
    if (!this.#args) return
    if (!this.#key) {
      this.#early.push(patch)
      if (this.#early.length > earlyPatchesMax) this.#early.shift()
      return
    }
    if (argsKey(patch.args) !== this.#key || !this.#latest) return
    if (patch.seq <= this.#seq) return
    if (!follows(this.#seq, patch)) return this.subscribe()
    this.#seq = patch.seq
    this.#show(applyPatch(this.#view, this.#latest, patch), patch.asOfUs)
  }

  #show(data: ViewData[V], asOfUs: number): void {
    this.#latest = data
    this.#live.heard(asOfUs)
    if (!this.#live.paused || !this.data) this.data = data
  }

  /** Shows what arrived while paused. */
  catchUp(): void {
    if (this.#latest && this.#key) this.data = this.#latest
  }
}

export class Live {
  paused = $state(false)
  pausedAtMs = $state(0)
  connected = $state(false)
  /** Browser time of the last message, and of the loss of the connection. 0: none yet. */
  heardAtMs = $state(0)
  lostAtMs = $state(0)
  #watches = new Set<Watch<View>>()
  wire: Wire | undefined

  /** Starts listening. Called once, by main.ts; in tests with a wire that the test holds. */
  connect(wire: Wire): void {
    this.wire = wire
    wire.on('connect', () => {
      this.connected = true
      for (const watch of this.#watches) watch.subscribe()
    })
    wire.on('disconnect', () => this.#lost())
    wire.on('connect_error', () => this.#lost())
    for (const view of ['overview', 'journey', 'trace'] as const) {
      wire.on(view, (patch: Patch<View>) => this.#deal(view, patch))
    }
  }

  #lost(): void {
    if (this.connected || this.lostAtMs === 0) this.lostAtMs = Date.now()
    this.connected = false
  }

  #views = new Map<Watch<View>, View>()

  #deal(view: View, patch: Patch<View>): void {
    for (const watch of this.#watches) if (this.#views.get(watch) === view) watch.take(patch)
  }

  heard(asOfUs: number): void {
    this.heardAtMs = Date.now()
    clock.learn(asOfUs)
  }

  /** Age of what is shown, in milliseconds; undefined before the first answer. */
  get ageMs(): number | undefined {
    return this.heardAtMs ? Math.max(0, clock.nowMs - this.heardAtMs) : undefined
  }

  get state(): LiveState {
    if (!this.connected) return this.lostAtMs ? 'offline' : 'connecting'
    if (this.paused) return 'paused'
    return this.#watches.size > 0 && (this.ageMs ?? 0) > lateMs ? 'late' : 'live'
  }

  togglePause(): void {
    this.paused = !this.paused
    this.pausedAtMs = Date.now()
    if (!this.paused) for (const watch of this.#watches) watch.catchUp()
  }

  /** Adds a watch that the caller closes. `watch` does both for a component. */
  open<V extends View>(view: V): Watch<V> {
    const watch = new Watch(this, view)
    this.#watches.add(watch as unknown as Watch<View>)
    this.#views.set(watch as unknown as Watch<View>, view)
    return watch
  }

  drop(watch: Watch<never>): void {
    watch.close()
    this.#watches.delete(watch as unknown as Watch<View>)
    this.#views.delete(watch as unknown as Watch<View>)
  }

  /** To be called while a component starts. */
  watch<V extends View>(view: V, args: () => ViewArgs[V] | undefined): Watch<V> {
    const watch = this.open(view)
    $effect(() => {
      const next = args()
      untrack(() => watch.set(next))
    })
    $effect(() => () => this.drop(watch as unknown as Watch<never>))
    return watch
  }
}

const lateProblem: Problem = {
  title: `The server did not answer in ${answerMsMax / 1000} s`,
  status: 0,
  detail: 'The question was asked over the socket.',
  todo: 'Try again.',
}

export const live = new Live()

/** Same origin, websocket first; reconnects for as long as the page is open. */
export function openSocket(): Wire {
  return io({ transports: ['websocket', 'polling'], reconnectionDelay: 500, reconnectionDelayMax: 5000 })
}
