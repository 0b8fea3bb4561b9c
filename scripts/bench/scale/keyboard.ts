/**
 * Types at every client, each once a second at a moment of its own. The latency of a key counts from when it was due,
 * so a process that types late does not hide how long users would wait.
 */
import type { Typist } from '../../testing/typist.ts';

const EVERY_MS = 1_000;

export class Keyboard {
  readonly #typists: readonly Typist[];
  /** When each client types within a second, sorted. */
  readonly #moments: readonly number[];
  readonly #typed: (lateMs: number) => void;
  #begun = 0;
  #next = 0;
  #timer: NodeJS.Timeout | undefined;

  /** typed: called for each key with how late it was. */
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
