// The socket: a page subscribes to a view, gets a snapshot as the acknowledgement, then patches on the view's name. A page that
// does not keep up is left out of a patch, sees the gap in `seq` and subscribes again; nothing piles up here for it.
import {
  Ack,
  ConnectedSocket,
  MessageBody,
  SubscribeMessage,
  WebSocketGateway,
  WebSocketServer,
} from '@nestjs/websockets'
import type { OnGatewayConnection, OnGatewayDisconnect } from '@nestjs/websockets'
import type { Server, Socket } from 'socket.io'
import type { ClientToServer, Patch, Problem, ServerToClient, Snapshot, View, ViewArgs } from '../contract/live.ts'
import { log, say } from '../log.ts'
import { badInput, check, toProblem } from '../problem.ts'
import { traced } from '../telemetry.ts'
import { normalise, subscribeRequest } from './args.ts'
import { roomName, Rooms } from './rooms.ts'
import { Questions } from './views.ts'

/** What may wait for one client's connection; a patch that would wait behind more is not sent to it. */
export const packetsWaitingMax = 32
export const bytesWaitingMax = 4 * 1024 * 1024

type Reply = (answer: Snapshot<View> | { error: Problem }) => void

@WebSocketGateway()
export class LiveGateway implements OnGatewayConnection, OnGatewayDisconnect {
  @WebSocketServer()
  private readonly server!: Server<ClientToServer, ServerToClient>
  /** Patches that were not sent to a client because it did not keep up. */
  dropped = 0
  readonly #rooms: Rooms
  readonly #clients = new Set<string>()

  constructor(questions: Questions) {
    const failed = (error: unknown) => log('warn', `A live view could not be asked again: ${say(error)}`)
    this.#rooms = new Rooms({ questions, send: (room, view, patch) => this.#send(room, view, patch), failed })
  }

  counters(): { clients: number; rooms: number; dropped: number } {
    return { clients: this.#clients.size, rooms: this.#rooms.size, dropped: this.dropped }
  }

  handleConnection(socket: Socket): void {
    this.#clients.add(socket.id)
  }

  handleDisconnect(socket: Socket): void {
    this.#clients.delete(socket.id)
    this.#rooms.leaveAll(socket.id)
  }

  @SubscribeMessage('subscribe')
  async subscribe(
    @ConnectedSocket() socket: Socket,
    @MessageBody() request: unknown,
    @Ack() ack: unknown,
  ): Promise<void> {
    const reply: Reply = typeof ack === 'function' ? (ack as Reply) : () => {}
    try {
      const { view, args } = parse(request)
      await traced(`watch ${view}`, () => this.#join(socket, view, args, reply))
    } catch (error) {
      reply({ error: toProblem(error, (id, cause) => log('error', `${id} subscribe: ${say(cause)}`)) })
    }
  }

  @SubscribeMessage('unsubscribe')
  unsubscribe(@ConnectedSocket() socket: Socket, @MessageBody() request: unknown): void {
    try {
      const { view, args } = parse(request)
      void socket.leave(roomName(view, args))
      this.#rooms.leave(socket.id, view, args)
    } catch {
      // Whoever asks to leave a room that cannot exist is in none.
    }
  }

  /** Ends all timers; sockets are closed with the app. */
  close(): void {
    this.#rooms.closeAll()
  }

  async #join<V extends View>(socket: Socket, view: V, args: ViewArgs[V], reply: Reply): Promise<void> {
    const room = await this.#rooms.enter(socket.id, view, args)
    if (!room.viewers.has(socket.id)) return
    if (!this.#clients.has(socket.id)) return this.#rooms.leave(socket.id, view, args)
    // Joined and answered in one go, so that no patch can come between the snapshot and its number.
    void socket.join(roomName(view, args))
    reply(room.snapshot() as unknown as Snapshot<View>)
  }

  #send(room: string, view: View, patch: Patch<View>): void {
    const slow: string[] = []
    for (const id of this.server.sockets.adapter.rooms.get(room) ?? []) {
      const socket = this.server.sockets.sockets.get(id)
      if (socket !== undefined && isBehind(socket)) slow.push(id)
    }
    this.dropped += slow.length
    // One broadcast, so that the patch is made into text once for all viewers.
    this.server
      .to(room)
      .except(slow)
      .emit(view, patch as never)
  }
}

/** True when engine.io holds too much for a client whose transport does not take more. */
function isBehind({ conn }: { conn: object }): boolean {
  const packets: unknown = 'writeBuffer' in conn ? conn.writeBuffer : []
  if (!Array.isArray(packets)) return false
  return packets.length > packetsWaitingMax || packets.reduce(addBytes, 0) > bytesWaitingMax
}

const addBytes = (sum: number, { data }: { data?: unknown }) => sum + (typeof data === 'string' ? data.length : 0)

function parse(request: unknown): { view: View; args: ViewArgs[View] } {
  const { view, args } = check(subscribeRequest, 'request', request)
  const normal = normalise(view, args)
  if (!normal.success) throw badInput('args', normal.error.issues)
  return { view, args: normal.data }
}
