/** npm run fix: formats the whole project, sorts its imports and applies the lint rules' safe fixes. */
import { main } from './lib/console.ts';
import { exec } from './lib/exec.ts';
import { ROOT, tool } from './lib/paths.ts';

await main(async () => {
  const said = await exec(tool('biome'), ['check', '--write', '--colors=off', ROOT], {
    cwd: ROOT,
    tail: Number.POSITIVE_INFINITY,
  });
  process.stdout.write(said);
});
