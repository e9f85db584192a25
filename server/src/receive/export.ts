// One OTLP request, whatever carried it: body bytes in, an Outcome out. Decodes, hands the block to the journal, and counts
// only what is on disk then. Never throws: a full journal or a failing disk is a reason to come again, not an error of the sender.
import { createHash } from 'node:crypto'
import { JournalFull, type Block, type Intake } from '../journal/block.ts'
import type { Signal } from '../contract/status.ts'
import { encodeJson } from './json/encode.ts'
import { LogBlocks } from './log-block.ts'
import type { Meters } from './meters.ts'
import { BlockTooLarge } from './native/table.ts'
import { PointBlocks } from './point-block.ts'
import { Reading, windowOf, type ReadingSettings, type Window } from './reading.ts'
import { SpanBlocks } from './span-block.ts'
import { Tally } from './tally.ts'
import { MalformedBody } from './wire/reader.ts'

export type Encoding = 'protobuf' | 'json'

/** What the sender is to be told. `rejected` items were refused for good; `later` means that nothing was taken. */
export type Outcome =
  | { kind: 'ok'; rejected: number; message: string }
  | { kind: 'bad'; message: string }
  | { kind: 'too-large'; message: string }
  | { kind: 'later'; message: string; retryAfterSeconds: number }

export interface ExportSettings extends ReadingSettings {
  intake: Intake
  meters: Meters
  /** Microseconds since the epoch. */
  now: () => number
  bodyBytesMax: number
  inflightBytesMax: number
  retentionDays: Record<Signal, number>
}

interface Decoded {
  block: Block | undefined
  tally: Tally
  hash: string
  message: string
}

interface Decoder {
  read(body: Buffer, window: Window): Block | undefined
}

/** A body may unfold to this many times its largest size, by resource attributes that are repeated on every row. */
const blockFactor = 4
const retrySeconds = 1

export class Exports {
  private inflightBytes = 0
  private readonly reading: Reading
  private readonly decoders: Record<Signal, Decoder>

  constructor(private readonly settings: ExportSettings) {
    const { bodyBytesMax } = settings
    this.reading = new Reading(settings)
    this.decoders = {
      spans: new SpanBlocks(this.reading, bodyBytesMax * blockFactor),
      logs: new LogBlocks(this.reading, bodyBytesMax * blockFactor),
      points: new PointBlocks(this.reading, bodyBytesMax * blockFactor),
    }
  }

  /** Takes a place for bytes that are about to be read or decoded; false when there is none, and nothing is taken then. */
  reserve(bytes: number): boolean {
    if (this.inflightBytes + bytes > this.settings.inflightBytesMax) return false
    this.inflightBytes += bytes
    return true
  }

  release(bytes: number): void {
    this.inflightBytes -= bytes
  }

  /** Why a request would be refused now, before its body is read; undefined when it would not. */
  refusal(signal: Signal): Outcome | undefined {
    if (this.settings.intake.full()) return this.later(signal, 'journal_full', 'the journal is full', retrySeconds)
    return undefined
  }

  /** There is no place for a request: too many are under way. */
  busy(signal: Signal): Outcome {
    return this.later(signal, 'busy', 'too many requests are being read at once', retrySeconds)
  }

  private later(signal: Signal, reason: string, message: string, retryAfterSeconds: number): Outcome {
    this.settings.meters.defer(signal, reason)
    return { kind: 'later', message: `${message}; nothing of this request was taken, send it again`, retryAfterSeconds }
  }

  /** Takes one whole request. `from` is the sender's address. Its bytes must have been reserved. */
  async take(request: { signal: Signal; body: Buffer; encoding: Encoding; from: string }): Promise<Outcome> {
    const { signal, body } = request
    const refused = this.refusal(signal)
    if (refused) return refused
    const decoded = this.decode(request)
    if ('kind' in decoded) return decoded
    const { block, tally, hash, message } = decoded
    const rejected = tally.rejectedTotal()
    if (block === undefined) {
      this.count(signal, 0, tally)
      return { kind: 'ok', rejected, message }
    }
    // The body is not needed any more, the block is: it stands for as many bytes until it is on disk.
    const extra = Math.max(0, block.bytes.length - body.length)
    this.inflightBytes += extra
    try {
      const answer = await this.settings.intake.append(hash, block)
      if (answer === 'resent') this.settings.meters.resend(signal)
      else this.count(signal, block.rows, tally)
      return { kind: 'ok', rejected, message }
    } catch (error) {
      if (error instanceof JournalFull) {
        return this.later(signal, 'journal_full', 'the journal is full', error.retryAfterSeconds)
      }
      return this.later(signal, 'disk', 'the journal could not write to its disk', 5)
    } finally {
      this.inflightBytes -= extra
    }
  }

  /** Synchronous, so that the shared reading serves one request at a time; what it counted is copied before anyone waits. */
  private decode(request: { signal: Signal; body: Buffer; encoding: Encoding; from: string }): Decoded | Outcome {
    const { signal, body, encoding, from } = request
    const nowUs = this.settings.now()
    const tally = new Tally()
    try {
      const bytes = encoding === 'json' ? encodeJson(signal, body, tally) : body
      const block = this.decoders[signal].read(bytes, windowOf(nowUs, this.settings.retentionDays[signal]))
      tally.add(this.reading.tally)
      return { block, tally, hash: hashOf(request, tally, nowUs), message: tally.message(signal) }
    } catch (error) {
      if (error instanceof BlockTooLarge) return { kind: 'too-large', message: error.message }
      const reason = error instanceof Error ? error.message : String(error)
      const what = `a request with ${signal} that could not be read: ${reason}`
      const hint =
        error instanceof MalformedBody
          ? `Send OTLP 1.x as ${encoding === 'json' ? 'JSON with lowerCamelCase names' : 'protobuf'}; nothing of it was stored.`
          : 'This is a fault of Hopscope, please report it; nothing of the request was stored.'
      this.settings.meters.misunderstand({ from, what, hint }, nowUs)
      return { kind: 'bad', message: `the request could not be read, nothing of it was stored: ${reason}` }
    }
  }

  private count(signal: Signal, rows: number, tally: Tally): void {
    const { meters, now } = this.settings
    if (rows > 0) meters.accept(signal, rows, now())
    for (const [reason, count] of tally.rejected) meters.reject(signal, reason, count)
    for (const [reason, count] of tally.changed) meters.change(reason, count)
  }
}

/** Equal requests have equal hashes. Where we gave items their time, equal bytes may well be two requests: they stay apart. */
function hashOf(request: { signal: Signal; body: Buffer; encoding: Encoding }, tally: Tally, nowUs: number): string {
  const hash = createHash('sha256').update(`${request.signal} ${request.encoding}\n`)
  if (tally.timesMade > 0) hash.update(`${nowUs}\n`)
  return hash.update(request.body).digest('hex')
}
