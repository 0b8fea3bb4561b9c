/** Checks of types, lint and boundaries over the whole project; each rejects with its complaints. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { exec } from '../lib/exec.ts';
import { ROOT, tool } from '../lib/paths.ts';
import { boundaryErrors } from './boundaries.ts';

const WORKSPACES = ['protocol', 'server', 'agent', 'client', 'scripts'];

export const CHECKS: Record<string, () => Promise<unknown>> = {
  'types (tsc)': () =>
    exec(tool('tsc'), ['--noEmit', '--project', ROOT], { cwd: ROOT, tail: Number.POSITIVE_INFINITY }),
  'lint (biome)': () =>
    exec(tool('biome'), ['ci', '--colors=off', ROOT], { cwd: ROOT, tail: Number.POSITIVE_INFINITY }),
  boundaries: checkBoundaries,
};

async function checkBoundaries(): Promise<void> {
  const listed = await exec('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: ROOT });
  const files = listed.split('\n').filter((file) => existsSync(join(ROOT, file)));
  const errors = boundaryErrors(ROOT, WORKSPACES, files);
  if (errors.length > 0) throw new Error(errors.join('\n'));
}
