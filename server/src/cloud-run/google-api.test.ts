import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { systemClock } from '@unicore/protocol';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CloudRunJobs } from './cloud-run-jobs.ts';
import { openCloudRun } from './open.ts';
import { type CloudRunFake, SimulatedContainer, startCloudRunFake } from './testing/index.ts';
import { PLACE, refOf, SETTINGS, specOf } from './testing/specs.ts';

/** Tests Google's own client against a fake gRPC server, in real time. What takes hours is tested in simulated time. */

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

async function running(changed = {}): Promise<void> {
  await jobs.launch(specOf(changed));
  await expect.poll(() => jobs.look(refOf(changed))).toMatchObject({ state: 'running' });
}

async function gone(ref = refOf()): Promise<void> {
  await expect.poll(() => jobs.end(ref), { interval: 10 }).toBe('gone');
  expect(fake.ledger.live(ref.jobName)).toEqual([]);
}

describe('a desktop', () => {
  test('is launched, seen, listed and ended, and nothing of it is left', async () => {
    expect(await jobs.launch(specOf())).toEqual({ jobName: refOf().jobName });
    await expect.poll(() => jobs.look(refOf())).toMatchObject({ state: 'running' });
    expect(await jobs.list(PLACE)).toMatchObject([{ ...refOf(), state: 'running' }]);
    expect(fake.ledger.live()).toHaveLength(1);
    await gone();
    expect(fake.fake.jobs).toEqual([]);
    expect(await jobs.list(PLACE)).toEqual([]);
    expect(await jobs.look(refOf())).toEqual({ state: 'gone' });
  });

  test('that two hubs launch at once is started once', async () => {
    const other = openCloudRun({ ...SETTINGS, endpoint: fake.address });
    const hubs = [jobs, other, jobs, other];
    const names = await Promise.all(hubs.map((hub) => hub.launch(specOf())));
    expect(new Set(names.map(({ jobName }) => jobName)).size).toBe(1);
    expect(fake.ledger.entries).toHaveLength(1);
    await other.close();
  });

  test('is not adopted by another attempt, nor ended by its late calls', async () => {
    await running({ attempt: 2 });
    await expect(jobs.launch(specOf())).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await jobs.look(refOf())).toEqual({ state: 'gone' });
    expect(await jobs.end(refOf())).toBe('gone');
    expect(fake.ledger.live()).toHaveLength(1);
  });

  test('of another deployment in the same project is neither listed nor ended', async () => {
    await running();
    const other = openCloudRun({ ...SETTINGS, deployment: 'hub-other', endpoint: fake.address });
    expect(await other.list(PLACE)).toEqual([]);
    expect(await other.end(refOf())).toBe('gone');
    await other.close();
    expect(fake.ledger.live()).toHaveLength(1);
  });

  test('is found among more jobs than a page holds', async () => {
    const all = Array.from({ length: 130 }, (_, index) =>
      specOf({ userId: `u-${index}`, sessionId: `s-${index}` }),
    );
    await Promise.all(all.map((spec) => jobs.launch(spec)));
    const listed = await jobs.list(PLACE);
    expect(new Set(listed.map(({ sessionId }) => sessionId)).size).toBe(130);
    expect(listed).toHaveLength(130);
  });
});

describe('when calls fail', () => {
  test.each(['loseReplies', 'loseRequests'] as const)('%s: the desktop is started once', async (fault) => {
    fake.faults[fault](2, 'CreateJob');
    await running();
    expect(fake.ledger.entries).toHaveLength(1);
    fake.faults[fault](1, 'CancelExecution');
    fake.faults[fault](1, 'DeleteJob');
    await gone();
  });

  test('a full place is told at once, and when to try again', async () => {
    fake.faults.refuse('RESOURCE_EXHAUSTED', 1, 'CreateJob', 'Quota exceeded for jobs.');
    await expect(jobs.launch(specOf())).rejects.toMatchObject({
      code: 'NO_CAPACITY',
      retryAfterMs: expect.any(Number),
      message: expect.stringContaining('Quota exceeded for jobs.'),
    });
    expect(fake.ledger.entries).toEqual([]);
  });

  test.each(['PERMISSION_DENIED', 'UNAUTHENTICATED'] as const)('%s names the roles', async (code) => {
    fake.faults.refuse(code, 2);
    const roles = /roles\/run\.developer.*roles\/iam\.serviceAccountUser/;
    const failure = { code: 'LAUNCH_FAILED', message: expect.stringMatching(roles) };
    await expect(jobs.launch(specOf())).rejects.toMatchObject(failure);
    await expect(jobs.list(PLACE)).rejects.toMatchObject(failure);
  });

  test('what Google refuses for good is not repeated, and its reason is told', async () => {
    fake.faults.refuse('INVALID_ARGUMENT', 1, 'CreateJob', 'The image path is wrong.');
    await expect(jobs.launch(specOf())).rejects.toMatchObject({
      code: 'LAUNCH_FAILED',
      message: expect.stringContaining('The image path is wrong.'),
    });
  });

  test('a server that accepts connections and never answers gives TIMEOUT in time', async () => {
    const sockets: Socket[] = [];
    const hole = createServer((socket) => sockets.push(socket));
    await once(hole.listen(0, '127.0.0.1'), 'listening');
    const endpoint = `127.0.0.1:${(hole.address() as AddressInfo).port}`;
    const lost = openCloudRun({ ...SETTINGS, endpoint, callMs: 200, patienceMs: 600 });
    const timeout = { code: 'TIMEOUT', retryAfterMs: expect.any(Number) };
    await expect(lost.launch(specOf())).rejects.toMatchObject(timeout);
    await expect(lost.end(refOf())).rejects.toMatchObject(timeout);
    await lost.close();
    for (const socket of sockets) socket.destroy();
    hole.close();
  });
});

describe('when an execution goes wrong', () => {
  test('one that waits says why', async () => {
    fake.faults.nextStart({ delayMs: 1e6, waiting: 'Waiting for quota of CPUs.' });
    await jobs.launch(specOf());
    expect(await jobs.look(refOf())).toMatchObject({
      state: 'starting',
      reason: 'Cloud Run says: Waiting for quota of CPUs.',
    });
    await gone();
    expect(fake.ledger.started()).toBe(0);
  });

  test('one whose image is missing has ended, with the remedy', async () => {
    fake.faults.nextStart({ fail: { message: 'Image not found.', reason: 'CONTAINER_MISSING' } });
    await jobs.launch(specOf());
    await expect
      .poll(() => jobs.look(refOf()))
      .toMatchObject({
        state: 'ended',
        code: 'IMAGE_MISSING',
        reason: expect.stringMatching(/npm run deploy.*UNICORE_DESKTOP_IMAGE/),
      });
    await gone();
  });

  test('one that dies has ended, and is not started again', async () => {
    fake.faults.nextStart({ dieMs: 1 });
    await jobs.launch(specOf());
    await expect
      .poll(() => jobs.look(refOf()))
      .toMatchObject({
        state: 'ended',
        code: 'CONTAINER_LOST',
        startedAt: expect.any(Number),
        endedAt: expect.any(Number),
      });
    await jobs.launch(specOf());
    expect(fake.ledger.started()).toBe(1);
    await gone();
  });

  test('a cancellation that is ignored leaves it ending, not gone', async () => {
    await running();
    fake.faults.nextCancel('ignore', 'ignore');
    expect(await jobs.end(refOf())).toBe('ending');
    expect(await jobs.end(refOf())).toBe('ending');
    expect(fake.ledger.live()).toHaveLength(1);
    await gone();
  });

  test('a cancellation without SIGTERM ends it all the same', async () => {
    await running();
    fake.faults.nextCancel('kill');
    await gone();
    expect(containers[0]?.events).toEqual(['kill']);
  });

  test.each(['fail', 'vanish', 'refuse'] as const)(
    'a job is deleted only after its execution has ended, even if Cloud Run would "%s"',
    async (deleteWhileLive) => {
      fake.faults.deleteWhileLive = deleteWhileLive;
      await running();
      await gone();
      expect(fake.ledger.entries).toMatchObject([{ outcome: 'cancelled' }]);
    },
  );

  test('one that has no job any more is not gone as long as it runs', async () => {
    fake.faults.deleteWhileLive = 'vanish';
    fake.faults.nextStart({ createMs: 200 });
    await jobs.launch(specOf());
    const { project, region } = PLACE;
    const name = `projects/${project}/locations/${region}/jobs/${refOf().jobName}`;
    await fake.fake.call('DeleteJob', { name });
    await expect.poll(() => jobs.look(refOf())).toMatchObject({ state: 'running' });
    expect(fake.fake.jobs).toEqual([]);
    expect(await jobs.list(PLACE)).toMatchObject([{ ...refOf(), state: 'running' }]);
    expect(await jobs.end(refOf())).toBe('ending');
    await gone();
  });

  test('one that Cloud Run has forgotten has ended', async () => {
    await running();
    fake.faults.keepMs = -1;
    containers[0]!.kill();
    await expect.poll(() => jobs.look(refOf())).toMatchObject({ state: 'ended' });
    await gone();
  });

  test('a new desktop that lists do not show yet can be seen and ended', async () => {
    fake.faults.lagMs = 60_000;
    await running();
    expect(await jobs.list(PLACE)).toEqual([]);
    await gone();
  });
});
