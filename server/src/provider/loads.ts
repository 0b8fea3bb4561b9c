/**
 * Reads the load of all providers every few seconds, while at least one client watches a list of providers.
 */
import type { Clock } from '@unicore/protocol';
import type { Logger } from 'pino';
import type { Presence, Sight } from './presence.ts';

/** Interval at which the hub reads the loads, ms. Agents report their load at the same interval. */
const EVERY_MS = 5_000;

type Listener = (changed: ReadonlyMap<string, Sight>) => void;

export class Loads {
  readonly #presence: Presence;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #listeners = new Set<Listener>();
  #last = new Map<string, string>();
  #cancel: () => void = () => {};

  constructor(presence: Presence, clock: Clock, log: Logger) {
    this.#presence = presence;
    this.#clock = clock;
    this.#log = log;
  }

  /**
   * Calls the listener with the providers whose load has changed. The returned function removes the listener.
   */
  watch(listener: Listener): () => void {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) this.#later();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#cancel();
    };
  }

  #later(): void {
    this.#cancel = this.#clock.after(EVERY_MS, () => {
      this.#ask()
        .catch((error: unknown) => this.#log.error({ err: error }, 'loads could not be read'))
        .finally(() => {
          if (this.#listeners.size > 0) this.#later();
        });
    });
  }

  async #ask(): Promise<void> {
    const sights = await this.#presence.recent();
    const texts = new Map([...sights].map(([id, { about }]) => [id, JSON.stringify(about?.beat)]));
    const changed = new Map([...sights].filter(([id]) => texts.get(id) !== this.#last.get(id)));
    this.#last = texts as Map<string, string>;
    if (changed.size > 0) for (const listener of this.#listeners) listener(changed);
  }
}
