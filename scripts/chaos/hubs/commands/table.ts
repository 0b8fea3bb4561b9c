/** Formats the lines of a table of keystroke latencies. */
import { duration, paint } from '../../../lib/console.ts';

const NAME = 22;
const CELL = 11;

export function heading(name: string, ...cells: string[]): string {
  return paint('dim', `\n${line(name, cells)}`);
}

/** `keys` is the number of keys, and `times` are latencies in ms. */
export function row(name: string, took: string, keys: number, ...times: number[]): string {
  return line(name, [took, String(keys), ...times.map(latency)]);
}

function line(name: string, cells: readonly string[]): string {
  return `  ${name.padEnd(NAME)}${cells.map((cell) => cell.padStart(CELL)).join('')}`;
}

/** Formats a latency. Latencies of keystrokes can be fractions of a millisecond. */
function latency(ms: number): string {
  return ms < 10 ? `${ms.toFixed(2)} ms` : duration(ms);
}
