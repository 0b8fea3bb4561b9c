import { Firestore } from '@google-cloud/firestore';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { providerRow } from '../../testing/rows.ts';
import { storeSuite } from '../store.suite.ts';
import { type FirestoreFake, startFirestoreFake } from './fake/index.ts';
import { openFirestoreStore } from './index.ts';

/** Many operations at once take long on a busy machine. These tests check outcomes, not speed. */
const PATIENCE_MS = 60_000;

let fake: FirestoreFake;
beforeAll(async () => {
  fake = await startFirestoreFake();
});
afterAll(() => fake.close());

function open(databaseId: string) {
  const projectId = 'unicore-test';
  return openFirestoreStore({ projectId, databaseId, emulator: fake.address, patienceMs: PATIENCE_MS });
}

storeSuite(open);

test('a provider from before desktops is an ordinary provider', async () => {
  const { sessionId: _, attempt: __, ...older } = providerRow();
  const client = new Firestore({ projectId: 'unicore-test', host: fake.address, ssl: false });
  await client.doc('unicore/1/providers/p-1').create(older);
  await client.terminate();
  const store = open('(default)');
  expect(await store.providers()).toEqual([providerRow()]);
  expect(await store.provider('p-1')).toEqual(providerRow());
  expect(await store.dropProvider('p-1')).toBe(false);
  await store.close();
});
