// All rooms: opened by the first viewer, closed after the last, bounded in number for one client and for all.
import type { Patch, View, ViewArgs } from '../contract/live.ts'
import { ProblemError } from '../problem.ts'
import { Room } from './room.ts'
import { see, type Questions } from './views.ts'

/** Views that one client watches at once; a page has two. */
export const roomsPerClientMax = 8
/** Different questions that are asked again and again. */
export const roomsMax = 200

export interface RoomsOptions {
  questions: Questions
  /** Sends a patch to the viewers of a room. */
  send: (room: string, view: View, patch: Patch<View>) => void
  failed: (error: unknown) => void
}

export class Rooms {
  readonly #rooms = new Map<string, Room<View>>()
  readonly #options: RoomsOptions

  constructor(options: RoomsOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#rooms.size
  }

  /** Adds a viewer and resolves with the room when it has an answer. Throws a ProblemError when a bound is reached. */
  async enter<V extends View>(clientId: string, view: V, args: ViewArgs[V]): Promise<Room<V>> {
    const name = roomName(view, args)
    const room = this.#rooms.get(name) ?? this.#open(name, view, args)
    if (!room.viewers.has(clientId) && this.#countOf(clientId) >= roomsPerClientMax) {
      this.#closeEmpty(name)
      throw tooMany(`This page watches ${roomsPerClientMax} views already.`, 'Close a view, or reload the page.')
    }
    room.viewers.add(clientId)
    try {
      await room.ready()
    } catch (error) {
      this.leave(clientId, view, args)
      throw error
    }
    return room as unknown as Room<V>
  }

  leave<V extends View>(clientId: string, view: V, args: ViewArgs[V]): void {
    const name = roomName(view, args)
    this.#rooms.get(name)?.viewers.delete(clientId)
    this.#closeEmpty(name)
  }

  /** Takes a client out of every room. */
  leaveAll(clientId: string): void {
    for (const [name, room] of this.#rooms) {
      if (room.viewers.delete(clientId)) this.#closeEmpty(name)
    }
  }

  closeAll(): void {
    for (const room of this.#rooms.values()) room.close()
    this.#rooms.clear()
  }

  #open<V extends View>(name: string, view: V, args: ViewArgs[V]): Room<View> {
    if (this.#rooms.size >= roomsMax) {
      throw tooMany(`${roomsMax} different views are watched already.`, 'Try again when others have closed theirs.')
    }
    const { questions, send, failed } = this.#options
    const room = new Room<View>({
      view,
      args,
      ask: () => see<View>(questions, view, args),
      send: (patch) => send(name, view, patch),
      failed,
    })
    this.#rooms.set(name, room)
    return room
  }

  #closeEmpty(name: string): void {
    const room = this.#rooms.get(name)
    if (room === undefined || room.viewers.size > 0) return
    room.close()
    this.#rooms.delete(name)
  }

  #countOf(clientId: string): number {
    return [...this.#rooms.values()].filter(({ viewers }) => viewers.has(clientId)).length
  }
}

/** One room for one question: view and normal arguments. */
export const roomName = <V extends View>(view: V, args: ViewArgs[V]) => `${view} ${JSON.stringify(args)}`

const tooMany = (detail: string, todo: string) =>
  new ProblemError({ title: 'Too many live views', status: 429, detail, todo })
