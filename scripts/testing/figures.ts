/**
 * Prints times and rates that a test of real processes measured. They are judged only where the machine is quiet: in
 * `npm run bench` and `npm run chaos`.
 */
import { duration } from '../lib/console.ts';

/** times: by name, ms. */
export function showTimes(what: string, times: Readonly<Record<string, number | undefined>>): void {
  const parts = Object.entries(times).map(([name, ms]) => `${name} ${ms === undefined ? '-' : duration(ms)}`);
  console.log(`${what}: ${parts.join(', ')}`);
}
