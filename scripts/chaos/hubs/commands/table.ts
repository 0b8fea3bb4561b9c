/** Part of the chaos runs with several hubs: formats the lines of a table of keystroke latencies. */
import { duration, paint } from '../../../lib/console.ts';

const NAME = 22;
const CELL = 11;

export function heading(name: string, ...cells: string[]): string {
  return paint('dim', `\n${line(name, cells)}`);
}

/**
 * Formats a row of the table. `keys` is the number of keystrokes that the row covers, and `times` are their
 * latencies in ms (such as p50 and p99).
 */
export function row(name: string, took: string, keys: number, ...times: number[]): string {
  return line(name, [took, String(keys), ...times.map(latency)]);
}

function line(name: string, cells: readonly string[]): string {
  return `  ${name.padEnd(NAME)}${cells.map((cell) => cell.padStart(CELL)).join('')}`;
}

/** Formats a keystroke latency, which may be a fraction of a millisecond. */
function latency(ms: number): string {
  return ms < 10 ? `${ms.toFixed(2)} ms` : duration(ms);
}
