/** Which tests there are. Those that only compute go first; those with real engines and browsers follow, one by one. */
import { defineConfig } from 'vitest/config';

/** Limits of tests, hooks and polls are for hangs, and promise no speed: a machine may be slow, or busy with other things. */
const HANG_MS = 120_000;
const POLL_MS = 60_000;
const patient = { testTimeout: HANG_MS, hookTimeout: HANG_MS, expect: { poll: { timeout: POLL_MS } } };

/** Google's clients look for a metadata server outside this machine otherwise. */
const env = { METADATA_SERVER_DETECTION: 'none' };

/** One group runs after the other. The page's tests, in client/vitest.config.ts, are group 0. */
const together = { ...patient, env, maxWorkers: 2, sequence: { groupOrder: 1 } };
/** Real processes compete for two cores: one file at a time. */
const alone = (groupOrder: number) => ({
  ...patient,
  env,
  maxWorkers: 1,
  sequence: { groupOrder },
});

export default defineConfig({
  test: {
    environment: 'node',
    projects: [
      './client/vitest.config.ts',
      { test: { name: 'protocol', include: ['protocol/src/**/*.test.ts'], ...together } },
      { test: { name: 'server', include: ['server/src/**/*.test.ts'], ...together } },
      { test: { name: 'agent', include: ['agent/src/**/*.test.ts'], ...together } },
      { test: { name: 'client', include: ['client/src/sdk/**/*.test.ts'], ...together } },
      {
        test: {
          name: 'scripts',
          include: ['scripts/{lib,product,check,testing,chaos,bench,fuzz}/**/*.test.ts'],
          ...together,
        },
      },
      { test: { name: 'system', include: ['scripts/tests/{system,wire}/**/*.test.ts'], ...alone(2) } },
      {
        test: {
          name: 'docker',
          include: ['**/*.docker-test.ts'],
          exclude: ['**/node_modules/**'],
          ...alone(3),
        },
      },
      { test: { name: 'browser', include: ['scripts/tests/browser/**/*.test.ts'], ...alone(4) } },
      {
        test: {
          name: 'redis',
          include: ['**/*.redis-test.ts'],
          exclude: ['**/node_modules/**'],
          ...alone(5),
          // Its files wait for Redis nearly all the time.
          maxWorkers: 2,
        },
      },
      './scripts/tests/browser/vitest.protocol.config.ts',
    ],
  },
});
