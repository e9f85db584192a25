// What the shop sells and to whom. The same order number is always the same order, so that a run can be repeated.

export interface Order {
  orderId: string
  customerId: string
  country: string
  currency: string
  /** A number, as billing expects it; one old app sends text such as "12,50 EUR". */
  total: number | string
  items: { sku: string; quantity: number }[]
}

/** One in twelve customers is Swiss and pays in francs. */
const countries = ['DE', 'FR', 'NL', 'DE', 'IT', 'AT', 'DE', 'ES', 'BE', 'FR', 'CH', 'PL'] as const
const skus = ['mug-blue', 'mug-white', 'teapot-1l', 'kettle-s', 'tray-oak', 'spoon-6'] as const

/** The order that customer number `n` of the day places; without an id, which the shop gives. */
export function orderNumber(n: number): Omit<Order, 'orderId'> {
  const random = randomFrom(n)
  const country = countries[Math.floor(random() * countries.length)] ?? 'DE'
  const items = Array.from({ length: 1 + Math.floor(random() * 3) }, () => ({
    sku: skus[Math.floor(random() * skus.length)] ?? skus[0],
    quantity: 1 + Math.floor(random() * 2),
  }))
  return {
    customerId: `C-${1000 + Math.floor(random() * 400)}`,
    country,
    currency: country === 'CH' ? 'CHF' : country === 'PL' ? 'PLN' : 'EUR',
    total: Math.round(900 + random() * 9_000) / 100,
    items,
  }
}

/** Numbers 0 to 1 that depend on nothing but the seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = Math.imul(seed + 1, 0x9e3779b1)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}
