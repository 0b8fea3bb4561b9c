/** A time to ring at that is mostly put off or called off before it comes: a timer of the clock for each would be too dear. */
import type { Clock } from './clock.ts';

export class Alarm {
  readonly #clock: Clock;
  readonly #ring: () => void;
  /** When to ring. */
  #at: number | undefined;
  /** The clock's timer, which may go off sooner than that, and then goes on. */
  #timer: { readonly at: number; cancel: () => void } | undefined;

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  get isSet(): boolean {
    return this.#at !== undefined;
  }

  /** In so many ms, and not before. */
  set(ms: number): void {
    const at = this.#clock.now() + ms;
    this.#at = at;
    if (this.#timer && this.#timer.at <= at) return;
    this.#timer?.cancel();
    this.#start(at, ms);
  }

  /** Not any more; it will be set again soon. */
  clear(): void {
    this.#at = undefined;
  }

  /** Not any more, and nothing is left running. */
  stop(): void {
    this.#at = undefined;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #start(at: number, ms: number): void {
    this.#timer = { at, cancel: this.#clock.after(ms, () => this.#went()) };
  }

  #went(): void {
    this.#timer = undefined;
    if (this.#at === undefined) return;
    const left = this.#at - this.#clock.now();
    // At least 1: a rest in the last digits of a fractional clock would be waited for without end.
    if (left > 0) return this.#start(this.#at, Math.max(1, left));
    this.#at = undefined;
    this.#ring();
  }
}
