/**
 * A simulated socket between two ends of a connection. It delays messages and keeps their order. Tests can
 * close or stop it at any moment.
 */

import type { Leg, Transport } from '../leg/index.ts';
import type { Clock } from '../time/index.ts';
import { Flow, type FlowShape } from './flow.ts';

type End = 'a' | 'b';
/** The methods of a receiving end that the socket calls. */
type Receiver = Pick<Leg, 'receive' | 'socketClosed' | 'drained'>;

export interface WireShape extends FlowShape {
  /** Which ends are notified when their send buffer is empty again. Browsers are not notified. */
  tells?: { a: boolean; b: boolean };
  /** Called for each message that arrives. */
  tap?: (to: End, message: Uint8Array) => void;
}

export class Wire {
  readonly a: Transport;
  readonly b: Transport;
  readonly #flows: { a: Flow; b: Flow };
  readonly #shape: WireShape;
  #ends: { a: Receiver | undefined; b: Receiver | undefined } = { a: undefined, b: undefined };
  #closed = false;

  constructor(clock: Clock, shape: number | WireShape) {
    this.#shape = typeof shape === 'number' ? { delayMs: shape } : shape;
    const flow = (from: End) =>
      new Flow(clock, this.#shape, () => {
        if (this.#shape.tells?.[from]) this.#ends[from]?.drained();
      });
    this.#flows = { a: flow('a'), b: flow('b') };
    this.a = this.#end('a', 'b');
    this.b = this.#end('b', 'a');
  }

  /** Sets the receiver for each of the two ends. */
  connect(a: Receiver, b: Receiver): void {
    this.#ends = { a, b };
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Closes the socket abnormally for both ends. Messages in flight are lost. */
  cut(): void {
    if (!this.#close()) return;
    this.#ends.a?.socketClosed(1006, '');
    this.#ends.b?.socketClosed(1006, '');
  }

  /**
   * Stops the delivery of messages from these ends. Neither end notices it. This simulates a dead network,
   * not a dead peer.
   */
  stall(from: readonly End[] = ['a', 'b']): void {
    for (const end of from) this.#flows[end].stall();
  }

  /** Delivers the messages that were held back, and continues the normal delivery. */
  resume(): void {
    this.#flows.a.resume();
    this.#flows.b.resume();
  }

  rate(bytesPerMs: number): void {
    this.#flows.a.rate(bytesPerMs);
    this.#flows.b.rate(bytesPerMs);
  }

  #close(): boolean {
    if (this.#closed) return false;
    this.#closed = true;
    this.#flows.a.end();
    this.#flows.b.end();
    return true;
  }

  #end(from: End, to: End): Transport {
    const flow = this.#flows[from];
    return {
      get buffered() {
        return flow.buffered;
      },
      send: (message) => {
        // The message is copied, as by a real socket, because a relay changes received messages in place.
        const copy = message.slice();
        flow.push(copy.length, () => {
          this.#shape.tap?.(to, copy);
          this.#ends[to]?.receive(copy);
        });
      },
      close: (code, reason) => {
        flow.push(0, () => {
          if (this.#close()) this.#ends[to]?.socketClosed(code, reason);
        });
      },
    };
  }
}
