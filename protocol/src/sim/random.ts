/** Random numbers from a seed. The same seed produces the same numbers on every machine. */
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

export class Random {
  readonly #generator: ReturnType<typeof xoroshiro128plus>;

  constructor(seed: number) {
    this.#generator = xoroshiro128plus(seed);
  }

  /** Returns a random integer from `from` to `to`, both included. */
  int(from: number, to: number): number {
    return uniformInt(this.#generator, from, to);
  }

  /** Returns a random integer from 0 to `count` - 1; 0 if `count` is 0. */
  below(count: number): number {
    return this.int(0, Math.max(0, count - 1));
  }

  chance(probability: number): boolean {
    return this.int(0, 999_999) < probability * 1_000_000;
  }

  /** Returns a random number in [0, 1). */
  fraction(): number {
    return this.int(0, 0x3fff_ffff) / 0x4000_0000;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.int(0, from.length - 1)]!;
  }

  /** Returns a random integer on a logarithmic scale. For example, 1 to 10 is as likely as 10 to 100. */
  scaled(from: number, to: number): number {
    return Math.round(from * (to / from) ** this.fraction());
  }

  bytes(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => this.int(0, 255));
  }

  /**
   * Returns a separate generator. Numbers that are drawn from the new generator do not affect this generator.
   */
  fork(): Random {
    return new Random(this.int(-0x8000_0000, 0x7fff_ffff));
  }
}
