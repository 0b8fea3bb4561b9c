/**
 * Types at every client, each once a second at its own moment. A key counts from when it was due: a process that is late with
 * typing does not hide how long people would wait.
 */
import type { Typist } from '../../testing/typist.ts';

const EVERY_MS = 1_000;

export class Keyboard {
  readonly #typists: readonly Typist[];
  /** When in each second, in order. */
  readonly #moments: readonly number[];
  readonly #typed: (lateMs: number) => void;
  #begun = 0;
  #next = 0;
  #timer: NodeJS.Timeout | undefined;

  /** typed: hears of each key how late it was. */
  constructor(typists: readonly Typist[], typed: (lateMs: number) => void) {
    this.#typists = typists;
    this.#moments = Float64Array.from(typists, () => Math.random() * EVERY_MS).sort() as unknown as number[];
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
      const index = this.#next % this.#typists.length;
      const second = Math.floor(this.#next / this.#typists.length);
      const due = this.#begun + second * EVERY_MS + this.#moments[index]!;
      if (due > now) {
        this.#timer = setTimeout(() => this.#tick(), Math.max(1, due - now));
        return;
      }
      this.#typists[index]!.type(due);
      this.#typed(now - due);
      this.#next += 1;
    }
  }
}
