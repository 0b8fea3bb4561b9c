/**
 * The send queue of a hop. It holds whole frames of one channel, in order. All hops of this process together
 * may hold only a limited number of bytes.
 */

import type { Leg, SendQueue } from '../leg/index.ts';
import { splitData } from '../wire/index.ts';
import type { Budget } from './budget.ts';

export interface HopQueueOptions {
  leg: Leg;
  group: string;
  budget: Budget | undefined;
  /**
   * Called when the limit for waiting bytes is exceeded and this queue is the longest. Its frames were
   * dropped, so the channel must leave this hop.
   */
  purged: () => void;
}

export class HopQueue implements SendQueue {
  readonly group: string;
  readonly #options: HopQueueOptions;
  #frames: Uint8Array[] = [];
  #queued = 0;

  constructor(options: HopQueueOptions) {
    this.group = options.group;
    this.#options = options;
  }

  get to(): string {
    return this.#options.leg.peer;
  }

  get queued(): number {
    return this.#queued;
  }

  push(frame: Uint8Array): void {
    const { leg, budget } = this.#options;
    if (!leg.open) return;
    this.#frames.push(frame);
    this.#count(frame.length);
    leg.want(this);
    budget?.enforce();
  }

  emit(maxData: number): Uint8Array | undefined {
    const head = this.#frames[0];
    if (head === undefined) return undefined;
    const cut = splitData(head, maxData);
    if (cut) this.#frames[0] = cut.rest;
    else this.#frames.shift();
    const sent = cut ? cut.first : head;
    this.#count((cut?.rest.length ?? 0) - head.length);
    return sent;
  }

  /**
   * Called when the hop ends. Drops the waiting frames: if the channel goes on, its two ends send these bytes
   * again.
   */
  end(): void {
    this.drop();
    this.#options.leg.forget(this);
  }

  drop(): void {
    this.#frames = [];
    this.#count(-this.#queued);
  }

  /** Called by the budget. */
  purge(): void {
    this.drop();
    this.#options.purged();
  }

  #count(bytes: number): void {
    this.#queued += bytes;
    this.#options.budget?.changed(this, bytes);
  }
}
