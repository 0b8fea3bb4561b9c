/** The report of a benchmark run: a table for people, and a JSON document for programs. */
import { cpus, loadavg, release, totalmem } from 'node:os';
import { paint } from '../../lib/console.ts';
import type { Result } from './result.ts';

export interface Report {
  readonly suite: string;
  readonly machine: Machine;
  readonly results: readonly Result[];
}

interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
  /**
   * Load average of the machine in the minute before the benchmark. Other work on the machine makes all
   * measured values wrong.
   */
  readonly load: number;
}

export function machine(): Machine {
  const cores = cpus();
  return {
    cpu: cores[0]?.model.trim() ?? 'unknown',
    cores: cores.length,
    memoryGiB: Number((totalmem() / 2 ** 30).toFixed(1)),
    system: `${process.platform} ${release()} ${process.arch}`,
    node: process.version,
    load: Number(loadavg()[0]!.toFixed(2)),
  };
}

const HEAD = ['', 'ours', 'reference', 'ratio', 'goal', ''];

/** One line with a result, for a run of which the table comes much later. */
export function summary(result: Result): string {
  return cellsOf(result).filter(Boolean).join('  ');
}

export function table({ machine: at, results }: Report): string {
  const rows = results.map(cellsOf);
  const widths = HEAD.map((_, column) => Math.max(...[HEAD, ...rows].map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd();
  const lines = rows.flatMap((row, index) => {
    const { ok, note } = results[index]!;
    return [
      ok ? line(row) : paint('red', line(row)),
      ...(note === undefined ? [] : [paint('dim', `  ${note}`)]),
    ];
  });
  const where = `${at.cpu}, ${at.cores} cores, ${at.system}, Node ${at.node}, load ${at.load}`;
  return [paint('dim', where), paint('bold', line(HEAD)), ...lines].join('\n');
}

function cellsOf(result: Result): string[] {
  return [
    result.name,
    `${figure(result.value)} ${result.unit}`,
    `${figure(result.reference.value)} ${result.reference.name}`,
    ratioOf(result),
    result.goal,
    result.goal === '' ? '' : result.ok ? 'ok' : 'missed',
  ];
}

function ratioOf({ ratio, spread }: Result): string {
  if (ratio === null) return '–';
  const range = spread === undefined ? '' : ` (${spread.map((value) => value.toFixed(2)).join('–')})`;
  return `${ratio.toFixed(2)} ×${range}`;
}

/**
 * Formats a number. Numbers below 100 get at most three significant digits. Others are rounded to an integer.
 */
function figure(value: number | null): string {
  if (value === null) return '–';
  return Math.abs(value) >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}
