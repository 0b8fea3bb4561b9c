import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { count, ended } from './vitest.ts';

const file = (status: string, ...tests: string[]) => ({
  status,
  assertionResults: tests.map((one) => ({ status: one })),
});

describe('the count of a run', () => {
  test('is what vitest reports', () => {
    const report = {
      numPassedTests: 2,
      numFailedTests: 1,
      testResults: [file('failed', 'passed', 'failed')],
    };
    expect(count(report, false)).toEqual({ passed: 2, failed: 1 });
  });

  test('has a failure for a file that could not be loaded', () => {
    const report = {
      numPassedTests: 2,
      numFailedTests: 0,
      testResults: [file('passed', 'passed'), file('failed')],
    };
    expect(count(report, false)).toEqual({ passed: 2, failed: 1 });
  });

  test('has a failure for an error outside every test', () => {
    const report = { numPassedTests: 2, numFailedTests: 0, testResults: [file('passed', 'passed')] };
    expect(count(report, false)).toEqual({ passed: 2, failed: 1 });
  });

  test('has a failure where vitest left no report', () => {
    expect(count(undefined, false)).toEqual({ passed: 0, failed: 1 });
  });
});

describe('the end of a run', () => {
  const inGroup = async (script: (report: string) => string) => {
    const folder = await mkdtemp(join(tmpdir(), 'unicore-vitest-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const report = join(folder, 'report.json');
    const child = spawn('/bin/sh', ['-c', script(report)], {
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    return { report, child };
  };

  test('is the exit code', async () => {
    const { report, child } = await inGroup(() => 'exit 3');
    expect(await ended(child, report)).toBe(3);
  });

  test('comes soon after the report, also if a worker hangs, and ends that worker', async () => {
    const { report, child } = await inGroup((path) => `trap '' TERM; sleep 1000 & echo > ${path}; wait`);
    const closed = once(child, 'close');
    expect(await ended(child, report, 100)).toBe(null);
    // The output closes when its last writer has ended, which is the worker.
    await closed;
  });
});
