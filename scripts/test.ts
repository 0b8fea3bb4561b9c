/**
 * Implements `npm test`: prepares what the tests need, checks types and lint, and runs every test. As root on
 * Debian, missing packages are installed. Elsewhere, suites that need missing packages are left out, and the
 * output names them. The last line of the output is `N passed, N failed`.
 *
 *   npm test -- --quick     runs tests that only compute, and one smoke test; prepares and checks nothing
 *   npm test -- --changed   runs tests that depend on files changed since the last commit
 *   npm test -- FILTERS     runs tests that vitest selects by parts of paths, --project NAME or -t NAME
 */

import { join } from 'node:path';
import { CHECKS } from './check/checks.ts';
import { install, mayInstall, missing, type Need } from './check/debian.ts';
import { startEngine } from './check/engine.ts';
import { QUICK } from './check/quick.ts';
import { runVitest } from './check/vitest.ts';
import { main, messageOf, say, step, warn } from './lib/console.ts';
import { ROOT } from './lib/paths.ts';
import { DESKTOP_IMAGE } from './product/images/desktop-image.ts';
import { HUB_IMAGE } from './product/images/hub-image.ts';
import { buildImage, dockerEngine, imageIsCurrent } from './product/images/image.ts';
import { VM_IMAGE } from './product/images/vm-image.ts';
import { buildWeb, webIsCurrent } from './product/web.ts';

const NEEDS: readonly Need[] = [
  { package: 'chromium', command: 'chromium', suites: 'browser*' },
  ...['tmux', 'vim', 'htop', 'less'].map((name) => ({ package: name, command: name, suites: 'system' })),
  { package: 'procps', command: 'ps', suites: 'system' },
  { package: 'redis-server', command: 'redis-server', suites: 'redis' },
  { package: 'iproute2', command: 'ss', suites: 'system' },
  { package: 'haproxy', command: 'haproxy', suites: 'system' },
  ...['haproxy', 'redis-server'].map((name) => ({ package: name, command: name, suites: 'docker*' })),
  { package: 'redis-server', command: 'redis-server', suites: 'desktop' },
  ...['desktop', 'docker*'].map((suites) => ({ package: 'iproute2', command: 'ss', suites })),
  { package: 'chromium', command: 'chromium', suites: 'desktop' },
  { package: 'tigervnc-standalone-server', command: 'Xvnc', suites: 'desktop' },
  { package: 'tigervnc-viewer', command: 'xtigervncviewer', suites: 'desktop' },
  ...['openbox', 'xclip', 'xterm'].map((name) => ({ package: name, command: name, suites: 'desktop' })),
  { package: 'x11-xserver-utils', command: 'xsetroot', suites: 'desktop' },
  { package: 'x11-utils', command: 'xev', suites: 'desktop' },
];
const ENGINE_NEEDS: readonly Need[] = [
  { package: 'docker.io', command: 'dockerd', suites: 'docker*' },
  { package: 'iptables', command: 'iptables', suites: 'docker*' },
  { package: 'mmdebstrap', command: 'mmdebstrap', suites: 'docker*' },
];

// Without this variable, Google's libraries would search the network for a server of Google Cloud and wait.
process.env.METADATA_SERVER_DETECTION = 'none';
// Tests start hundreds of Node processes. A cache of compiled code saves most of the time of each start.
process.env.NODE_COMPILE_CACHE ??= join(ROOT, 'node_modules/.cache/compiled');

let passed = 0;
let failed = 0;
const leftOut = new Set<string>();
/** Cleanup functions, which run at the end in reverse order. */
const cleanups: (() => Promise<void>)[] = [];

await main(async () => {
  const filters = process.argv.slice(2).filter((argument) => argument !== '--quick');
  const isQuick = filters.length < process.argv.length - 2;
  if (!isQuick) await prepareAll(filters.length === 0);
  const result = await runVitest(isQuick ? [...QUICK, ...filters] : filters, [...leftOut]);
  passed += result.passed;
  failed += result.failed;
  for (const cleanup of cleanups.reverse()) await cleanup();
  if (passed === 0 && failed === 0 && filters.includes('--changed')) {
    say('No test depends on what has changed since the last commit.');
  } else if (passed === 0) {
    warn('No test has run.');
    process.exitCode = 1;
  }
});
if (failed > 0) process.exitCode = 1;
else if (process.exitCode === 1) failed = 1;
say(`${passed} passed, ${failed} failed`);

/** Prepares what the tests need. If `checks` is true, also checks types, lint and imports. */
async function prepareAll(checks: boolean): Promise<void> {
  const web = prepare('Web app', async () => ((await webIsCurrent()) ? undefined : buildWeb()));
  const engine = prepare('System packages', bringPackages).then(() => {
    if (!leftOut.has('docker*')) return prepare('Docker engine and images', () => bringEngine(web));
  });
  await Promise.all([web, engine, checks ? checkAll() : undefined]);
}

/** Prepares something that tests need. A failed preparation counts as one failed test. */
async function prepare(name: string, run: () => Promise<void>): Promise<void> {
  await step(name, run).catch((error: unknown) => {
    warn(`${name}: ${messageOf(error)}`);
    failed += 1;
  });
}

async function checkAll(): Promise<void> {
  for (const [name, check] of Object.entries(CHECKS)) {
    await step(name, check).then(
      () => (passed += 1),
      (error: unknown) => {
        warn(`${name}: ${messageOf(error)}`);
        failed += 1;
      },
    );
  }
}

async function bringPackages(): Promise<void> {
  const engine = await dockerEngine();
  const lacking = await missing(engine === undefined ? [...NEEDS, ...ENGINE_NEEDS] : NEEDS);
  if (lacking.length === 0) return;
  if (mayInstall()) return install(lacking);
  for (const need of lacking) leftOut.add(need.suites);
  say(
    `  Not installed: ${lacking.map((need) => need.package).join(', ')}. Left out: ${[...leftOut].join(', ')}.`,
  );
  say('  (npm test installs them when it runs as root on Debian.)');
}

/**
 * Starts a Docker engine and builds UniCore's images. `web` settles when the page is built. The hub's image
 * waits for `web`, because the image contains the page.
 */
async function bringEngine(web: Promise<void>): Promise<void> {
  cleanups.push(await startEngine());
  const docker = await dockerEngine();
  if (docker === undefined) return;
  for (const image of [VM_IMAGE, HUB_IMAGE, DESKTOP_IMAGE]) {
    if (image === HUB_IMAGE) await web;
    if (!(await imageIsCurrent(docker, image))) await buildImage(docker, image, () => {});
  }
}
