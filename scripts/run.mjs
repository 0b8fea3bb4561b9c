/**
 * `node scripts/run.mjs NAME [args]` runs setup if necessary, and then scripts/NAME.ts on Node 24. Every
 * command in package.json starts with this file, so it is plain JavaScript that any Node from version 20 can
 * run.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { ROOT, setup } from './setup.mjs';

const [name = '', ...args] = process.argv.slice(2);
try {
  const node = await setup();
  if (name === 'setup') process.stderr.write('UniCore is set up. Start it with: npm start\n');
  else run(node, name, args);
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

function run(node, name, args) {
  const script = join(ROOT, 'scripts', `${name}.ts`);
  if (!/^[a-z]+$/.test(name) || !existsSync(script)) throw new Error(`There is no scripts/${name}.ts.`);
  const path = [dirname(node), join(ROOT, 'node_modules/.bin'), process.env.PATH];
  // Through the IPC channel the script notices the death of this process, even after SIGKILL.
  const child = spawn(node, ['--disable-warning=ExperimentalWarning', script, ...args], {
    env: { ...process.env, PATH: path.join(delimiter) },
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  // A terminal sends Ctrl-C to the script, too. Every other signal reaches only this process, which forwards it.
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'));
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}
