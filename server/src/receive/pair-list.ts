// Where the repeated parts of an item stand in the body: attributes, events, links. Two positions each, no objects; what is
// beyond the bound is only counted.

export class PairList {
  count = 0
  /** Parts beyond the bound. */
  dropped = 0
  private readonly places: Int32Array

  constructor(private readonly max: number) {
    this.places = new Int32Array(max * 2)
  }

  clear(): void {
    this.count = 0
    this.dropped = 0
  }

  add(from: number, to: number): void {
    if (this.count >= this.max) {
      this.dropped += 1
      return
    }
    this.places[this.count * 2] = from
    this.places[this.count * 2 + 1] = to
    this.count += 1
  }

  from(index: number): number {
    return this.places[index * 2]!
  }

  to(index: number): number {
    return this.places[index * 2 + 1]!
  }
}
