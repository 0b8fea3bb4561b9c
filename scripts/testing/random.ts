/** Randomness that can be repeated: the same seed gives the same numbers on every machine. */

export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** 0 to 2^32 - 1 (mulberry32). */
  u32(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  /** In [0, 1). */
  next(): number {
    return this.u32() / 2 ** 32;
  }

  /** A random integer from low to high, both included. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  /** 0 to n - 1. */
  below(n: number): number {
    return Math.floor(this.next() * n);
  }

  chance(probability: number): boolean {
    return this.u32() < probability * 2 ** 32;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.u32() >>> 24);
  }
}

/** One seed of several numbers, such as a run's seed and the number of a case in it. */
export function seedOf(...parts: number[]): number {
  return parts.reduce((seed, part) => new Random(seed ^ Math.imul(part + 1, 0x9e3779b1)).u32(), 0x5eed);
}

export function randomSeed(): number {
  return Math.floor(Math.random() * 2 ** 31);
}
