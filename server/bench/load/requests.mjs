// The load: OTLP requests of about 250 spans. A seed and a clock in, request bodies out. Each body is a copy of one of a few
// templates in which ids, times, order ids, customers and offsets are written anew, so that making one costs little
// and no two spans are alike in what a store indexes.
import { Dice } from './dice.mjs'
import { resourceOf, services, spansOf } from './shop.mjs'
import {
  attributes,
  block,
  customerDigits,
  id,
  join,
  number,
  offsetBytes,
  orderDigits,
  patchKinds,
  text,
  time,
} from './wire.mjs'

const ordersEach = 16
const templatesCount = 64
const customers = 50_000
const firstOffset = 300_000_000
/** Prime to 10^9, so that order ids come in no order and none twice. */
const orderStep = 618_033_989
const two32 = 2 ** 32
const stack = `Error: card declined
    at charge (/app/src/cards.js:88:13)
    at process.processTicksAndRejections (node:internal/process/task_queues:105:5)
    at async onOrder (/app/src/payment.js:41:20)
    at async Runner.processEachMessage (/app/node_modules/kafkajs/src/consumer/runner.js:231:9)`

export class Requests {
  spans = 0
  #templates
  #dice
  #orders = 0

  constructor(seed = 1) {
    this.#dice = new Dice(seed)
    this.#templates = Array.from({ length: templatesCount }, () => makeTemplate(this.#dice))
  }

  /** What one request is like, on average. */
  get shape() {
    const sum = (of) => this.#templates.reduce((total, template) => total + of(template), 0)
    const spans = sum((each) => each.spans)
    return {
      spansPerRequest: spans / templatesCount,
      bytesPerSpan: sum((each) => each.bytes.length) / spans,
      attributesPerSpan: sum((each) => each.attributes) / spans,
      errorShare: sum((each) => each.errors) / spans,
    }
  }

  /** The next body and how many spans it holds. `nowMs` is the time of its newest spans. */
  next(nowMs) {
    const dice = this.#dice
    const template = this.#templates[dice.below(templatesCount)]
    const body = Buffer.from(template.bytes)
    this.#patch(body, template, nowMs)
    this.#orders += ordersEach
    this.spans += template.spans
    return { body, spans: template.spans }
  }

  #patch(body, { at: places, kind: kinds, data }, nowMs) {
    const dice = this.#dice
    const traces = [dice.bits(), dice.bits(), dice.bits(), dice.bits()]
    const spans = [dice.bits(), dice.bits()]
    const salt = dice.bits()
    // Nanoseconds as two halves; spans stand within the 4 s before now.
    const nowNs = BigInt(Math.floor(nowMs)) * 1_000_000n - 4_200_000_000n
    const low = Number(nowNs & 0xffffffffn)
    const high = Number(nowNs >> 32n)
    for (let i = 0; i < places.length; i += 1) {
      const at = places[i]
      switch (kinds[i]) {
        case patchKinds.trace:
          for (let part = 0; part < 4; part += 1) flip(body, at + part * 4, traces[part])
          break
        case patchKinds.span:
          flip(body, at, spans[0])
          flip(body, at + 4, spans[1])
          break
        case patchKinds.start:
        case patchKinds.end: {
          const sum = low + data[i] + ((salt ^ i) & 0xffff)
          writeHalf(body, at, sum >>> 0)
          writeHalf(body, at + 4, sum >= two32 ? high + Math.floor(sum / two32) : high)
          break
        }
        case patchKinds.order:
          writeDigits(
            body,
            at,
            orderDigits,
            1e9 + ((((this.#orders + data[i]) % 1e6) * orderStep + Math.floor((this.#orders + data[i]) / 1e6)) % 1e9),
          )
          break
        case patchKinds.customer:
          writeDigits(body, at, customerDigits, (salt + data[i] * 7919) % customers)
          break
        default:
          writeOffset(body, at, firstOffset + this.#orders + data[i])
      }
    }
  }
}

function flip(body, at, bits) {
  body[at] ^= bits
  body[at + 1] ^= bits >>> 8
  body[at + 2] ^= bits >>> 16
  body[at + 3] ^= bits >>> 24
}

function writeHalf(body, at, value) {
  body[at] = value
  body[at + 1] = value >>> 8
  body[at + 2] = value >>> 16
  body[at + 3] = value >>> 24
}

function writeDigits(body, from, count, value) {
  let rest = value
  for (let at = from + count - 1; at >= from; at -= 1) {
    const tens = Math.floor(rest / 10)
    body[at] = 48 + rest - tens * 10
    rest = tens
  }
}

function writeOffset(body, at, value) {
  let rest = value
  for (let i = 0; i < offsetBytes; i += 1) {
    body[at + i] = (rest & 127) | (i < offsetBytes - 1 ? 128 : 0)
    rest >>>= 7
  }
}

function makeTemplate(dice) {
  const byService = Object.fromEntries(Object.keys(services).map((service) => [service, []]))
  let errors = 0
  let attributeCount = 0
  for (let order = 0; order < ordersEach; order += 1) {
    for (const span of placed(spansOf(order, dice), dice)) {
      byService[span.service].push(encodeSpan(span))
      attributeCount += Object.keys(span.attrs).length
      if (span.fails) errors += 1
    }
  }
  const filled = Object.entries(byService).filter(([, list]) => list.length > 0)
  const message = join(filled.map(([service, list]) => resourceSpans(service, list, dice)))
  return {
    bytes: message.bytes,
    spans: filled.reduce((sum, [, list]) => sum + list.length, 0),
    errors,
    attributes: attributeCount,
    at: Int32Array.from(message.patches, (patch) => patch.at),
    kind: Uint8Array.from(message.patches, (patch) => patch.kind),
    data: Float64Array.from(message.patches, (patch) => patch.ns ?? patch.order ?? patch.offset ?? 0),
  }
}

function resourceSpans(service, list, dice) {
  const resource = block(1, attributes(1, resourceOf(service, dice)))
  const scope = block(1, join([text(1, '@opentelemetry/instrumentation-kafkajs'), text(2, '0.18.0')]))
  return block(1, join([resource, block(2, join([scope, ...list.map((span) => block(2, span))]))]))
}

/** Gives the spans of one order their ids, parents and times. */
function placed(spans, dice) {
  const first = dice.below(3e9)
  const trace = dice.bytes(16)
  for (const span of spans) {
    const parent = span.apart ? undefined : spans[span.after]
    span.spanId = dice.bytes(8)
    span.traceId = span.apart ? dice.bytes(16) : (spans[span.after]?.traceId ?? trace)
    span.parentId = parent?.spanId
    span.startNs = (spans[span.after]?.startNs ?? first) + 100_000 + dice.below(5e6)
    span.link = span.linksTo === undefined ? undefined : spans[span.linksTo]
  }
  return spans
}

function encodeSpan(span) {
  const parts = [
    id(1, span.traceId, patchKinds.trace),
    id(2, span.spanId, patchKinds.span),
    ...(span.parentId ? [id(4, span.parentId, patchKinds.span)] : []),
    text(5, span.name),
    number(6, span.kind),
    time(7, patchKinds.start, { ns: span.startNs }),
    time(8, patchKinds.end, { ns: span.startNs + span.durationNs + 0x10000 }),
    attributes(9, span.attrs),
  ]
  if (span.fails) {
    const exception = attributes(3, {
      'exception.type': 'Error',
      'exception.message': 'card declined',
      'exception.stacktrace': stack,
    })
    parts.push(
      block(11, join([time(1, patchKinds.start, { ns: span.startNs + 50_000 }), text(2, 'exception'), exception])),
    )
  }
  if (span.link)
    parts.push(block(13, join([id(1, span.link.traceId, patchKinds.trace), id(2, span.link.spanId, patchKinds.span)])))
  if (span.fails) parts.push(block(15, join([text(2, 'card declined'), number(3, 2)])))
  return join(parts)
}
