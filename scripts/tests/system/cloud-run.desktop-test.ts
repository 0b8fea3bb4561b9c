/** The story of a desktop on Cloud Run, where a fake runs it as a real process that dials the hub. */
import { once } from 'node:events';
import { RawClient } from '@unicore/agent/desktop/rfb';
import type { UniCore } from '@unicore/client/sdk';
import { RedisServer } from '@unicore/server/testing/redis';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createWebSocketStream, WebSocket } from 'ws';
import { CloudWorld } from '../../testing/cloud-world.ts';
import { LeakAudit } from '../../testing/leaks/audit.ts';
import { cloudRun } from '../../testing/leaks/cloud-run.ts';
import { redisKeys, rows } from '../../testing/leaks/hub.ts';
import { machine } from '../../testing/leaks/machine.ts';

const TEAL = 0x008080;

let redis: RedisServer;
let world: CloudWorld;
let ada: UniCore;
let sessionId: string;
let audit: LeakAudit;

beforeAll(async () => {
  redis = await RedisServer.start();
  world = await CloudWorld.start({ options: ['--redis', redis.url] });
  ada = await world.user('ada');
  const { folder, fake } = world;
  audit = await LeakAudit.begin(folder, machine, rows(folder), redisKeys(redis), cloudRun(fake));
});
afterAll(async () => {
  await world?.[Symbol.asyncDispose]();
  await redis?.stop();
});

const vnc = () => ada.api.vnc;
const phase = async () => (await vnc().session.mutate()).phase;

async function screen(): Promise<RawClient> {
  const { url } = await vnc().connect.mutate({ sessionId, to: 'screen' });
  const ws = new WebSocket(url, 'binary');
  await once(ws, 'open');
  return RawClient.connect(createWebSocketStream(ws));
}

async function seesTeal(): Promise<void> {
  const viewer = await screen();
  await viewer.until(() => viewer.pixel(viewer.width >> 2, viewer.height >> 1) === TEAL);
  viewer.close();
}

/** A raw viewer whose path was lost has to connect again, as noVNC does. */
async function seesTealAgain(): Promise<void> {
  const sees = () => seesTeal().then(() => true, String);
  await expect.poll(sees).toBe(true);
}

test('anybody gets a desktop, which dials the hub and is no provider that others see', async () => {
  const first = await vnc().session.mutate();
  sessionId = first.sessionId;
  expect(first).toMatchObject({ status: 'starting', launcher: 'cloud-run' });
  expect(first.jobName).toMatch(/^vnc-u-/);
  await expect.poll(phase).toBe('running');
  audit.follow(sessionId);
  const kinds = ['process', 'socket', 'file', 'row', 'key', 'job', 'execution', 'run'];
  expect(await audit.kinds()).toEqual(expect.arrayContaining(kinds));
  expect(await ada.api.provider.list.query()).toEqual([]);
  expect(world.fake.ledger.started()).toBe(1);
});

test('a program drives the browser, and a viewer sees the painted page', async () => {
  const { url } = await vnc().connect.mutate({ sessionId, to: 'cdp' });
  const browser = await chromium.connectOverCDP(url);
  const [tab] = browser.contexts()[0]!.pages();
  await tab!.goto('data:text/html,<body bgcolor=teal>');
  await browser.close();
  await seesTeal();
});

test('a boot token is refused when it is used twice', async () => {
  const { UNICORE_BOOT_TOKEN: bootToken = '' } = world.containers[0]!.env;
  const publicKey = { kty: 'OKP', crv: 'Ed25519', x: 'A'.repeat(43) };
  const answer = await fetch(`${world.url}/api/agent/boot`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ sessionId, attempt: 1, bootToken, publicKey }),
  });
  expect([answer.status, await answer.json()]).toMatchObject([401, { code: 'UNAUTHENTICATED' }]);
});

test('the boot token is in the environment of no program of the desktop but the first process', () => {
  expect(world.pids('dialler')).toHaveLength(1);
  const { env } = world.containers[0]!;
  expect(Object.keys(env).toSorted()).toEqual(['UNICORE_BOOT_TOKEN', 'UNICORE_HUB', 'UNICORE_ORDER']);
});

test('a killed dialler, and a hub that starts again, lose nothing', async () => {
  const [before] = world.pids('dialler');
  process.kill(before!, 'SIGKILL');
  await expect.poll(() => world.pids('dialler').filter((pid) => pid !== before).length).toBe(1);
  await seesTealAgain();
  await world.stopHub();
  await world.startHub();
  await seesTealAgain();
  expect([await phase(), world.fake.ledger.started()]).toEqual(['running', 1]);
});

test('its end is proven, and the receipt agrees with what Cloud Run bills', async () => {
  await vnc().delete.mutate({ sessionId });
  await expect.poll(async () => (await vnc().receipts.query()).length).toBe(1);
  const { ledger, fake } = world.fake;
  expect([ledger.live(), fake.jobs]).toEqual([[], []]);
  const [receipt] = await vnc().receipts.query();
  expect(receipt).toMatchObject({ sessionId, launcher: 'cloud-run', reason: 'You ended it.' });
  const bill = ledger.billed(Date.now());
  expect(Math.abs(receipt!.cpuSeconds / bill.cpuSeconds - 1)).toBeLessThan(0.01);
  expect(Math.abs(receipt!.memorySeconds / bill.gibSeconds - 1)).toBeLessThan(0.01);
  expect(receipt!.sentBytes).toBeGreaterThan(0);
});

test('no process, socket, token, job, execution or key more is left than there was before', async () => {
  await expect.poll(() => audit.more()).toEqual([]);
});
