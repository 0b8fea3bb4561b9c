/** Which tests there are. Those that only compute go first; those with real engines and browsers follow, one by one. */
import { defineConfig } from 'vitest/config';

/** Real engines, sockets and browsers are slow to start; the limit is for hangs, no promise about speed. */
const SLOW_MS = 120_000;

/** Real processes compete for two cores: one file at a time, each group after the one before. */
const alone = (groupOrder: number) => ({
  testTimeout: SLOW_MS,
  hookTimeout: SLOW_MS,
  fileParallelism: false,
  sequence: { groupOrder },
});

export default defineConfig({
  test: {
    environment: 'node',
    projects: [
      { test: { name: 'protocol', include: ['protocol/src/**/*.test.ts'] } },
      { test: { name: 'server', include: ['server/src/**/*.test.ts'], testTimeout: 20_000 } },
      { test: { name: 'agent', include: ['agent/src/**/*.test.ts'], testTimeout: 20_000 } },
      { test: { name: 'client', include: ['client/src/sdk/**/*.test.ts'] } },
      './client/vitest.config.ts',
      { test: { name: 'scripts', include: ['scripts/lib/**/*.test.ts'] } },
      { test: { name: 'system', include: ['scripts/tests/system/**/*.test.ts'], ...alone(1) } },
      {
        test: {
          name: 'docker',
          include: ['**/*.docker-test.ts'],
          exclude: ['**/node_modules/**'],
          ...alone(2),
        },
      },
      { test: { name: 'browser', include: ['scripts/tests/browser/**/*.test.ts'], ...alone(3) } },
    ],
  },
});
