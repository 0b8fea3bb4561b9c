/** The protocol's own tests once more, unchanged, in pages of Chromium: what they test is what browsers run. */
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { chromiumOptions } from '../scripts/tests/chromium.ts';
import { NEED_NODE } from './need-node.ts';

/** Beside the tests with real processes, which leave the machine time; with as many workers, as vitest wants it. */
const GROUP = 2;
const WORKERS = 3;
/** For hangs, no promise about speed. */
const TEST_LIMIT_MS = 300_000;

export default defineConfig({
  // Found while tests run, a dependency would make the page load anew.
  optimizeDeps: { include: ['fast-check', 'fflate', 'msgpackr'] },
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
