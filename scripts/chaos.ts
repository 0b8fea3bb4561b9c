/**
 * npm run chaos -- NAME [options]: runs scripts/chaos/NAME.ts, which causes faults on purpose and checks that
 * the product still does what it promises.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { main } from './lib/console.ts';

/**
 * Each script in scripts/chaos exports run(). The promise of run() rejects when the product broke a promise.
 */
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
// After a failed run, open handles could keep this process alive. Therefore the process exits explicitly.
process.exit();

async function chaosNames(): Promise<string[]> {
  const files = (await readdir(FOLDER)).map((file) => /^([a-z]+)\.ts$/.exec(file)?.[1]);
  return files.filter((name) => name !== undefined).sort();
}
