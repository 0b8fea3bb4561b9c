/** Random numbers from a seed. The same seed gives the same numbers on any machine. */
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

export class Random {
  readonly #generator: ReturnType<typeof xoroshiro128plus>;

  constructor(seed: number) {
    this.#generator = xoroshiro128plus(seed);
  }

  /** A random integer, `from` and `to` included. */
  int(from: number, to: number): number {
    return uniformInt(this.#generator, from, to);
  }

  /** A random integer, 0 to `count` - 1; 0 if there is none. */
  below(count: number): number {
    return this.int(0, Math.max(0, count - 1));
  }

  chance(probability: number): boolean {
    return this.int(0, 999_999) < probability * 1_000_000;
  }

  /** A random number in [0, 1). */
  fraction(): number {
    return this.int(0, 0x3fff_ffff) / 0x4000_0000;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.int(0, from.length - 1)]!;
  }

  /** A random integer on a logarithmic scale: small numbers are as likely as large ones. */
  scaled(from: number, to: number): number {
    return Math.round(from * (to / from) ** this.fraction());
  }

  bytes(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => this.int(0, 255));
  }

  /** A separate generator: how many numbers are drawn from it does not affect this one. */
  fork(): Random {
    return new Random(this.int(-0x8000_0000, 0x7fff_ffff));
  }
}
