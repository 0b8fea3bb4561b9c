/**
 * Types at every client, each at moments of its own. The latency of a key counts from when it was due,
 * so a process that types late does not hide how long users would wait.
 */
import { now } from '../monotonic.ts';
import type { Typist } from './typist.ts';

export class Keyboard {
  readonly #typists: readonly Typist[];
  readonly #everyMs: number;
  /** When each client types within the interval, sorted. */
  readonly #moments: readonly number[];
  readonly #typed: (lateMs: number) => void;
  #begun = 0;
  #next = 0;
  #timer: NodeJS.Timeout | undefined;

  /** everyMs: interval between two keys of each. typed: called for each key with how late it was. */
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
