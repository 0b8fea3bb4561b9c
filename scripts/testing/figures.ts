/**
 * Prints times and rates that tests of real processes measured. Only `npm run bench` and `npm run chaos`
 * check them against limits, because they run on a quiet machine.
 */
import { duration } from '../lib/console.ts';

/** Prints named times in ms. */
export function showTimes(what: string, times: Readonly<Record<string, number | undefined>>): void {
  const parts = Object.entries(times).map(([name, ms]) => `${name} ${ms === undefined ? '-' : duration(ms)}`);
  console.log(`${what}: ${parts.join(', ')}`);
}
