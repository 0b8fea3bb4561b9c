/** Part of the chaos runs: prints the outcome of a run as a table. */
import { duration, paint, say } from '../../lib/console.ts';
import type { Row } from './resumes.ts';
import type { Outcome } from './run.ts';

export function report({ channels }: { channels: number }, { bytes, rows, total, tookMs }: Outcome): void {
  say(
    `\n  ${'fault'.padEnd(24)}${['times', 'resumes', 'p50', 'p99', 'max'].map((head) => head.padStart(9)).join('')}`,
  );
  for (const row of rows) say(line(row));
  say(paint('bold', line(total)));
  const sum = (count: number) => `${Math.round(count / 1e6)} MB`;
  say(`\n  ${channels} channels, ${sum(bytes.down)} down and ${sum(bytes.up)} up in ${duration(tookMs)}:`);
  say(`  ${paint('green', '0 lost, 0 duplicated, 0 reordered')}\n`);
}

/**
 * Returns a function that prints the progress of the run each time another tenth of the kills is done (the
 * planned faults that close connections).
 */
export function showProgress(kills: number): (done: number) => void {
  let shown = 0;
  return (done) => {
    const tenths = Math.floor((10 * done) / kills);
    if (tenths > shown) say(paint('dim', `  ${done} of ${kills}`));
    shown = tenths;
  };
}

function line({ name, faults, resumes, p50, p99, max }: Row): string {
  const times = [p50, p99, max].map((ms) => (ms === undefined ? '-' : duration(ms)));
  return `  ${name.padEnd(24)}${[faults, resumes, ...times].map((cell) => String(cell).padStart(9)).join('')}`;
}
