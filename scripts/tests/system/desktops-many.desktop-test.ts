/** Many desktops at once. The fake of Cloud Run counts how many were really started. */
import { RawClient } from '@unicore/agent/desktop/rfb';
import type { UniCore } from '@unicore/client/sdk';
import { systemClock } from '@unicore/protocol';
import { SimulatedContainer } from '@unicore/server/testing/cloud-run';
import { chromium } from 'playwright-core';
import { expect, test } from 'vitest';
import { CloudWorld } from '../../testing/cloud-world.ts';
import { endDesktop, runningDesktop } from '../../testing/desktops.ts';
import { socketStream } from '../../testing/socket-stream.ts';

const CALLS = 500;
const USERS = 100;
const MARKERS = { teal: 0x008080, red: 0xff0000, blue: 0x0000ff };

/** The containers do nothing, because this test only counts them. */
const idle = async () => new SimulatedContainer({ clock: systemClock, termMs: 1 });
const session = (sdk: UniCore) => sdk.api.vnc.session.mutate();

test('500 calls of one user at two hubs get one desktop, and 100 users get 100', async () => {
  await using world = await CloudWorld.start({ run: idle });
  const far = await world.joinHub();
  const ada = [await world.user('ada'), await world.user('ada', far)];
  const all = await Promise.all(Array.from({ length: CALLS }, (_, i) => session(ada[i % 2]!)));
  expect(new Set(all.map(({ sessionId }) => sessionId)).size).toBe(1);
  await expect.poll(() => world.fake.ledger.started()).toBe(1);

  const users = await Promise.all(
    Array.from({ length: USERS }, (_, i) => world.user(`user-${i}`, i % 2 === 0 ? world.url : far)),
  );
  const theirs = await Promise.all(users.map(session));
  expect(new Set(theirs.map(({ sessionId }) => sessionId)).size).toBe(USERS);
  await expect.poll(() => world.fake.ledger.started()).toBe(1 + USERS);
  expect((await session(ada[1]!)).sessionId).toBe(all[0]!.sessionId);
  expect(world.fake.ledger.entries).toHaveLength(1 + USERS);
});

test('three desktops run at once, and each user sees their own only', async () => {
  await using world = await CloudWorld.start();
  const views = await Promise.all(
    Object.keys(MARKERS).map(async (colour) => {
      const sdk = await world.user(colour);
      const { sessionId } = await runningDesktop(sdk);
      const viewer = await RawClient.connect(socketStream(sdk.openDesktop(sessionId)));
      const seen = () => viewer.pixel(viewer.width >> 2, viewer.height >> 1);
      const { url } = await sdk.api.vnc.connect.mutate({ sessionId, to: 'cdp' });
      const browser = await chromium.connectOverCDP(url);
      const [page] = browser.contexts()[0]!.pages();
      await page!.goto(`data:text/html,<title>${colour}</title><body bgcolor=${colour}>`);
      await viewer.until(() => seen() === MARKERS[colour as keyof typeof MARKERS]);
      return { sdk, sessionId, viewer, seen, browser, title: () => page!.title() };
    }),
  );
  expect(views.map(({ seen }) => seen())).toEqual(Object.values(MARKERS));
  expect(await Promise.all(views.map(({ title }) => title()))).toEqual(Object.keys(MARKERS));
  const [first, second] = views;
  const strange = first!.sdk.api.vnc.connect.mutate({ sessionId: second!.sessionId, to: 'screen' });
  await expect(strange).rejects.toMatchObject({ data: { code: 'NOT_FOUND' } });
  await Promise.all(
    views.map(async ({ sdk, sessionId, viewer, browser }) => {
      await browser.close();
      viewer.close();
      await endDesktop(sdk, sessionId);
    }),
  );
  expect([world.fake.ledger.live(), world.fake.ledger.started()]).toEqual([[], views.length]);
});
