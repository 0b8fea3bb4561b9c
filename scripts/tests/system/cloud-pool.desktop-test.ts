/** The pool of desktops on Cloud Run with real desktops, which a fake of Cloud Run runs as processes. */
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { RawClient } from '@unicore/agent/desktop/rfb';
import type { UniCore } from '@unicore/client/sdk';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createWebSocketStream, WebSocket } from 'ws';
import { CloudWorld } from '../../testing/cloud-world.ts';
import { endDesktop, inPhase } from '../../testing/desktops.ts';
import { showTimes } from '../../testing/figures.ts';

let world: CloudWorld;
const times: Record<string, number> = {};

beforeAll(async () => {
  world = await CloudWorld.start({
    options: ['--desktop-places', 'my-project/europe-west1:2', '--desktop-pool', '1'],
  });
});
afterAll(() => world[Symbol.asyncDispose]());

const waiting = async () => {
  const rows = await world.app.store.desktops();
  return rows.find(({ userId, phase }) => userId === 'pool-0' && phase === 'running')?.sessionId;
};

/** Creates a desktop. Resolves when it runs and its picture was seen. */
async function create(unicore: UniCore, scale: 1 | 2, name: string) {
  const from = performance.now();
  const made = await unicore.api.vnc.create.mutate({ scale });
  const { sessionId } = made.phase === 'running' ? made : await inPhase(unicore, 'running');
  times[`${name}, running`] = performance.now() - from;
  const { url } = await unicore.api.vnc.connect.mutate({ sessionId });
  const ws = new WebSocket(url, 'binary');
  await once(ws, 'open');
  const viewer = await RawClient.connect(createWebSocketStream(ws));
  await viewer.until(() => viewer.hasPixels);
  times[`${name}, picture`] = performance.now() - from;
  viewer.close();
  return made;
}

test('a desktop that nobody booted ahead takes its time', async () => {
  await expect.poll(waiting).toBeDefined();
  const ada = await world.user('ada');
  const { phase, sessionId } = await create(ada, 2, 'started for a user');
  expect(phase).toBe('launching');
  await endDesktop(ada, sessionId);
});

test('one that was booted ahead runs at once, and another one is booted', async () => {
  const sessionId = await waiting();
  const ben = await world.user('ben');
  const made = await create(ben, 1, 'booted ahead');
  expect(made).toMatchObject({
    sessionId,
    phase: 'running',
    jobName: expect.stringMatching(/^vnc-pool-\d+$/),
  });
  showTimes('a desktop', times);
  await expect.poll(waiting).not.toBe(sessionId);
  await expect.poll(waiting).toBeDefined();
  await endDesktop(ben, made.sessionId);
  const [receipt] = await ben.api.vnc.receipts.query();
  expect(receipt).toMatchObject({ sessionId, reason: 'You ended it.' });
  expect(world.fake.fake.jobs).toHaveLength(1);
});
