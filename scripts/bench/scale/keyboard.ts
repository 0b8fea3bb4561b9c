/**
 * Types at every desk, each once a second at its own moment. A key counts from when it was due: a process that is late with
 * typing does not hide how long people would wait.
 */
import type { Desk } from './typing-client.ts';

const EVERY_MS = 1_000;

export class Keyboard {
  readonly #desks: readonly Desk[];
  /** When in each second, in order. */
  readonly #moments: readonly number[];
  readonly #typed: (lateMs: number) => void;
  #begun = 0;
  #next = 0;
  #timer: NodeJS.Timeout | undefined;

  /** typed: hears of each key how late it was. */
  constructor(desks: readonly Desk[], typed: (lateMs: number) => void) {
    this.#desks = desks;
    this.#moments = Float64Array.from(desks, () => Math.random() * EVERY_MS).sort() as unknown as number[];
    this.#typed = typed;
  }

  start(): void {
    this.#begun = performance.now();
    this.#tick();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #tick(): void {
    const now = performance.now();
    for (;;) {
      const index = this.#next % this.#desks.length;
      const second = Math.floor(this.#next / this.#desks.length);
      const due = this.#begun + second * EVERY_MS + this.#moments[index]!;
      if (due > now) {
        this.#timer = setTimeout(() => this.#tick(), Math.max(1, due - now));
        return;
      }
      this.#desks[index]!.type(due);
      this.#typed(now - due);
      this.#next += 1;
    }
  }
}
