import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startFirestoreFake } from './fake/index.ts';
import { openFirestoreStore } from './index.ts';

/** Loading Google's library takes long on a busy machine. This test checks outcomes, not speed. */
const PATIENCE_MS = 60_000;

let metadata: Server;
let asked = 0;

beforeEach(async () => {
  metadata = createServer((_, response) => {
    asked += 1;
    response.setHeader('Metadata-Flavor', 'Google').end('{}');
  });
  await once(metadata.listen(0, '127.0.0.1'), 'listening');
  // If the library looked for credentials in the machine's environment, it would ask this server.
  vi.stubEnv('METADATA_SERVER_DETECTION', 'ping-only');
  vi.stubEnv('GCE_METADATA_HOST', `127.0.0.1:${(metadata.address() as AddressInfo).port}`);
});
afterEach(() => {
  vi.unstubAllEnvs();
  metadata.close();
});

test('with an emulator, no other server is contacted', async () => {
  const fake = await startFirestoreFake();
  vi.stubEnv('FIRESTORE_EMULATOR_HOST', fake.address);
  const store = openFirestoreStore({
    projectId: 'unicore-test',
    databaseId: '(default)',
    patienceMs: PATIENCE_MS,
  });
  expect(await store.meta('hubId', () => 'hub-1')).toBe('hub-1');
  expect(asked).toBe(0);
  await store.close();
  await fake.close();
});

test('without an emulator and without credentials, the error says how to fix it', async () => {
  vi.stubEnv('METADATA_SERVER_DETECTION', 'none');
  vi.stubEnv('FIRESTORE_EMULATOR_HOST', '');
  vi.stubEnv('GOOGLE_APPLICATION_CREDENTIALS', undefined);
  vi.stubEnv('HOME', '/nonexistent');
  const store = openFirestoreStore({
    projectId: 'unicore-test',
    databaseId: '(default)',
    patienceMs: PATIENCE_MS,
  });
  await expect(store.ping()).rejects.toThrow('GOOGLE_APPLICATION_CREDENTIALS');
  await store.close();
});
