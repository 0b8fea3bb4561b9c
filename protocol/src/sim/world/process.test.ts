/** A world is the same in another process, since it depends on nothing but its seed. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { simulate } from './world.ts';

const SEEDS = [4, 5, 6];
const world = new URL('./world.ts', import.meta.url);

test('a seed has the same digest in another process', async () => {
  const program = `
    import { simulate } from ${JSON.stringify(world.href)};
    for (const seed of ${JSON.stringify(SEEDS)}) console.log((await simulate({ seed })).digest);
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program]);
  const here: string[] = [];
  for (const seed of SEEDS) here.push((await simulate({ seed })).digest);
  expect(stdout.trim().split('\n')).toEqual(here);
});
