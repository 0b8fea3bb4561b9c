/** What `npm test -- --quick` runs: tests that only compute, and one key through the whole system. */
import { join } from 'node:path';
import { ROOT } from '../lib/paths.ts';

const PROJECTS = ['protocol', 'server', 'agent', 'client', 'page', 'scripts', 'system'];

/** Files that start processes, wait in real time, or compute for seconds; in the system suite all but the smoke test. */
export const NOT_QUICK: readonly string[] = [
  'scripts/bench/bench.test.ts',
  'scripts/tests/system/!(smoke).test.ts',
  'scripts/tests/wire/*.test.ts',
];

/** Arguments of vitest. */
export const QUICK: readonly string[] = [
  ...PROJECTS.map((name) => `--project=${name}`),
  ...NOT_QUICK.map((glob) => `--exclude=${join(ROOT, glob)}`),
];
