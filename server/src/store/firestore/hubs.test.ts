import { systemClock } from '@unicore/protocol';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openLocalAuth } from '../../auth/index.ts';
import { LocalWorld } from '../../backplane/index.ts';
import { startTestApp, type TestApp } from '../../testing/app.ts';
import { type FirestoreFake, startFirestoreFake } from './fake/index.ts';

const STORE = 'firestore://unicore-test/hubs';

let fake: FirestoreFake;
let hubs: TestApp[];

beforeEach(async () => {
  fake = await startFirestoreFake();
  vi.stubEnv('FIRESTORE_EMULATOR_HOST', fake.address);
  // The hubs start at the same time, so either may be the one that creates the owner.
  const world = new LocalWorld(systemClock);
  const start = () => startTestApp({ store: STORE }, { backplane: world.join() });
  hubs = await Promise.all([start(), start()]);
});
afterEach(async () => {
  await Promise.all(hubs.map((hub) => hub.stop()));
  await fake.close();
  vi.unstubAllEnvs();
});

test('hubs on one store have one owner, and a login at one is valid at the other', async () => {
  const [one, two] = hubs as [TestApp, TestApp];
  expect(one.owner.userId).toBe(two.owner.userId);
  expect(await one.app.store.users()).toHaveLength(1);

  const auth = openLocalAuth('unused', one.url, STORE);
  const user = await auth.createUser('frank');
  const login = await fetch(await auth.loginLink(user.userId), { redirect: 'manual' });
  const cookie = login.headers.get('set-cookie')!.split(';')[0]!;
  const listAt = ({ url }: TestApp) => fetch(`${url}/api/vm`, { headers: { cookie } });
  expect((await listAt(two)).status).toBe(200);

  await fetch(`${one.url}/logout`, { method: 'POST', headers: { cookie, origin: one.url } });
  expect((await listAt(two)).status).toBe(401);
  await auth.close();
});

test('a hub whose store cannot be reached is not ready, and its errors may be retried', async () => {
  const [hub] = hubs as [TestApp];
  fake.faults.refuse('UNAVAILABLE', 1e9);
  const [ready, list] = await Promise.all([
    fetch(`${hub.url}/readyz`),
    fetch(`${hub.url}/api/vm`, { headers: { authorization: `Bearer ${hub.owner.token}` } }),
  ]);
  expect(ready.status).toBe(503);
  expect(list.status).toBe(504);
  expect(await list.text()).toContain('Try again');
});
