/** npm start: the whole product on this machine. A hub, an agent beside it, and a link to sign in. */
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { dockerSocket } from '@unicore/agent';
import { openLocalAuth } from '@unicore/server';
import { canOpenBrowser, openBrowser } from './lib/browser.ts';
import { main, messageOf, paint, say, step, warn } from './lib/console.ts';
import { lockFolder } from './lib/folder-lock.ts';
import { Hub } from './lib/hub.ts';
import { buildImage, dockerEngine, imageIsCurrent } from './lib/image.ts';
import { LocalAgent } from './lib/local-agent.ts';
import { ROOT, URL_FILE } from './lib/paths.ts';
import { checkPort } from './lib/port.ts';
import type { Death } from './lib/supervisor.ts';
import { VM_IMAGE } from './lib/vm-image.ts';
import { buildWeb, webIsCurrent } from './lib/web.ts';

const HOST = '127.0.0.1';
const DEFAULT_PORT = 7420;
/** A child that died so many times in a row will not get well by itself. */
const DEATHS_TO_COMPLAIN = 5;
const HELP = `npm start -- [options]
  --port N     port of the page (default ${DEFAULT_PORT}; 0: any free one)
  --data DIR   where everything is kept (default .unicore)
  --token      print a bearer token for scripts, too
  --no-open    open no browser
  --verbose    show the logs here as well`;

const NOT_ISOLATED = `  No Docker engine answered: VMs are processes of your own user, not isolated from this machine.
  Use them yourself only.`;

await main(async () => {
  const options = parseOptions();
  if (options.help) return say(HELP);
  // A second signal must not cut the ending short; what hangs is killed by its own limit.
  const stopped = Promise.withResolvers<void>();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopped.resolve());
  process.on('disconnect', () => stopped.resolve());

  lockFolder(options.data);
  await checkPort(options.port, HOST);
  if (!(await webIsCurrent())) await step('Built the web app', buildWeb);
  const show = options.verbose ? [process.stdout] : [];
  const hub = await Hub.start({
    port: options.port,
    dataDir: options.data,
    show,
    died: report('hub', options.data),
  });
  let agent: LocalAgent | undefined;
  try {
    await writeFile(join(options.data, URL_FILE), hub.url);
    // The hub has its configuration from the same environment.
    const auth = openLocalAuth(options.data, hub.url, process.env.UNICORE_STORE || undefined);
    const owner = await auth.owner();
    const link = await auth.loginLink(owner.userId);
    say(`\n  UniCore is running. Sign in with this link (good for 24 hours):\n\n  ${paint('cyan', link)}\n`);
    if (options.token) say(`  Bearer token for scripts: ${await auth.bearerToken(owner.userId)}\n`);
    agent = await LocalAgent.start({
      dataDir: options.data,
      hub: `http://${HOST}:${hub.port}`,
      joinToken: () => auth.joinToken(owner.userId),
      socketPath: dockerSocket(process.env),
      show,
      died: report('agent', options.data),
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
  const running = await agent.running();
  if (running > 0)
    say(
      `\n  ${running === 1 ? '1 VM goes on with its' : `${running} VMs go on with their`} shells. To end that: npm run agent -- stop --vms`,
    );
});
// What is left, such as an image being built, must not keep this process.
process.exit();

function parseOptions() {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: String(DEFAULT_PORT) },
      data: { type: 'string', default: join(ROOT, '.unicore') },
      open: { type: 'boolean', default: true },
      token: { type: 'boolean', default: false },
      verbose: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
    allowNegative: true,
  });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new Error(`--port is "${values.port}": it must be a number from 0 to 65535.`);
  }
  return { ...values, port, data: resolve(values.data) };
}

/** Says what died, once when it does and once when it keeps doing so. */
function report(what: string, data: string): (death: Death) => void {
  const log = join(data, `logs/${what}.log`);
  return ({ how, inARow, pauseMs }) => {
    if (pauseMs === undefined) warn(`  The ${what} has ended for good. Its log says why: ${log}`);
    else if (inARow === 1) warn(`  The ${what} died (${how}) and starts again.`);
    else if (inARow === DEATHS_TO_COMPLAIN)
      warn(`  The ${what} keeps dying (${how}). Its log says why: ${log}`);
  };
}

/** VMs can't start without the image; everything else works meanwhile. */
async function prepareDocker(): Promise<void> {
  const docker = await dockerEngine();
  if (docker === undefined) return warn('  No Docker engine answers. VMs wait until it is started.');
  if (await imageIsCurrent(docker, VM_IMAGE))
    return say('  VMs are containers of the Docker engine on this machine.');
  say(`  Building the image ${VM_IMAGE.name}, once. VMs can be made when it is there.`);
  await step(`Built ${VM_IMAGE.name}`, () =>
    buildImage(docker, VM_IMAGE, (line) => say(paint('dim', `  ${line}`))),
  ).catch((error: unknown) => warn(`  ${messageOf(error)}`));
}
