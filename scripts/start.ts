/**
 * Implements `npm start`: runs the whole product on this machine, with one or several hubs and an agent.
 * Prints a link to sign in.
 */
import { join, resolve } from 'node:path';
import type { Writable } from 'node:stream';
import { parseArgs } from 'node:util';
import { dockerSocket } from '@unicore/agent';
import { openLocalAuth } from '@unicore/server';
import { main, messageOf, paint, say, step, warn } from './lib/console.ts';
import { DATA } from './lib/paths.ts';
import { checkPort } from './lib/port.ts';
import { DESKTOP_IMAGE } from './product/images/desktop-image.ts';
import { buildImage, dockerEngine, imageIsCurrent } from './product/images/image.ts';
import { VM_IMAGE } from './product/images/vm-image.ts';
import { canOpenBrowser, openBrowser } from './product/start/browser.ts';
import { Cluster } from './product/start/cluster.ts';
import { lockFolder } from './product/start/folder-lock.ts';
import { Hub } from './product/start/hub-service.ts';
import { LocalAgent } from './product/start/local-agent.ts';
import { patiently } from './product/start/patiently.ts';
import { useFirestore, writeRunning } from './product/start/running.ts';
import { buildWeb, webIsCurrent } from './product/web.ts';

const HOST = '127.0.0.1';
const DEFAULT_PORT = 7420;
/** Maximum number of hubs. It equals the number of servers in server/deploy/haproxy.cfg. */
const MAX_HUBS = 16;
const HELP = `npm start -- [options]
  --port N     port of the page (default ${DEFAULT_PORT}; 0: any free one)
  --data DIR   where everything is kept (default .unicore)
  --token      print a bearer token for scripts, too
  --no-open    open no browser
  --verbose    show the logs here as well
  --hubs N     several hubs as one: haproxy in front, Redis and a local Firestore behind (needs redis-server and
               haproxy; data is kept apart from that of a single hub)
  --redis URL  a Redis that runs elsewhere (default UNICORE_REDIS_URL)
  --store S    a store that is elsewhere, such as firestore://PROJECT (default UNICORE_STORE)`;

const NOT_ISOLATED = `  No Docker engine answered: VMs are processes of your own user, not isolated from this machine.
  Use them yourself only.`;

await main(async () => {
  const options = parseOptions();
  if (options.help) return say(HELP);
  // A second signal does not interrupt the shutdown. Child processes that hang are killed after their own
  // time limits.
  const stopped = Promise.withResolvers<void>();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopped.resolve());
  process.on('disconnect', () => stopped.resolve());

  lockFolder(options.data);
  await checkPort(options.port, HOST);
  if (!(await webIsCurrent())) await step('Built the web app', buildWeb);
  const show = options.verbose ? [process.stdout] : [];
  const { hub, ...running } = await startHubs(options, show);
  let agent: LocalAgent | undefined;
  try {
    await writeRunning(options.data, running);
    await useFirestore(running);
    const auth = openLocalAuth(running.dataDir, running.url, running.store);
    const owner = await patiently(() => auth.owner());
    const link = await patiently(() => auth.loginLink(owner.userId));
    say(`\n  UniCore is running. Sign in with this link (good for 24 hours):\n\n  ${paint('cyan', link)}\n`);
    if (options.token)
      say(`  Bearer token for scripts: ${await patiently(() => auth.bearerToken(owner.userId))}\n`);
    agent = await LocalAgent.start({
      dataDir: running.dataDir,
      hub: `http://${HOST}:${hub.port}`,
      joinToken: () => patiently(() => auth.joinToken(owner.userId)),
      socketPath: dockerSocket(process.env),
      show,
    });
    await auth.close();
    if (options.open && canOpenBrowser(process.env)) openBrowser(link);
    if (agent.runtime === 'docker') await Promise.race([prepareDocker(), stopped.promise]);
    else say(NOT_ISOLATED);
    say(paint('dim', '  Ctrl-C stops UniCore; shells in VMs go on.'));
    await stopped.promise;
  } finally {
    await Promise.all([agent?.stop(), hub.stop()]);
  }
  const vms = await agent.running();
  if (vms === 0) return;
  const left = vms === 1 ? '1 VM goes on with its' : `${vms} VMs go on with their`;
  const where = agent.dir === join(DATA, 'agent') ? '' : ` --data ${agent.dir}`;
  say(`\n  ${left} shells. To end that: npm run agent -- stop --vms${where}`);
});
// The process exits at once, even if work such as the build of an image is still running.
process.exit();

function parseOptions() {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: String(DEFAULT_PORT) },
      data: { type: 'string', default: DATA },
      open: { type: 'boolean', default: true },
      token: { type: 'boolean', default: false },
      verbose: { type: 'boolean', default: false },
      hubs: { type: 'string' },
      redis: { type: 'string', default: process.env.UNICORE_REDIS_URL || undefined },
      store: { type: 'string', default: process.env.UNICORE_STORE || undefined },
      help: { type: 'boolean', default: false },
    },
    allowNegative: true,
  });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new Error(`--port is "${values.port}": it must be a number from 0 to 65535.`);
  }
  const hubs = values.hubs === undefined ? undefined : Number(values.hubs);
  if (hubs !== undefined && !(Number.isInteger(hubs) && hubs >= 1 && hubs <= MAX_HUBS)) {
    throw new Error(`--hubs is "${values.hubs}": it must be a number from 1 to ${MAX_HUBS}.`);
  }
  return { ...values, port, hubs, data: resolve(values.data) };
}

async function startHubs(options: ReturnType<typeof parseOptions>, show: readonly Writable[]) {
  const { hubs, port, data, redis, store } = options;
  if (hubs === undefined) {
    const env = { ...process.env, UNICORE_REDIS_URL: redis, UNICORE_STORE: store };
    const hub = await Hub.start({ port, dataDir: data, show, env });
    return { hub, url: hub.url, dataDir: data, store: store ?? 'sqlite' };
  }
  // Several hubs use a separate data folder, because the folder of a single hub has its own users, VMs and
  // agent.
  const dataDir = join(data, 'hubs');
  const hub = await step(
    `Started ${hubs === 1 ? 'a hub' : `${hubs} hubs`}, with haproxy, Redis and Firestore`,
    () => Cluster.start({ hubs, port, dataDir, show, redis, store }),
  );
  return { hub, url: hub.url, dataDir, store: hub.store, firestore: hub.firestore };
}

/**
 * Builds the images of VMs and desktops if they are not up to date. VMs and desktops need their image, but
 * everything else works meanwhile.
 */
async function prepareDocker(): Promise<void> {
  const docker = await dockerEngine();
  if (docker === undefined) return warn('  No Docker engine answers. VMs wait until it is started.');
  say('  VMs and desktops are containers of the Docker engine on this machine.');
  for (const [what, image] of [['VMs', VM_IMAGE] as const, ['Desktops', DESKTOP_IMAGE] as const]) {
    if (await imageIsCurrent(docker, image)) continue;
    say(`  Building the image ${image.name}, once. ${what} can be made when it is there.`);
    await step(`Built ${image.name}`, () =>
      buildImage(docker, image, (line) => say(paint('dim', `  ${line}`))),
    ).catch((error: unknown) => warn(`  ${messageOf(error)}`));
  }
}
