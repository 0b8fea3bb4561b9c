/** Time as the protocol sees it. Handed in everywhere, so that a test can run hours in a moment. */
export interface Clock {
  /** Milliseconds from an arbitrary start; never goes back. */
  now(): number;
  /** Runs once after `ms`; the returned function cancels it. */
  after(ms: number, run: () => void): () => void;
  /** Runs once when all that has arrived by now was dealt with; at the end of this turn, where nobody can tell. */
  soon(run: () => void): void;
}

/** Node's; browsers have none. */
const { setImmediate, clearImmediate } = globalThis as {
  setImmediate?: (run: () => void) => unknown;
  clearImmediate?: (immediate: unknown) => void;
};

/** The machine's own monotonic clock. Nothing in this package reaches for it by itself. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, run) {
    // A timer of Node takes 1 ms at least, in which nothing may be to do.
    if (ms <= 0 && setImmediate) {
      const immediate = setImmediate(run);
      return () => clearImmediate?.(immediate);
    }
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  // Node comes to these when it has read from every socket that had something.
  soon: setImmediate ? (run) => void setImmediate(run) : (run) => queueMicrotask(run),
};
