/**
 * Each misbehaviour of Cloud Run once, with real desktops in real time. The fake's ledger is the judge, and the user
 * is told each reason.
 */
import { RawClient } from '@unicore/agent/desktop/rfb';
import type { UniCore } from '@unicore/client/sdk';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CloudWorld } from '../../testing/cloud-world.ts';
import { endDesktop, inPhase, runningDesktop, whenDesktop } from '../../testing/desktops.ts';
import { pidsOfDesktop } from '../../testing/pids.ts';
import { socketStream } from '../../testing/socket-stream.ts';

const TEAL = 0x008080;
const RED = 0xff0000;
/** vCPUs of each desktop. */
const DESKTOP_CPU = 2;

let world: CloudWorld;
/** A desktop whose machine is maintained, which takes more than a minute, while the other tests run. */
let maintained: Maintained;

beforeAll(async () => {
  world = await CloudWorld.start();
  maintained = await startMaintenance();
});
afterAll(() => world[Symbol.asyncDispose]());

const executionOf = (jobName: string) =>
  [...world.fake.fake.executions.values()].find(({ name }) => name.includes(jobName))!;
const live = (jobName: string) => world.fake.ledger.live(jobName).length;

async function endsWithProof(sdk: UniCore) {
  const over = await whenDesktop(sdk, ({ status, jobName, phase }) => {
    if (status === 'stopped') expect([live(jobName), phase]).toEqual([0, 'ended']);
    return status === 'stopped';
  });
  expect(world.fake.fake.jobs.filter((job) => job.endsWith(over.jobName))).toEqual([]);
  return over;
}

test('a desktop whose start is slow and whose replies are lost starts once, and says what it waits for', async () => {
  const ada = await world.user('ada');
  world.fake.faults.loseReplies(2);
  world.fake.faults.nextStart({ delayMs: 4_000, waiting: 'Quota exceeded.' });
  const { jobName } = await ada.api.vnc.session.mutate();
  const waits = await whenDesktop(ada, ({ reason }) => reason !== null);
  expect([waits.phase, waits.reason]).toEqual(['launching', 'Cloud Run says: Quota exceeded.']);
  expect((await inPhase(ada, 'running')).reason).toBeNull();
  expect(world.fake.ledger.started(jobName)).toBe(1);
});

test('it is ending, and not ended, while Cloud Run ignores its cancellation and refuses to delete it', async () => {
  const ada = await world.user('ada');
  const { sessionId, jobName } = await ada.api.vnc.session.mutate();
  // The container hears nothing of its end.
  const dialler = pidsOfDesktop(sessionId).filter((pid) => world.pids('dialler').includes(pid));
  for (const pid of dialler) process.kill(pid, 'SIGSTOP');
  world.fake.faults.nextCancel('ignore');
  world.fake.faults.refuse('FAILED_PRECONDITION', 1, 'DeleteJob');
  await ada.api.vnc.delete.mutate({ sessionId });
  const ending = await inPhase(ada, 'ending');
  expect([ending.status, live(jobName)]).toEqual(['running', 1]);
  expect(await endsWithProof(ada)).toMatchObject({ reason: 'You ended it.' });
});

test('it is ending while a deletion of its job is refused, and another one fails, because it still runs', async () => {
  const ada = await world.user('ada');
  const { faults } = world.fake;
  const { sessionId, jobName } = await runningDesktop(ada);
  const dialler = pidsOfDesktop(sessionId).filter((pid) => world.pids('dialler').includes(pid));
  for (const pid of dialler) process.kill(pid, 'SIGSTOP');
  // The hub deletes a job only if it sees no execution of it that may run.
  faults.lagMs = Date.now();
  faults.refuse('NOT_FOUND', Number.POSITIVE_INFINITY, 'GetExecution');
  await ada.api.vnc.delete.mutate({ sessionId });
  for (const deletion of ['refuse', 'fail'] as const) {
    faults.deleteWhileLive = deletion;
    await expect.poll(() => faults.deletions).toContain(deletion);
    expect([(await inPhase(ada, 'ending')).status, live(jobName)]).toEqual(['running', 1]);
  }
  faults.clear();
  for (const pid of dialler) process.kill(pid, 'SIGCONT');
  expect(await endsWithProof(ada)).toMatchObject({ reason: 'You ended it.' });
});

test('a desktop whose image is missing has failed, with the remedy, and leaves nothing', async () => {
  const ben = await world.user('ben');
  world.fake.faults.nextStart({ fail: { message: 'Image not found.', reason: 'CONTAINER_MISSING' } });
  const { jobName } = await ben.api.vnc.session.mutate();
  const { code, reason } = await inPhase(ben, 'failed');
  expect([code, reason]).toEqual(['IMAGE_MISSING', expect.stringContaining('UNICORE_DESKTOP_IMAGE')]);
  expect([live(jobName), world.fake.ledger.started(jobName)]).toEqual([0, 0]);
});

test('a desktop for which a place has no quota starts in another, and its death is told with the reason', async () => {
  const eve = await world.user('eve');
  world.fake.faults.refuse('RESOURCE_EXHAUSTED', 1, 'CreateJob');
  const { jobName, startedAt } = await runningDesktop(eve);
  const execution = executionOf(jobName);
  expect(execution.name).toContain('us-central1');
  // What has ended can no longer be seen.
  world.fake.faults.keepMs = 0;
  execution.die();
  expect(await endsWithProof(eve)).toMatchObject({ code: 'CONTAINER_LOST' });
  world.fake.faults.keepMs = Number.POSITIVE_INFINITY;
  const [receipt] = await eve.api.vnc.receipts.query();
  const seconds = receipt!.cpuSeconds / DESKTOP_CPU;
  const { endedAt = 0 } = world.fake.ledger.entries.find(({ job }) => job === jobName)!;
  // What the hub saw itself: from the first picture on.
  expect(seconds).toBeGreaterThanOrEqual((endedAt - startedAt!) / 1000);
  // Both are rounded to 100 ms.
  expect(seconds).toBeLessThanOrEqual(world.fake.ledger.billed(Date.now(), jobName).seconds);
});

test('a desktop that is frozen a minute, and whose sockets are reset, goes on with the same picture', async () => {
  const { zoe, sessionId, jobName, thawed, viewer, paint, sees } = maintained;
  await thawed;
  // The same RFB connection goes on. A program has to connect again, and needs the path for that.
  await viewer.handled();
  await paint('red');
  await sees(RED);
  viewer.close();
  expect((await zoe.api.vnc.session.mutate()).sessionId).toBe(sessionId);
  expect(world.fake.ledger.started(jobName)).toBe(1);
  await endDesktop(zoe, sessionId);
});

type Maintained = Awaited<ReturnType<typeof startMaintenance>>;

async function startMaintenance() {
  const zoe = await world.user('zoe');
  const { sessionId, jobName } = await runningDesktop(zoe);
  const viewer = await RawClient.connect(socketStream(zoe.openDesktop(sessionId)));
  const sees = (colour: number) =>
    viewer.until(() => viewer.pixel(viewer.width >> 2, viewer.height >> 1) === colour);
  const paint = async (colour: string) => {
    const { url } = await zoe.api.vnc.connect.mutate({ sessionId, to: 'cdp' });
    const browser = await chromium.connectOverCDP(url);
    await browser.contexts()[0]!.pages()[0]!.goto(`data:text/html,<body bgcolor=${colour}>`);
    await browser.close();
  };
  await paint('teal');
  await sees(TEAL);
  const thawed = executionOf(jobName).maintain();
  return { zoe, sessionId, jobName, viewer, sees, paint, thawed };
}
