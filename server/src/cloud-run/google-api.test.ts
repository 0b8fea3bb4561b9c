import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { systemClock } from '@unicore/protocol';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CloudRunJobs } from './cloud-run-jobs.ts';
import { openCloudRun } from './open.ts';
import { type CloudRunFake, SimulatedContainer, startCloudRunFake } from './testing/index.ts';
import { PLACE, refOf, SETTINGS, specOf } from './testing/specs.ts';

/**
 * Google's own client against the fake's gRPC server, on real time. What happens over hours is tested on
 * simulated time.
 */

let fake: CloudRunFake;
let jobs: CloudRunJobs;
let containers: SimulatedContainer[];

beforeEach(async () => {
  containers = [];
  fake = await startCloudRunFake({
    run: async () => {
      const container = new SimulatedContainer({ clock: systemClock, termMs: 0 });
      containers.push(container);
      return container;
    },
  });
  jobs = openCloudRun({ ...SETTINGS, endpoint: fake.address });
});
afterEach(async () => {
  await jobs.close();
  await fake.close();
});

async function ended(ref = refOf()): Promise<void> {
  await expect.poll(() => jobs.end(ref), { interval: 10 }).toBe('gone');
}

describe('a desktop', () => {
  test('is launched, seen, listed and ended, and nothing of it is left', async () => {
    expect(await jobs.launch(specOf())).toEqual({ jobName: refOf().jobName });
    await expect.poll(() => jobs.look(refOf())).toMatchObject({ state: 'running' });
    expect(await jobs.list(PLACE)).toMatchObject([{ ...refOf(), state: 'running' }]);
    expect(fake.ledger.live()).toHaveLength(1);
    await ended();
    expect(fake.ledger.live()).toEqual([]);
    expect(fake.fake.jobs).toEqual([]);
    expect(await jobs.list(PLACE)).toEqual([]);
    expect(await jobs.look(refOf())).toEqual({ state: 'gone' });
  });
});
