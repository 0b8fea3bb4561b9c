/** The protocol's own tests once more, unchanged, in a page of Chromium: what they test is what browsers run. */

import { chromiumOptions } from '@unicore/scripts/chromium';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { NEED_NODE } from './need-node.ts';

/** Beside the tests of the page in its browser, one after another: a page has one thread. */
const GROUP = 4;
/** For hangs, no promise about speed. */
const TEST_LIMIT_MS = 60_000;

export default defineConfig({
  // Found while tests run, a dependency would make the page load anew.
  optimizeDeps: { include: ['fast-check', 'fflate', 'msgpackr'] },
  test: {
    name: 'browser-protocol',
    include: ['src/**/*.test.ts'],
    exclude: NEED_NODE.map((name) => `src/${name}`),
    testTimeout: TEST_LIMIT_MS,
    maxWorkers: 1,
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
