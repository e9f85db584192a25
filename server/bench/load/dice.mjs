// Numbers that look random and are the same for the same seed (xorshift128). Not for secrets.
export class Dice {
  #a
  #b = 0x9e3779b9
  #c = 0x243f6a88
  #d = 0xb7e15162

  constructor(seed) {
    this.#a = seed | 0 || 1
    for (let i = 0; i < 20; i += 1) this.bits()
  }

  /** 32 bits, unsigned. */
  bits() {
    let t = this.#d
    const s = this.#a
    this.#d = this.#c
    this.#c = this.#b
    this.#b = s
    t ^= t << 11
    t ^= t >>> 8
    this.#a = t ^ s ^ (s >>> 19)
    return this.#a >>> 0
  }

  below(count) {
    return this.bits() % count
  }

  share() {
    return this.bits() / 2 ** 32
  }

  bytes(count) {
    return Buffer.from(Array.from({ length: count }, () => this.below(256)))
  }
}
