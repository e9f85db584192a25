// Protobuf and OTLP as bytes, for the templates of the load. Values in, bytes out; where a value is to differ in every request,
// a note of the place goes to the list of patches. Runs once a template, so it is plain rather than fast.

/** What is written anew in each request, at a place of the template. */
export const patchKinds = { trace: 0, span: 1, start: 2, end: 3, order: 4, offset: 5, customer: 6 }

/** Digits of an order id and of a customer id; bytes of an offset as varint, which holds from 2^28 to 2^35. */
export const orderDigits = 10
export const customerDigits = 6
export const offsetBytes = 5

/** A piece of a message: bytes and the patches inside them, relative to its start. */
const piece = (bytes, patches = []) => ({ bytes, patches })

function varint(value) {
  const bytes = []
  let rest = value
  while (rest > 127) {
    bytes.push((rest % 128) | 128)
    rest = Math.floor(rest / 128)
  }
  bytes.push(rest)
  return Buffer.from(bytes)
}

export function join(pieces) {
  const patches = []
  let at = 0
  for (const { bytes, patches: inner } of pieces) {
    for (const patch of inner) patches.push({ ...patch, at: patch.at + at })
    at += bytes.length
  }
  return piece(Buffer.concat(pieces.map(({ bytes }) => bytes)), patches)
}

export const block = (field, content) =>
  join([piece(Buffer.concat([varint(field * 8 + 2), varint(content.bytes.length)])), content])

export const text = (field, value) => block(field, piece(Buffer.from(value)))
export const number = (field, value) => piece(Buffer.concat([varint(field * 8), varint(value)]))

/** Eight bytes that are only known when the request is made. */
export const time = (field, kind, data) =>
  piece(Buffer.concat([varint(field * 8 + 1), Buffer.alloc(8)]), [{ at: 1, kind, ...data }])

export const id = (field, bytes, kind) =>
  join([piece(Buffer.concat([varint(field * 8 + 2), varint(bytes.length)])), piece(bytes, [{ at: 0, kind }])])

/** A value of an attribute: a text, a whole number, a list of texts and patched parts, or an offset. */
function value(given) {
  if (typeof given === 'number') return number(3, given)
  if (given.offset !== undefined) {
    const filler = Buffer.from([0x80, 0x80, 0x80, 0x80, 0x01])
    return join([piece(varint(3 * 8)), piece(filler, [{ at: 0, kind: patchKinds.offset, offset: given.offset }])])
  }
  const parts = Array.isArray(given) ? given : [given]
  return block(1, join(parts.map((part) => (typeof part === 'string' ? piece(Buffer.from(part)) : digits(part)))))
}

function digits(part) {
  if (part.order !== undefined)
    return piece(Buffer.alloc(orderDigits, '0'), [{ at: 0, kind: patchKinds.order, order: part.order }])
  return piece(Buffer.alloc(customerDigits, '0'), [{ at: 0, kind: patchKinds.customer, order: part.customer }])
}

export const attributes = (field, given) =>
  join(Object.entries(given).map(([name, each]) => block(field, join([text(1, name), block(2, value(each))]))))
