/** Runs vitest in a separate process and counts the results. A file that can't be loaded is one failure. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, watch } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { ROOT, tool } from '../lib/paths.ts';

/**
 * Time for vitest to end after its report, ms. A test that hangs keeps its worker alive, and vitest would wait for that
 * worker forever.
 */
const END_MS = 30_000;

export interface Count {
  readonly passed: number;
  readonly failed: number;
}

/** The fields of vitest's JSON report that are needed to count the results. */
interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

/** `filters` are arguments for vitest. `without` lists the vitest projects to leave out. */
export async function runVitest(filters: readonly string[], without: readonly string[]): Promise<Count> {
  const folder = await mkdtemp(join(tmpdir(), 'unicore-test-'));
  try {
    const file = join(folder, 'report.json');
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
    const projects = without.map((name) => `--project=!${name}`);
    const child = spawn(tool('vitest'), ['run', ...reporters, ...projects, ...filters], {
      cwd: ROOT,
      stdio: ['ignore', 'inherit', 'inherit'],
      // A process group of its own, which can be ended as a whole.
      detached: true,
    });
    const code = await ended(child, file);
    const report = await readFile(file, 'utf8').then(
      (text) => JSON.parse(text) as Report,
      () => undefined,
    );
    return count(report, code === 0);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Resolves with vitest's exit code, or with null if vitest does not end by itself after its report `file`. Nothing that it
 * has started lives on.
 */
export async function ended(vitest: ChildProcess, file: string, limitMs = END_MS): Promise<number | null> {
  const group = vitest.pid;
  if (group === undefined) throw new Error('vitest could not be started.');
  const kill = (signal: NodeJS.Signals) => {
    try {
      process.kill(-group, signal);
    } catch {
      // All processes of the group have ended.
    }
  };
  let limit: NodeJS.Timeout | undefined;
  const reported = () => {
    limit ??= setTimeout(() => kill('SIGKILL'), limitMs);
  };
  const reports = watch(dirname(file), (_event, name) => name === basename(file) && reported());
  if (existsSync(file)) reported();
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, kill);
  const [code] = (await once(vitest, 'exit')) as [number | null];
  for (const signal of signals) process.off(signal, kill);
  reports.close();
  clearTimeout(limit);
  kill('SIGKILL');
  return code;
}

export function count(report: Report | undefined, succeeded: boolean): Count {
  if (report === undefined) return { passed: 0, failed: 1 };
  // Counts the files that failed without a failed test: the file could not be loaded, or one of its hooks
  // failed.
  const broken = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  ).length;
  const failed = report.numFailedTests + broken;
  // A run that failed without a failed test or file had an error outside of the tests, which counts as one
  // failure.
  return { passed: report.numPassedTests, failed: failed === 0 && !succeeded ? 1 : failed };
}
