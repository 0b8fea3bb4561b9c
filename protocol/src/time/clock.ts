/**
 * Time as the protocol sees it. Every class that needs one gets a clock, so that a test can simulate hours in a moment.
 */
export interface Clock {
  /** Milliseconds from an arbitrary start; never goes back. */
  now(): number;
  /** Calls `run` once after `ms`; the returned function cancels it. */
  after(ms: number, run: () => void): () => void;
  /**
   * Calls `run` once after all input that has arrived was handled; at the end of the current microtasks where the
   * platform has no such hook.
   */
  soon(run: () => void): void;
}

/** Node has setImmediate; browsers do not. */
const { setImmediate, clearImmediate } = globalThis as {
  setImmediate?: (run: () => void) => unknown;
  clearImmediate?: (immediate: unknown) => void;
};

/** The machine's monotonic clock. This package uses it only where a caller hands it in. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, run) {
    // A timer of Node takes at least 1 ms; an immediate does not.
    if (ms <= 0 && setImmediate) {
      const immediate = setImmediate(run);
      return () => clearImmediate?.(immediate);
    }
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  // Node runs immediates after it has read from every socket that had data.
  soon: setImmediate ? (run) => void setImmediate(run) : (run) => queueMicrotask(run),
};
