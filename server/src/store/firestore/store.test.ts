import { afterAll, beforeAll } from 'vitest';
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

storeSuite((name) =>
  openFirestoreStore({
    projectId: 'unicore-test',
    databaseId: name,
    emulator: fake.address,
    patienceMs: PATIENCE_MS,
  }),
);
