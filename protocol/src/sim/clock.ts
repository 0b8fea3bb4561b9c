/**
 * A simulated clock for tests. Its time passes only when a test advances it. So hours of simulated time pass
 * in a moment, and every run is the same.
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

  /** Number of timers that are set and still have to run. */
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

  /**
   * Advances the simulated time by `ms`. Everything that a timer causes is finished before the next timer
   * runs.
   */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    await settle();
    await this.#runTo(until);
    this.#now = until;
  }

  /**
   * Advances the simulated time until the condition is true. Throws if the condition is still false after
   * `ms`.
   */
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

/** Resolves when all queued microtasks have run, including the microtasks that they queue. */
function settle(): Promise<void> {
  // In Node, a nextTick callback runs when no microtask is left. Waiting for it is a hundred times faster
  // than waiting for a turn of the event loop.
  if (typeof process !== 'undefined') return new Promise((done) => process.nextTick(done));
  // In Chromium, which runs our browser tests, scheduler.yield() takes one turn of the event loop. It is
  // three times as fast as a message on a MessageChannel.
  return scheduler.yield();
}
