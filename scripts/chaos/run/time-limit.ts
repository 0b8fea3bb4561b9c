/**
 * Part of the chaos runs: a time limit that does not count the time in which this process waited for a CPU. All
 * network lines of a run are proxies in this process. While it waits, no byte can arrive, whatever the product does.
 */
import { now } from '../../testing/monotonic.ts';

/** Time is counted in steps of this length, ms. A step that ends late counts no more than this. */
const STEP_MS = 50;

/**
 * Calls `over` after `ms` milliseconds in which this process could work. `time` says in words how long that was.
 * Returns a function that cancels the limit.
 */
export function timeLimit(ms: number, over: (time: string) => void): () => void {
  const began = now();
  let left = Math.ceil(ms / STEP_MS);
  const timer = setInterval(() => {
    left -= 1;
    if (left > 0) return;
    clearInterval(timer);
    const waited = Math.max(0, now() - began - ms);
    over(`for ${ms / 1000} s (without ${Math.round(waited / 1000)} s of waiting for a CPU)`);
  }, STEP_MS);
  return () => clearInterval(timer);
}
