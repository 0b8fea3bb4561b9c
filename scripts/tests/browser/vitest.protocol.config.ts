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

/** One after another, beside the page's browser tests: a page has one thread. */
const GROUP = 2;
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
