/**
 * Desktops on Cloud Run that end while every hub is dead, in real time. The first hub that starts again writes
 * receipts that agree with the fake's ledger.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { UniCore } from '@unicore/client/sdk';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CloudWorld } from '../../testing/cloud-world.ts';
import { runningDesktop, whenDesktop } from '../../testing/desktops.ts';

/** The desktops run this long without a hub, before one of them ends and before a hub is back, ms. */
const ALONE_MS = 5_000;
/** vCPUs and GiB of each desktop. */
const CPUS = 2;
const MEMORY_GIB = 4;
/** A receipt and the ledger count in steps of 100 ms, rounded up. */
const STEP_SECONDS = 0.1;

let world: CloudWorld;

beforeAll(async () => {
  world = await CloudWorld.start();
});
afterAll(() => world[Symbol.asyncDispose]());

const executionOf = (jobName: string) =>
  [...world.fake.fake.executions.values()].find(({ name }) => name.includes(jobName))!;

async function expectTrueReceipt(unicore: UniCore, jobName: string): Promise<void> {
  const { sessionId, phase } = await whenDesktop(unicore, ({ status }) => status === 'stopped');
  expect(phase).toBe('ended');
  const [receipt] = await unicore.api.vnc.receipts.query();
  const { endedAt } = world.fake.ledger.entries.find(({ job }) => job === jobName)!;
  const { seconds } = world.fake.ledger.billed(endedAt!, jobName);
  expect(seconds).toBeGreaterThan(ALONE_MS / 1000);
  const most = 0.01 * seconds + STEP_SECONDS;
  expect(receipt!.sessionId).toBe(sessionId);
  expect(Math.abs(receipt!.cpuSeconds / CPUS - seconds)).toBeLessThanOrEqual(most);
  expect(Math.abs(receipt!.memorySeconds / MEMORY_GIB - seconds)).toBeLessThanOrEqual(most);
}

test('receipts of desktops that died, or were cancelled, while all hubs were dead agree with the ledger', async () => {
  await world.joinHub();
  const [ada, ben] = [await world.user('ada'), await world.user('ben')];
  const [died, cancelled] = await Promise.all([runningDesktop(ada), runningDesktop(ben)]);
  await world.stopHubs();
  await sleep(ALONE_MS);
  executionOf(died.jobName).die();
  executionOf(cancelled.jobName).cancel();
  await expect.poll(() => world.fake.ledger.live()).toEqual([]);
  await sleep(ALONE_MS);
  await world.startHub();
  await expectTrueReceipt(ada, died.jobName);
  await expectTrueReceipt(ben, cancelled.jobName);
  expect(world.fake.fake.jobs).toEqual([]);
});
