/**
 * npm test: checks types and lint and runs every test, after preparing what they need. As root on Debian, missing packages
 * are installed; elsewhere the suites that need them are named and left out. The last line is `N passed, N failed`.
 *
 *   npm test -- --quick     what only computes, and one key through the whole system; prepares and checks nothing
 *   npm test -- --changed   what depends on files that are changed since the last commit
 *   npm test -- FILTERS     what vitest selects by them: parts of paths, --project NAME, -t NAME
 */

import { join } from 'node:path';
import { CHECKS } from './check/checks.ts';
import { install, mayInstall, missing, type Need } from './check/debian.ts';
import { startEngine } from './check/engine.ts';
import { QUICK } from './check/quick.ts';
import { runVitest } from './check/vitest.ts';
import { main, messageOf, say, step, warn } from './lib/console.ts';
import { ROOT } from './lib/paths.ts';
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
  ...['haproxy', 'redis-server'].map((name) => ({ package: name, command: name, suites: 'docker' })),
];
const ENGINE_NEEDS: readonly Need[] = [
  { package: 'docker.io', command: 'dockerd', suites: 'docker' },
  { package: 'iptables', command: 'iptables', suites: 'docker' },
  { package: 'mmdebstrap', command: 'mmdebstrap', suites: 'docker' },
];

// Keeps Google's libraries from looking for a metadata server on the network.
process.env.METADATA_SERVER_DETECTION = 'none';
// Tests start hundreds of processes, and compiling is most of what a start costs.
process.env.NODE_COMPILE_CACHE ??= join(ROOT, 'node_modules/.cache/compiled');

let passed = 0;
let failed = 0;
const leftOut = new Set<string>();
/** Cleanups to run in reverse order at the end. */
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

/** Prepares what the tests need. checks: also checks types, lint and boundaries meanwhile. */
async function prepareAll(checks: boolean): Promise<void> {
  const web = prepare('Web app', async () => ((await webIsCurrent()) ? undefined : buildWeb()));
  const engine = prepare('System packages', bringPackages).then(() => {
    if (!leftOut.has('docker')) return prepare('Docker engine and images', () => bringEngine(web));
  });
  await Promise.all([web, engine, checks ? checkAll() : undefined]);
}

/** Prepares something that tests need. If that fails it counts as a failure, even though no test ran. */
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
 * Starts a Docker engine and builds its images. web: settles when the page is built, which the hub's image contains.
 */
async function bringEngine(web: Promise<void>): Promise<void> {
  cleanups.push(await startEngine());
  const docker = await dockerEngine();
  if (docker === undefined) return;
  for (const image of [VM_IMAGE, HUB_IMAGE]) {
    if (image === HUB_IMAGE) await web;
    if (!(await imageIsCurrent(docker, image))) await buildImage(docker, image, () => {});
  }
}
