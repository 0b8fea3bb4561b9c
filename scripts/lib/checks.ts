/** Types and lint over the whole project: each gives its complaints as an error. */
import { exec } from './exec.ts';
import { ROOT } from './paths.ts';

export const CHECKS: Record<string, () => Promise<unknown>> = {
  'types (tsc)': () =>
    exec('tsc', ['--noEmit', '--project', ROOT], { cwd: ROOT, tail: Number.POSITIVE_INFINITY }),
  'lint (biome)': () =>
    exec('biome', ['ci', '--colors=off', ROOT], { cwd: ROOT, tail: Number.POSITIVE_INFINITY }),
};
