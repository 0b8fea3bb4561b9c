import { describe, expect, test } from 'vitest';
import { count } from './vitest.ts';

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
