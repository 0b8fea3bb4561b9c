/** npm run chaos -- NAME [options]: breaks the system on purpose, by scripts/chaos/NAME.ts, and checks its promises. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { main } from './lib/console.ts';

/** What each file in scripts/chaos exports. Rejects when a promise was broken. */
interface Chaos {
  run(args: string[]): Promise<void>;
}

const FOLDER = join(import.meta.dirname, 'chaos');

await main(async () => {
  const [name = '', ...args] = process.argv.slice(2);
  const names = await chaosNames();
  if (!names.includes(name)) {
    const problem = name === '' ? 'Say what to break' : `There is no chaos named ${name}`;
    throw new Error(`${problem}: npm run chaos -- NAME [options]. Names: ${names.join(', ')}.`);
  }
  const chaos = (await import(join(FOLDER, `${name}.ts`))) as Chaos;
  await chaos.run(args);
});
// A failed run may leave handles open, which must not keep this process alive.
process.exit();

async function chaosNames(): Promise<string[]> {
  const files = (await readdir(FOLDER)).map((file) => /^([a-z]+)\.ts$/.exec(file)?.[1]);
  return files.filter((name) => name !== undefined).sort();
}
