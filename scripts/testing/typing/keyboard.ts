/**
 * Types at all clients, at different moments for each client. The latency of a key counts from its due time.
 * So a process that types late does not hide the latency that users would feel.
 */
import { now } from '../monotonic.ts';
import type { Typist } from './typist.ts';

export class Keyboard {
  readonly #typists: readonly Typist[];
  readonly #everyMs: number;
  /** Moment within the interval at which each client types, in ms, sorted. */
  readonly #moments: readonly number[];
  readonly #typed: (lateMs: number) => void;
  #begun = 0;
  #next = 0;
  #timer: NodeJS.Timeout | undefined;

  /**
   * `everyMs` is the interval between two keys of one client. `typed` is called for each key with the key's
   * delay in ms.
   */
  constructor(typists: readonly Typist[], everyMs: number, typed: (lateMs: number) => void) {
    this.#typists = typists;
    this.#everyMs = everyMs;
    this.#moments = Float64Array.from(typists, () => Math.random() * everyMs).sort() as unknown as number[];
    this.#typed = typed;
  }

  start(): void {
    this.#begun = now();
    this.#tick();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #tick(): void {
    const time = now();
    for (;;) {
      const index = this.#next % this.#typists.length;
      const round = Math.floor(this.#next / this.#typists.length);
      const due = this.#begun + round * this.#everyMs + this.#moments[index]!;
      if (due > time) {
        this.#timer = setTimeout(() => this.#tick(), Math.max(1, due - time));
        return;
      }
      this.#typists[index]!.type(due);
      this.#typed(time - due);
      this.#next += 1;
    }
  }
}
