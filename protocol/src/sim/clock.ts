/**
 * A clock that stands still until a test moves it. Hours of simulated time pass in a moment, and always in the same way.
 */
import type { Clock } from '../time/index.ts';
import { type Timer, Timers } from './timers.ts';

export class SimClock implements Clock {
  #now = 0;
  #order = 0;
  #pending = 0;
  readonly #timers = new Timers();

  now(): number {
    return this.#now;
  }

  /** Timers that are set and have neither run nor been cancelled. */
  get pending(): number {
    return this.#pending;
  }

  after(ms: number, run: () => void): () => void {
    const timer: Timer = { at: this.#now + Math.max(0, ms), order: this.#order++, run };
    this.#timers.add(timer);
    this.#pending++;
    return () => this.#take(timer);
  }

  soon(run: () => void): void {
    queueMicrotask(run);
  }

  /** Lets `ms` of simulated time pass. Runs each timer, and everything that follows from it, before the next one. */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    await settle();
    await this.#runTo(until);
    this.#now = until;
  }

  /** Lets simulated time pass until the condition holds; throws if it does not within `ms`. */
  async until(condition: () => boolean, ms: number): Promise<void> {
    const end = this.#now + ms;
    await settle();
    while (!condition()) {
      const timer = this.#due(end);
      if (!timer) throw new Error(`still not so after ${ms} ms of simulated time`);
      await this.#runTo(timer.at);
    }
  }

  async #runTo(until: number): Promise<void> {
    for (let timer = this.#due(until); timer; timer = this.#due(until)) {
      this.#now = timer.at;
      this.#take(timer)?.();
      await settle();
    }
  }

  #due(until: number): Timer | undefined {
    const { first } = this.#timers;
    return first && first.at <= until ? first : undefined;
  }

  #take(timer: Timer): Timer['run'] {
    const { run } = timer;
    if (run) this.#pending--;
    timer.run = undefined;
    return run;
  }
}

/** Runs all queued microtasks, and those that they queue. */
function settle(): Promise<void> {
  // Node runs nextTick callbacks when no microtask is left. That is a hundred times faster than a turn of the event
  // loop.
  if (typeof process !== 'undefined') return new Promise((done) => process.nextTick(done));
  // A turn of Chromium's event loop, where our tests run: three times as fast as by a MessageChannel.
  return scheduler.yield();
}
