/** Defines the checks of types, lint and imports for all files. A failed check rejects with its errors. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exec } from '../lib/exec.ts';
import { ROOT, tool } from '../lib/paths.ts';
import { boundaryErrors, SOURCE } from './boundaries.ts';
import { floatingPromises } from './promises.ts';

const WORKSPACES = ['protocol', 'server', 'agent', 'client', 'scripts'];

export const CHECKS: Record<string, () => Promise<unknown>> = {
  'types (tsc)': () =>
    exec(tool('tsc'), ['--noEmit', '--project', ROOT], { cwd: ROOT, tail: Number.POSITIVE_INFINITY }),
  'lint (biome)': () =>
    exec(tool('biome'), ['ci', '--colors=off', ROOT], { cwd: ROOT, tail: Number.POSITIVE_INFINITY }),
  boundaries: checkSources,
};

async function checkSources(): Promise<void> {
  const listed = await exec('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: ROOT });
  const files = listed.split('\n').filter((file) => existsSync(join(ROOT, file)));
  const floating = files
    .filter((file) => SOURCE.test(file))
    .flatMap((file) => floatingPromises(file, readFileSync(join(ROOT, file), 'utf8')));
  const errors = [...boundaryErrors(ROOT, WORKSPACES, files), ...floating];
  if (errors.length > 0) throw new Error(errors.join('\n'));
}
