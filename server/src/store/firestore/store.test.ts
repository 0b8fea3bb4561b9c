import { afterAll, beforeAll } from 'vitest';
import { storeContract } from '../contract.ts';
import { type FirestoreFake, startFirestoreFake } from './fake/index.ts';
import { openFirestoreStore } from './index.ts';

let fake: FirestoreFake;
beforeAll(async () => {
  fake = await startFirestoreFake();
});
afterAll(() => fake.close());

storeContract((name) =>
  openFirestoreStore({ projectId: 'unicore-test', databaseId: name, emulator: fake.address }),
);
