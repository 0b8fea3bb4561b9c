import { defineConfig } from 'vitest/config';

/** Real engines, sockets and browsers are slow to start; the limit is for hangs, no promise about speed. */
const SLOW_MS = 120_000;

export default defineConfig({
  test: {
    environment: 'node',
    projects: [
      { test: { name: 'protocol', include: ['protocol/src/**/*.test.ts'] } },
      { test: { name: 'server', include: ['server/src/**/*.test.ts'], testTimeout: 20_000 } },
      { test: { name: 'agent', include: ['agent/src/**/*.test.ts'], testTimeout: 20_000 } },
      { test: { name: 'client', include: ['client/src/sdk/**/*.test.ts'] } },
      './client/vitest.config.ts',
      { test: { name: 'system', include: ['scripts/tests/system/**/*.test.ts'], testTimeout: SLOW_MS, hookTimeout: SLOW_MS } },
      { test: { name: 'docker', include: ['**/*.docker-test.ts'], exclude: ['**/node_modules/**'], testTimeout: SLOW_MS, hookTimeout: SLOW_MS, fileParallelism: false } },
      { test: { name: 'browser', include: ['scripts/tests/browser/**/*.test.ts'], testTimeout: SLOW_MS, hookTimeout: SLOW_MS, fileParallelism: false } },
    ],
  },
});
