/** Types and lint of the whole project. Each check throws an error with its complaints. */
import { exec } from '../lib/exec.ts';
import { ROOT, tool } from '../lib/paths.ts';

export const CHECKS: Record<string, () => Promise<unknown>> = {
  'types (tsc)': () =>
    exec(tool('tsc'), ['--noEmit', '--project', ROOT], { cwd: ROOT, tail: Number.POSITIVE_INFINITY }),
  'lint (biome)': () =>
    exec(tool('biome'), ['ci', '--colors=off', ROOT], { cwd: ROOT, tail: Number.POSITIVE_INFINITY }),
};
