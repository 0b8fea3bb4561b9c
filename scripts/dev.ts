/** Implements `npm run dev`: serves the page with hot reload, and restarts hub and agent after changes. */
import { join, resolve } from 'node:path';
import type { Writable } from 'node:stream';
import { parseArgs } from 'node:util';
import { dockerSocket } from '@unicore/agent';
import { openLocalAuth } from '@unicore/server';
import { main, paint, say, step, warn } from './lib/console.ts';
import { DATA, ROOT, tool } from './lib/paths.ts';
import { isListening, untilListening } from './lib/port.ts';
import { dockerEngine, imageIsCurrent } from './product/images/image.ts';
import { VM_IMAGE } from './product/images/vm-image.ts';
import { lockFolder } from './product/start/folder-lock.ts';
import { Hub } from './product/start/hub-service.ts';
import { LocalAgent } from './product/start/local-agent.ts';
import { tethered } from './product/start/programs.ts';
import { Restarting } from './product/start/restarting.ts';
import { writeRunning } from './product/start/running.ts';
import { startService } from './product/start/service.ts';
import type { Supervised } from './product/start/supervisor.ts';

const HOST = '127.0.0.1';
const HUB_PORT = 7420;
const PAGE_PORT = 5173;
const HELP = `npm run dev -- [options]
  --port N     port of the hub (default ${HUB_PORT}; 0: any free one)
  --page N     port of the page (default ${PAGE_PORT})
  --data DIR   where everything is kept (default .unicore/dev)
  --verbose    show the logs here as well

Terminals belong to a process that outlives the agent's restarts. It runs the code that it was started with until
npm run agent -- stop --vms --data DIR/agent`;

await main(async () => {
  const options = parseOptions();
  if (options.help) return say(HELP);
  const stopped = Promise.withResolvers<void>();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopped.resolve());
  process.on('disconnect', () => stopped.resolve());

  const { data, page } = options;
  lockFolder(data);
  if (await isListening(page, HOST))
    throw new Error(`Port ${page} is in use by another program. Give the page another one with --page N.`);
  const show = options.verbose ? [process.stdout] : [];
  const pageUrl = `http://${HOST}:${page}`;
  // At its first start, the hub may choose a free port. It keeps this port at restarts, so that the agent and
  // Vite find it again.
  let { port } = options;
  const hub = new Restarting('hub', ['protocol/src', 'server/src'], async () => {
    const started = await Hub.start({ port, dataDir: data, show, env: hubEnv() });
    port = started.port;
    return started;
  });
  let agent: Restarting<LocalAgent> | undefined;
  let vite: Supervised | undefined;
  try {
    const { url } = await hub.start();
    // The hub's own address shows the last build of the page, not the current sources. So login links lead to
    // Vite's address, and Vite forwards /login to the hub.
    await writeRunning(data, { url: pageUrl, dataDir: data, store: 'sqlite' });
    vite = await step('Started the page', () => startPage(page, url, data, show));
    const auth = openLocalAuth(data, pageUrl);
    const { userId } = await auth.owner();
    say(
      `\n  Sign in with this link (good for 24 hours):\n\n  ${paint('cyan', await auth.loginLink(userId))}\n`,
    );
    agent = new Restarting('agent', ['protocol/src', 'agent/src'], () =>
      LocalAgent.start({
        dataDir: data,
        hub: `http://${HOST}:${port}`,
        // Only the first start needs a join token. At later starts the agent has already joined the hub.
        joinToken: () => auth.joinToken(userId),
        socketPath: dockerSocket(process.env),
        show,
      }),
    );
    const { runtime } = await agent.start();
    await auth.close();
    if (runtime === 'docker') await lookForImage();
    say(paint('dim', '  Ctrl-C stops everything; shells in VMs go on.'));
    await stopped.promise;
  } finally {
    await Promise.all([agent?.stop(), hub.stop(), vite?.stop()]);
  }
});
process.exit();

function parseOptions() {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: String(HUB_PORT) },
      page: { type: 'string', default: String(PAGE_PORT) },
      data: { type: 'string', default: join(DATA, 'dev') },
      verbose: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const [port, page] = [Number(values.port), Number(values.page)];
  for (const [name, value, least] of [
    ['port', port, 0],
    ['page', page, 1],
  ] as const) {
    if (!Number.isInteger(value) || value < least || value > 65535)
      throw new Error(`--${name} must be a number from ${least} to 65535.`);
  }
  return { ...values, port, page, data: resolve(values.data) };
}

/** Returns an environment in which the hub uses SQLite and no Redis, whatever the shell's variables say. */
function hubEnv(): NodeJS.ProcessEnv {
  return { ...process.env, UNICORE_REDIS_URL: undefined, UNICORE_STORE: undefined };
}

/** Starts Vite's server, which forwards API calls and WebSockets to the hub (client/vite.config.ts). */
function startPage(port: number, hub: string, data: string, show: readonly Writable[]): Promise<Supervised> {
  const flags = ['--host', HOST, '--port', String(port), '--strictPort', '--logLevel', 'warn'];
  return startService({
    name: 'page',
    log: join(data, 'logs/page.log'),
    show,
    env: { ...process.env, UNICORE_HUB: hub },
    command: () => tethered(process.execPath, tool('vite'), join(ROOT, 'client'), ...flags),
    ready: (signal) => untilListening(port, HOST, signal),
  });
}

async function lookForImage(): Promise<void> {
  const docker = await dockerEngine();
  if (docker === undefined || (await imageIsCurrent(docker, VM_IMAGE))) return;
  warn(`  The image ${VM_IMAGE.name} is missing or old. Build it with: npm run images`);
}
