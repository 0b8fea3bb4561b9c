/**
 * One direction of a simulated socket. It has a queue, a limited rate and a delay. It keeps the order of
 * messages and can be stopped.
 */
import type { Clock } from '../time/index.ts';

export interface FlowShape {
  /** Delay from sending a message to its arrival, ms. */
  delayMs: number;
  /** Returns the extra delay of a message, ms. Called for each message. */
  jitterMs?: () => number;
  /** Rate of the connection, in bytes per ms. Without a rate, sending takes no time. */
  bytesPerMs?: number;
  /** Number of bytes that the kernel buffers before the socket's own buffer fills. */
  kernelBytes?: number;
}

interface Item {
  size: number;
  arrive: () => void;
  sent: (() => void) | undefined;
}

export class Flow {
  readonly #clock: Clock;
  readonly #shape: FlowShape;
  readonly #drained: (() => void) | undefined;
  /** Messages that are not sent yet. The first message is being sent. */
  #queue: Item[] = [];
  #waiting = 0;
  #sending = false;
  #onTheWay: Item[] = [];
  /** Messages that arrived while the flow was stopped. */
  #held: Item[] = [];
  #lastArrival = 0;
  #still = false;
  #ended = false;

  constructor(clock: Clock, shape: FlowShape, drained?: () => void) {
    this.#clock = clock;
    this.#shape = { ...shape };
    this.#drained = drained;
  }

  /** Number of bytes that the kernel has not accepted yet. */
  get buffered(): number {
    return Math.max(0, this.#waiting - (this.#shape.kernelBytes ?? 0));
  }

  /** Queues a message. sent: called when the message has left the queue. */
  push(size: number, arrive: () => void, sent?: () => void): void {
    if (this.#ended) return;
    this.#queue.push({ size, arrive, sent });
    this.#waiting += size;
    this.#work();
  }

  /** Stops the delivery of messages. Neither end is notified. */
  stall(): void {
    this.#still = true;
  }

  /** Delivers the messages that were held back, and continues the normal delivery. */
  resume(): void {
    this.#still = false;
    while (this.#held.length > 0 && !this.#still && !this.#ended) this.#held.shift()!.arrive();
    this.#work();
  }

  rate(bytesPerMs: number): void {
    this.#shape.bytesPerMs = bytesPerMs;
  }

  end(): void {
    this.#ended = true;
    this.#queue = [];
    this.#onTheWay = [];
    this.#held = [];
    this.#waiting = 0;
  }

  #work(): void {
    while (!this.#sending && !this.#still && this.#queue.length > 0) {
      const { bytesPerMs } = this.#shape;
      const { size } = this.#queue[0]!;
      if (bytesPerMs === undefined) this.#sent();
      else {
        this.#sending = true;
        this.#clock.after(size / bytesPerMs, () => {
          this.#sending = false;
          if (this.#ended) return;
          this.#sent();
          this.#drained?.();
          this.#work();
        });
      }
    }
  }

  #sent(): void {
    const first = this.#queue.shift()!;
    this.#waiting -= first.size;
    this.#onTheWay.push(first);
    const now = this.#clock.now();
    const delay = this.#shape.delayMs + (this.#shape.jitterMs?.() ?? 0);
    this.#lastArrival = Math.max(this.#lastArrival, now + delay);
    this.#clock.after(this.#lastArrival - now, () => {
      if (this.#ended) return;
      // Delivers the oldest message, even if this timer was set for another message. Timers for equal times
      // may run in the wrong order because of rounding.
      const item = this.#onTheWay.shift()!;
      if (this.#still || this.#held.length > 0) this.#held.push(item);
      else item.arrive();
    });
    first.sent?.();
  }
}
