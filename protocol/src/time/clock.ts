/**
 * The clock of the protocol. Every class that needs the time gets a clock, so that a test can simulate hours
 * in a moment.
 */
export interface Clock {
  /** Returns the milliseconds since an arbitrary start. The value never decreases. */
  now(): number;
  /** Calls `run` once after `ms`. The returned function cancels the call. */
  after(ms: number, run: () => void): () => void;
  /**
   * Calls `run` once after all input that has arrived was handled. If the platform cannot do this, calls
   * `run` as a microtask.
   */
  soon(run: () => void): void;
}

/** Node has setImmediate; browsers do not. */
const { setImmediate, clearImmediate } = globalThis as {
  setImmediate?: (run: () => void) => unknown;
  clearImmediate?: (immediate: unknown) => void;
};

/** The machine's monotonic clock. Code in this package uses it only if a caller passes it in. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, run) {
    // In Node, a timer takes at least 1 ms. setImmediate is faster.
    if (ms <= 0 && setImmediate) {
      const immediate = setImmediate(run);
      return () => clearImmediate?.(immediate);
    }
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  // Node calls setImmediate callbacks after it has read from every socket that had data. So all input that
  // has arrived was handled before.
  soon: setImmediate ? (run) => void setImmediate(run) : (run) => queueMicrotask(run),
};
