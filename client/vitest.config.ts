import solid from 'vite-plugin-solid';
import { defineConfig } from 'vitest/config';

/**
 * Time limit of a test, ms. It only stops tests that hang. It does not measure speed, because a machine may
 * be slow or busy.
 */
const HANG_MS = 60_000;

/** Runs the tests of the page's components in jsdom. */
export default defineConfig({
  plugins: [solid()],
  test: {
    name: 'page',
    environment: 'jsdom',
    include: ['src/app/**/*.test.tsx', 'src/app/**/*.test.ts'],
    // All test files share one jsdom. setup.ts empties the page after each test.
    isolate: false,
    testTimeout: HANG_MS,
    hookTimeout: HANG_MS,
    expect: { poll: { timeout: HANG_MS } },
    setupFiles: ['src/app/testing/setup.ts'],
  },
});
