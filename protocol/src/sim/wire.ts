/** A simulated socket between two legs: it delays, keeps the order, and can be cut at any moment. */
import type { Clock } from '../clock.ts';
import type { Leg } from '../leg.ts';
import type { Transport } from '../sender.ts';

export class Wire {
  readonly a: Transport;
  readonly b: Transport;
  #ends: { a: Leg | undefined; b: Leg | undefined } = { a: undefined, b: undefined };
  #cut = false;
  readonly #clock: Clock;
  readonly #delayMs: number;

  constructor(clock: Clock, delayMs: number) {
    this.#clock = clock;
    this.#delayMs = delayMs;
    this.a = this.#end('b');
    this.b = this.#end('a');
  }

  /** The legs that the two transports belong to. */
  connect(a: Leg, b: Leg): void {
    this.#ends = { a, b };
  }

  /** Both ends see an abnormal close; what is on the way is lost. */
  cut(): void {
    if (this.#cut) return;
    this.#cut = true;
    this.#ends.a?.socketClosed(1006, '');
    this.#ends.b?.socketClosed(1006, '');
  }

  #end(to: 'a' | 'b'): Transport {
    return {
      buffered: 0,
      send: (message) => {
        // Copied, as a real socket does: a hop patches what it received in place.
        const copy = message.slice();
        this.#clock.after(this.#delayMs, () => {
          if (!this.#cut) this.#ends[to]?.receive(copy);
        });
      },
      close: (code, reason) => {
        this.#clock.after(this.#delayMs, () => {
          if (this.#cut) return;
          this.#cut = true;
          this.#ends[to]?.socketClosed(code, reason);
        });
      },
    };
  }
}
