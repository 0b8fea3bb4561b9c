/**
 * Runs the protocol's own tests, unchanged, also in a page of Chromium, because browsers run the protocol's
 * code.
 */
import { join } from 'node:path';
import { NEED_NODE } from '@unicore/protocol/testing';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { ROOT } from '../../lib/paths.ts';
import { chromiumOptions } from '../../testing/chromium.ts';

/**
 * The group of tests that only compute. Tests of later groups create Docker networks. When an address of the
 * machine changes, Chromium ends all requests that wait for a connection, with ERR_NETWORK_CHANGED, and then a
 * test's modules cannot be loaded.
 */
const GROUP = 1;
const WORKERS = 3;
/** Time limit of a test, in ms. It only detects hangs and does not measure speed. */
const TEST_LIMIT_MS = 300_000;

export default defineConfig({
  root: join(ROOT, 'protocol'),
  // All dependencies of the tests are named, and Vite looks for no others. If it found one while tests run, modules
  // that a test is just importing would get other addresses, and the import would fail.
  optimizeDeps: {
    noDiscovery: true,
    include: [
      'birpc',
      'fast-check',
      'fflate',
      'msgpackr',
      'pure-rand/distribution/uniformInt',
      'pure-rand/generator/xoroshiro128plus',
      'zod',
    ],
  },
  test: {
    name: 'browser-protocol',
    include: ['src/**/*.test.ts'],
    exclude: NEED_NODE.map((name) => `src/${name}`),
    testTimeout: TEST_LIMIT_MS,
    hookTimeout: TEST_LIMIT_MS,
    maxWorkers: WORKERS,
    sequence: { groupOrder: GROUP },
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({ launchOptions: chromiumOptions() }),
      instances: [{ browser: 'chromium' }],
    },
  },
});
