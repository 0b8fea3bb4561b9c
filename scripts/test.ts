/**
 * npm test: checks types and lint and runs every test, after preparing what they need. As root on Debian, missing packages
 * are installed; elsewhere the suites that need them are named and left out. The last line is `N passed, N failed`.
 */

import { CHECKS } from './check/checks.ts';
import { install, mayInstall, missing, type Need } from './check/debian.ts';
import { startEngine } from './check/engine.ts';
import { runVitest } from './check/vitest.ts';
import { main, messageOf, say, step, warn } from './lib/console.ts';
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

let passed = 0;
let failed = 0;
const leftOut = new Set<string>();
/** Cleanups to run in reverse order at the end. */
const cleanups: (() => Promise<void>)[] = [];

await main(async () => {
  const filters = process.argv.slice(2);
  await Promise.all([
    prepare('System packages', bringPackages),
    filters.length === 0 ? checkAll() : undefined,
  ]);
  if (!leftOut.has('docker')) await prepare('Docker engine and image', bringEngine);
  await prepare('Web app', async () => ((await webIsCurrent()) ? undefined : buildWeb()));
  const result = await runVitest(filters, [...leftOut]);
  passed += result.passed;
  failed += result.failed;
  for (const cleanup of cleanups.reverse()) await cleanup();
  if (passed === 0) {
    warn('No test has run.');
    process.exitCode = 1;
  }
});
if (failed > 0) process.exitCode = 1;
else if (process.exitCode === 1) failed = 1;
say(`${passed} passed, ${failed} failed`);

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

async function bringEngine(): Promise<void> {
  cleanups.push(await startEngine());
  const docker = await dockerEngine();
  if (docker === undefined) return;
  for (const image of [VM_IMAGE, HUB_IMAGE]) {
    if (!(await imageIsCurrent(docker, image))) await buildImage(docker, image, () => {});
  }
}
