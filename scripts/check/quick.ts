/** Defines what `npm test -- --quick` runs: tests that only compute, and one test of the whole system. */
import { join } from 'node:path';
import { ROOT } from '../lib/paths.ts';

const PROJECTS = ['protocol', 'server', 'agent', 'client', 'page', 'scripts', 'system'];

/**
 * Test files that `--quick` leaves out, because they start processes, wait in real time, or compute for
 * seconds. Of the system tests, only the smoke test runs.
 */
export const NOT_QUICK: readonly string[] = [
  'agent/src/cli.test.ts',
  'agent/src/desktop/launch/process.test.ts',
  'agent/src/desktop/rfb/interposer.property.test.ts',
  'agent/src/keeper/process.test.ts',
  'agent/src/pty/process.test.ts',
  'agent/src/runtime/docker.test.ts',
  'agent/src/terminal/drawing/snapshot.test.ts',
  'agent/src/terminal/interrupt.test.ts',
  'agent/src/terminal/screen/limits.test.ts',
  'agent/src/terminal/screen/screen.test.ts',
  'client/src/app/layout/layout.test.tsx',
  'protocol/src/channel/channel.test.ts',
  'protocol/src/channel/dataz-hostile.test.ts',
  'protocol/src/channel/dataz.test.ts',
  'protocol/src/channel/move.test.ts',
  'protocol/src/channel/resume.test.ts',
  'protocol/src/node/deflaters.test.ts',
  'protocol/src/sim/world/{process,world}.test.ts',
  'protocol/src/wire/codec.test.ts',
  'scripts/check/lint.test.ts',
  'scripts/lib/setup-lock.test.ts',
  'scripts/product/deploy/deploy.test.ts',
  'scripts/product/start/supervisor.test.ts',
  'scripts/tests/system/!(smoke).test.ts',
  'scripts/tests/wire/{client,decoder,recorded,rules}.test.ts',
  'server/src/api/procedures.test.ts',
  'server/src/app/app-hubs.test.ts',
  'server/src/app/stop-while-starting.test.ts',
  'server/src/cloud-run/{google-api,schedules}.test.ts',
  'server/src/cloud-run/testing/fake.test.ts',
  'server/src/gateway/raw-terminal.test.ts',
  'server/src/hubs/{calls,two-hubs}.test.ts',
  'server/src/loading.test.ts',
  'server/src/sockets/dataz.test.ts',
  'server/src/sockets/{draining,flow,hostile-channels}.test.ts',
  'server/src/stop.test.ts',
  'server/src/store/firestore/fake/fake.test.ts',
  'server/src/store/firestore/{cost,failures,hubs,store}.test.ts',
  'server/src/testing/line-proxy.test.ts',
  'server/src/watch/watch.test.ts',
];

/** Arguments that `--quick` passes to vitest. */
export const QUICK: readonly string[] = [
  // The tests run in worker threads, because worker threads start faster than processes.
  '--pool=threads',
  ...PROJECTS.map((name) => `--project=${name}`),
  ...NOT_QUICK.map((glob) => `--exclude=${join(ROOT, glob)}`),
];
