/** Defines the test projects. Tests that only compute run first, tests with engines and browsers later. */
import { posix } from 'node:path';
import { defineConfig } from 'vitest/config';

/**
 * Time limits of tests, hooks and polls, in ms. The limits only detect hangs and do not measure speed,
 * because the machine may be slow or busy.
 */
const HANG_MS = 300_000;
const POLL_MS = 60_000;
const patient = { testTimeout: HANG_MS, hookTimeout: HANG_MS, expect: { poll: { timeout: POLL_MS } } };

/** File of the test that runs each benchmark once for a short time, with all its processes. */
const BENCH = 'scripts/bench/bench.test.ts';

/** File of the test that types over a line of 1 Mbit/s. */
const SLOW_LINE = 'scripts/tests/system/slow-line.test.ts';

/**
 * Without this variable, Google's libraries would search the network for a server of Google Cloud and wait.
 */
const env = { METADATA_SERVER_DETECTION: 'none' };

/**
 * Number of parallel workers. It exceeds the two cores of the smallest machine, because many test files
 * mostly wait for timers, sockets and other processes.
 */
const maxWorkers = 3;
/**
 * Settings of tests that only compute. Groups of tests run one after the other: first the page's tests (group
 * 0), then these.
 */
const together = { ...patient, env, maxWorkers, sequence: { groupOrder: 1 } };
/** Settings of tests that use real engines, browsers and clusters. */
const waiting = { ...patient, env, maxWorkers, sequence: { groupOrder: 2 } };
/**
 * Settings of tests with real desktops. Each desktop has a Chromium, which would take the time of the tests above
 * that judge how soon bytes arrive.
 */
const desktops = { ...patient, env, maxWorkers: 2, sequence: { groupOrder: 3 } };
/**
 * Settings of tests that run alone: the benchmarks, which start dozens of processes at once, and the test of what is
 * promised on a slow line, which other tests would take the time from.
 */
const alone = { ...patient, env, maxWorkers: 1, sequence: { groupOrder: 4 } };

/** Returns a glob for the test files in these folders and their subfolders. */
const testsIn = (...folders: string[]) => posix.join(...folders, '**', '*.test.ts');
/** Matches the files of installed packages, whose tests must not run. */
const DEPENDENCIES = posix.join('**', 'node_modules', '**');

/** Tests with desktops in containers. */
const DESKTOPS_IN_DOCKER = [
  posix.join('agent/src/desktop', '**', '*.docker-test.ts'),
  'scripts/tests/system/{desktop,cloud-run}.docker-test.ts',
];

export default defineConfig({
  test: {
    environment: 'node',
    projects: [
      './client/vitest.config.ts',
      { test: { name: 'protocol', include: [testsIn('protocol/src')], ...together } },
      { test: { name: 'server', include: [testsIn('server/src')], ...together } },
      { test: { name: 'agent', include: [testsIn('agent/src')], ...together } },
      { test: { name: 'client', include: [testsIn('client/src/sdk')], ...together } },
      {
        test: {
          name: 'scripts',
          include: [testsIn('scripts/{lib,product,check,testing,chaos,fuzz}'), testsIn('scripts/bench', '*')],
          ...together,
        },
      },
      { test: { name: 'bench', include: [BENCH, SLOW_LINE], ...alone } },
      {
        test: {
          name: 'system',
          include: [testsIn('scripts/tests/{system,wire}')],
          exclude: [DEPENDENCIES, SLOW_LINE],
          ...waiting,
        },
      },
      {
        test: {
          name: 'docker',
          include: [posix.join('**', '*.docker-test.ts')],
          exclude: [DEPENDENCIES, ...DESKTOPS_IN_DOCKER],
          ...waiting,
        },
      },
      { test: { name: 'docker-desktop', include: DESKTOPS_IN_DOCKER, ...desktops } },
      {
        test: {
          name: 'desktop',
          include: [posix.join('**', '*.desktop-test.ts')],
          exclude: [DEPENDENCIES],
          ...desktops,
        },
      },
      { test: { name: 'browser', include: [testsIn('scripts/tests/browser')], ...waiting } },
      {
        test: {
          name: 'redis',
          include: [posix.join('**', '*.redis-test.ts')],
          exclude: [DEPENDENCIES],
          ...waiting,
        },
      },
      './scripts/tests/browser/vitest.protocol.config.ts',
    ],
  },
});
