/**
 * Implements `npm run soak`: runs simulations, fuzzing and chaos tests for hours. `npm test` runs the same
 * tests only for seconds. The commands run one after the other. At the end, prints for each command whether
 * it passed, and how to repeat it.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { untilTold, whole } from './chaos/lib/options.ts';
import { duration, main, paint, say } from './lib/console.ts';

interface Run {
  readonly name: string;
  /** Name of a script for `npm run`, and its arguments. */
  readonly command: readonly [script: string, ...args: string[]];
}

const HELP = `npm run soak -- [options]
  --seeds N          simulated worlds (default 10000)
  --minutes N        of fuzzing (default 60)
  --tunnel-kills N   kills of one hub, tunnels and lines (default 1000)
  --hub-kills N      kills of three hubs, sockets and Redis, by Redis and again by sockets (default 300)
  --consumers N      that type while hubs are replaced (default 200)
  --pause N          how long Redis stands still, seconds (default 20)
  --seconds N        for which viewers are stalled (default 60)
  --only NAMES       with commas between: sim, fuzz, tunnel, hubs, direct, rolling, redis, stalled`;

await main(async () => {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '10000' },
      minutes: { type: 'string', default: '60' },
      'tunnel-kills': { type: 'string', default: '1000' },
      'hub-kills': { type: 'string', default: '300' },
      consumers: { type: 'string', default: '200' },
      pause: { type: 'string', default: '20' },
      seconds: { type: 'string', default: '60' },
      only: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return say(HELP);
  const amount = (name: Exclude<keyof typeof values, 'only' | 'help'>) =>
    String(whole(name, values[name], 1, 1_000_000));
  const kills = ['--kills', amount('hub-kills')];
  const all: readonly Run[] = [
    { name: 'sim', command: ['chaos', 'sim', '--seeds', amount('seeds')] },
    { name: 'fuzz', command: ['fuzz', '--minutes', amount('minutes')] },
    { name: 'tunnel', command: ['chaos', 'tunnel', '--kills', amount('tunnel-kills')] },
    { name: 'hubs', command: ['chaos', 'hubs', ...kills] },
    { name: 'direct', command: ['chaos', 'hubs', ...kills, '--direct'] },
    { name: 'rolling', command: ['chaos', 'hubs', 'rolling', '--consumers', amount('consumers')] },
    { name: 'redis', command: ['chaos', 'hubs', 'redis', '--pause', amount('pause')] },
    { name: 'stalled', command: ['chaos', 'stalled', '--seconds', amount('seconds')] },
  ];
  const names = values.only?.split(',') ?? all.map(({ name }) => name);
  const unknown = names.find((name) => !all.some((one) => one.name === name));
  if (unknown !== undefined) throw new Error(`--only: there is no "${unknown}".\n${HELP}`);
  const stop = untilTold();
  const verdicts: string[] = [];
  for (const one of all.filter(({ name }) => names.includes(name))) {
    if (stop.aborted) break;
    verdicts.push(await verdict(one, stop));
  }
  say();
  for (const line of verdicts) say(line);
});

async function verdict({ name, command: [script, ...args] }: Run, signal: AbortSignal): Promise<string> {
  const again = `npm run ${script} -- ${args.join(' ')}`;
  say(paint('bold', `\n${again}`));
  const began = performance.now();
  const file = join(import.meta.dirname, `${script}.ts`);
  // The IPC channel closes when this process dies, even after SIGKILL. The command then ends, too.
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', file, ...args], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  const end = () => child.kill('SIGTERM');
  signal.addEventListener('abort', end);
  const [code] = await once(child, 'exit');
  signal.removeEventListener('abort', end);
  if (code !== 0) process.exitCode = 1;
  const word = code === 0 ? paint('green', 'passed') : paint('red', 'FAILED');
  return `  ${name.padEnd(9)}${word} in ${duration(performance.now() - began)}: ${again}`;
}
