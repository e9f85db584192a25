// OTLP/JSON to OTLP/protobuf, so that one decoder serves both. A JSON body in, protobuf bytes out. 64-bit integers keep every
// digit, given as number, string or {low, high}; ids are hex, or base64 with a warning; unknown fields are left out.
// A bad value refuses the item it is in and is counted; one outside any item, or no JSON at all, throws MalformedBody.
import { LosslessNumber, parse } from 'lossless-json'
import type { Signal } from '../../contract/status.ts'
import type { Tally } from '../tally.ts'
import { MalformedBody } from '../wire/reader.ts'
import { WireWriter } from '../wire/writer.ts'
import { requestShapes, type Field, type Scalar, type Shape } from './shapes.ts'

/** Brackets within brackets. Sixteen levels of values need about 90; the parser's own recursion must stay far away. */
export const jsonDepthMax = 400

/** A value that is not allowed where it stands. */
class BadValue extends Error {}

/** Throws MalformedBody. */
export function encodeJson(signal: Signal, body: Buffer, tally: Tally): Buffer {
  checkDepth(body)
  let value: unknown
  try {
    value = parse(body.toString('utf8'))
  } catch (error) {
    throw new MalformedBody(`this is no JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
  try {
    return message(requestShapes[signal], value, tally)
  } catch (error) {
    if (error instanceof BadValue) throw new MalformedBody(error.message)
    throw error
  }
}

/** Counts brackets outside strings, so that a deep body is refused before anything recurses into it. */
function checkDepth(body: Buffer): void {
  let depth = 0
  let inString = false
  for (let i = 0; i < body.length; i += 1) {
    const byte = body[i]
    if (inString) {
      if (byte === 0x5c) i += 1
      else if (byte === 0x22) inString = false
    } else if (byte === 0x22) inString = true
    else if (byte === 0x7b || byte === 0x5b) {
      depth += 1
      if (depth > jsonDepthMax) throw new MalformedBody(`JSON is nested deeper than ${jsonDepthMax} levels`)
    } else if (byte === 0x7d || byte === 0x5d) depth -= 1
  }
}

function message(shape: Shape, value: unknown, tally: Tally): Buffer {
  if (!isObject(value)) throw new BadValue(`an object is expected, ${describe(value)} is there`)
  const out = new WireWriter()
  for (const [name, content] of Object.entries(value)) {
    const field = shape.get(name)
    if (field === undefined || content === null || content === undefined) continue
    if (!field.repeated) write(out, field, content, name, tally)
    else if (Array.isArray(content)) for (const element of content) writeElement(out, field, element, name, tally)
    else throw new BadValue(`${name} must be a list, ${describe(content)} is there`)
  }
  return out.finish()
}

function writeElement(out: WireWriter, field: Field, element: unknown, name: string, tally: Tally): void {
  if (!field.items) {
    write(out, field, element, name, tally)
    return
  }
  try {
    write(out, field, element, name, tally)
  } catch (error) {
    if (!(error instanceof BadValue)) throw error
    tally.reject('bad_json')
  }
}

function write(out: WireWriter, field: Field, value: unknown, name: string, tally: Tally): void {
  const { type, number } = field
  if (typeof type !== 'string') {
    out.block(number, message(type, value, tally))
    return
  }
  writeScalar(out, number, type, value, name, tally)
}

function writeScalar(out: WireWriter, number: number, type: Scalar, value: unknown, name: string, tally: Tally): void {
  switch (type) {
    case 'string':
      if (typeof value !== 'string') throw new BadValue(`${name} must be a string, ${describe(value)} is there`)
      out.block(number, value)
      return
    case 'bool':
      if (typeof value !== 'boolean') throw new BadValue(`${name} must be true or false, ${describe(value)} is there`)
      out.varint(number, value ? 1n : 0n)
      return
    case 'double':
      out.double(number, double(value, name))
      return
    case 'base64':
      if (typeof value !== 'string') throw new BadValue(`${name} must be base64, ${describe(value)} is there`)
      out.block(number, Buffer.from(value, 'base64'))
      return
    case 'traceId':
      out.block(number, id(value, 16, name, tally))
      return
    case 'spanId':
      out.block(number, id(value, 8, name, tally))
      return
    case 'enum':
      if (!(value instanceof LosslessNumber))
        throw new BadValue(`${name} must be a number, ${describe(value)} is there`)
      out.varint(number, integer(value, name))
      return
    case 'sint32': {
      const whole = BigInt.asIntN(32, integer(value, name))
      out.varint(number, whole < 0n ? -2n * whole - 1n : 2n * whole)
      return
    }
    case 'fixed32':
      out.fixed32(number, integer(value, name))
      return
    case 'fixed64':
      out.fixed64(number, integer(value, name))
      return
    default:
      out.varint(number, integer(value, name))
  }
}

/** Hex as the specification wants it, in any case; base64 by its exact length. Anything else has no id's length and is refused later. */
function id(value: unknown, size: number, name: string, tally: Tally): Buffer {
  if (typeof value !== 'string') throw new BadValue(`${name} must be hex digits, ${describe(value)} is there`)
  if (value.length % 2 === 0 && /^[0-9a-fA-F]*$/.test(value)) return Buffer.from(value, 'hex')
  const decoded = Buffer.from(value, 'base64')
  if (value.length !== Math.ceil(size / 3) * 4 || decoded.length !== size) {
    throw new BadValue(`${name} must be ${size * 2} hex digits`)
  }
  tally.base64Ids += 1
  return decoded
}

/** A whole number of at most 64 bits, given as number, as decimal text, or as the halves that old JavaScript exporters sent. */
function integer(value: unknown, name: string): bigint {
  if (isObject(value) && 'low' in value && 'high' in value) {
    const low = BigInt.asUintN(32, integer(value['low'], name))
    return (integer(value['high'], name) << 32n) | low
  }
  const text = value instanceof LosslessNumber ? value.value : value
  if (typeof text === 'string') {
    const whole = /^(-?\d{1,20})(?:\.0{1,20})?$/.exec(text)?.[1]
    const rounded =
      whole === undefined && /^-?\d{1,20}(?:\.\d{1,40})?[eE]\+?\d{1,2}$/.test(text) ? Number(text) : Number.NaN
    const number = whole === undefined ? (Number.isInteger(rounded) ? BigInt(rounded) : undefined) : BigInt(whole)
    if (number !== undefined && number >= -(2n ** 63n) && number < 2n ** 64n) return number
  }
  throw new BadValue(`${name} must be a whole number of 64 bits, ${describe(value)} is there`)
}

function double(value: unknown, name: string): number {
  if (value instanceof LosslessNumber) return Number(value.value)
  if (value === 'NaN') return Number.NaN
  if (value === 'Infinity') return Number.POSITIVE_INFINITY
  if (value === '-Infinity') return Number.NEGATIVE_INFINITY
  if (typeof value === 'string' && value.trim() !== '' && !Number.isNaN(Number(value))) return Number(value)
  throw new BadValue(`${name} must be a number, ${describe(value)} is there`)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof LosslessNumber)
}

function describe(value: unknown): string {
  if (value instanceof LosslessNumber) return value.value.slice(0, 40)
  return (JSON.stringify(value) ?? 'nothing').slice(0, 40)
}
