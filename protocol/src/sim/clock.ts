/** A clock that stands still until a test moves it: hours of protocol in a moment, the same each time. */
import type { Clock } from '../clock.ts';

interface Timer {
  at: number;
  order: number;
  run: () => void;
}

export class SimClock implements Clock {
  #now = 0;
  #order = 0;
  #timers: Timer[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): () => void {
    const timer = { at: this.#now + Math.max(0, ms), order: this.#order++, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Lets `ms` pass, timer by timer, with everything that follows from each. */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    await settle();
    for (let timer = this.#due(until); timer; timer = this.#due(until)) {
      this.#now = timer.at;
      this.#timers = this.#timers.filter((other) => other !== timer);
      timer.run();
      await settle();
    }
    this.#now = until;
  }

  /** Lets time pass until the condition holds; throws when it does not within `ms`. */
  async until(condition: () => boolean, ms: number): Promise<void> {
    const end = this.#now + ms;
    await settle();
    while (!condition()) {
      const timer = this.#due(end);
      if (!timer) throw new Error(`still not so after ${ms} ms of simulated time`);
      await this.advance(timer.at - this.#now);
    }
  }

  #due(until: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.at > until) continue;
      if (!first || timer.at < first.at || (timer.at === first.at && timer.order < first.order))
        first = timer;
    }
    return first;
  }
}

/** Runs every microtask that is queued, and those that they queue. */
function settle(): Promise<void> {
  return new Promise((done) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      done();
    };
    port2.postMessage(undefined);
  });
}
