/** npm run agent -- status|stop|…: runs unicore-agent on the agent that npm start runs, unless --data names another one. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { NODE_FLAGS } from './lib/node-flags.ts';
import { DATA, ROOT } from './lib/paths.ts';

const args = process.argv.slice(2);
const isHelp = args.length === 0 || args[0] === 'help' || args.includes('--help') || args.includes('-h');
if (!isHelp && !args.some((arg) => arg.startsWith('--data'))) args.push('--data', join(DATA, 'agent'));
const cli = join(ROOT, 'agent/src/cli.ts');
const child = spawn(process.execPath, [...NODE_FLAGS, cli, ...args], {
  stdio: 'inherit',
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
const [code] = (await once(child, 'exit')) as [number | null];
process.exitCode = code ?? 1;
