/**
 * Values that any hub can redeem once, for example tickets. While the backplane cannot be reached, each hub
 * keeps the values that it issues in its own memory. Then only the hub that issued a value can redeem it.
 */
import { type Clock, UniCoreError } from '@unicore/protocol';
import type { Backplane } from '../backplane/index.ts';

/** Maximum number of values that one hub keeps in memory. Above this number the oldest values are dropped. */
const MAX_KEPT = 10_000;

export class OneTimeValues {
  readonly #backplane: Backplane;
  readonly #clock: Clock;
  readonly #prefix: string;
  readonly #ms: number;
  /** Oldest first. */
  readonly #kept = new Map<string, { value: string; expiresAt: number }>();

  /** prefix: unique prefix of the keys on the backplane. ms: lifetime of a value, ms. */
  constructor(backplane: Backplane, clock: Clock, prefix: string, ms: number) {
    this.#backplane = backplane;
    this.#clock = clock;
    this.#prefix = prefix;
    this.#ms = ms;
  }

  /**
   * Stores a value and returns a new key for it. newKey: creates a key. nameOf: returns the name under which
   * the value is stored, for example a hash of the key. If the backplane fails, this hub keeps the value in
   * memory under a second new key. With the first key, the value could be redeemed twice, because the
   * backplane may already have stored it.
   */
  async put(newKey: () => string, nameOf: (key: string) => string, value: string): Promise<string> {
    const key = newKey();
    try {
      await this.#backplane.values.put(this.#prefix + nameOf(key), value, this.#ms);
      return key;
    } catch (error) {
      if (!isDown(error)) throw error;
      const own = newKey();
      this.#keep(nameOf(own), value);
      return own;
    }
  }

  /**
   * Removes the value and returns it. Returns undefined if the value is unknown, expired or already redeemed.
   */
  async take(name: string): Promise<string | undefined> {
    const kept = this.#kept.get(name);
    if (kept) {
      this.#kept.delete(name);
      return kept.expiresAt > this.#clock.now() ? kept.value : undefined;
    }
    try {
      return await this.#backplane.values.take(this.#prefix + name);
    } catch (error) {
      if (isDown(error)) return undefined;
      throw error;
    }
  }

  #keep(name: string, value: string): void {
    const now = this.#clock.now();
    for (const [old, { expiresAt }] of this.#kept) {
      if (expiresAt > now && this.#kept.size < MAX_KEPT) break;
      this.#kept.delete(old);
    }
    this.#kept.set(name, { value, expiresAt: now + this.#ms });
  }
}

export function isDown(error: unknown): boolean {
  return error instanceof UniCoreError && error.code === 'BACKPLANE_DOWN';
}
