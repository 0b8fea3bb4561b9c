/**
 * Values that are issued by one hub and redeemed once, at any hub. While the hubs cannot reach one another each keeps
 * its own values, so redeeming works at the hub that issued them.
 */
import { type Clock, UniCoreError } from '@unicore/protocol';
import type { Backplane } from '../backplane/index.ts';

/** Values that one hub keeps in memory; beyond it the oldest are dropped. */
const MAX_KEPT = 10_000;

export class OneTimeValues {
  readonly #backplane: Backplane;
  readonly #clock: Clock;
  readonly #prefix: string;
  readonly #ms: number;
  /** Oldest first. */
  readonly #kept = new Map<string, { value: string; expiresAt: number }>();

  /** prefix: unique among all keys on the backplane. ms: lifetime of a value. */
  constructor(backplane: Backplane, clock: Clock, prefix: string, ms: number) {
    this.#backplane = backplane;
    this.#clock = clock;
    this.#prefix = prefix;
    this.#ms = ms;
  }

  /**
   * Stores a value under a new key, and returns the key. nameOf: makes the name that is stored in place of the key. If
   * the backplane fails, newKey is called a second time, because the first key may have been stored there.
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

  /** Removes the value and returns it. Undefined: unknown, taken or expired. */
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
