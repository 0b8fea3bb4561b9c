/**
 * Runs many small jobs a few at a time. If a thousand channels moved to another connection at once, the burst
 * would load every relay on the path.
 */
import type { Clock } from './clock.ts';

const AT_ONCE = 16;
const EVERY_MS = 25;

/**
 * Runs the first jobs immediately and the others after short pauses. The returned function cancels the jobs
 * that have not run yet.
 */
export function spread(clock: Clock, jobs: readonly (() => void)[]): () => void {
  let cancel = () => {};
  const go = (from: number) => {
    for (const job of jobs.slice(from, from + AT_ONCE)) job();
    if (from + AT_ONCE < jobs.length) cancel = clock.after(EVERY_MS, () => go(from + AT_ONCE));
  };
  go(0);
  return () => cancel();
}
