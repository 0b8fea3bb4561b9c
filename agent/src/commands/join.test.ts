/** Tests how an agent joins a hub, and which hubs it refuses to join. */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadConfig } from '../identity/index.ts';
import { closeFakeHubApis, fakeHubApi } from '../identity/testing/index.ts';
import { type JoinOptions, joinHub } from './join.ts';

const NO_ENGINE = '/tmp/no-engine-here.sock';

let agentDir: string;

beforeEach(async () => {
  agentDir = join(await mkdtemp(join(tmpdir(), 'unicore-join-')), 'agent');
});
afterEach(async () => {
  closeFakeHubApis();
  await rm(join(agentDir, '..'), { recursive: true });
});

function joinOptions(hub: string, more: Partial<JoinOptions> = {}): JoinOptions {
  return { agentDir, hub, token: 'secret-token', name: 'desk', socketPath: NO_ENGINE, ...more };
}

test('creates a key that only the owner can read, sends the public key to the hub, and saves the config', async () => {
  const hub = await fakeHubApi(() => ({ data: { providerId: 'p-1' } }));
  const config = await joinHub(joinOptions(hub.url));
  expect(config).toMatchObject({ hub: hub.url, providerId: 'p-1', name: 'desk', runtime: 'process' });
  expect(await loadConfig(agentDir)).toEqual(config);
  expect((await stat(join(agentDir, 'key.pem'))).mode & 0o777).toBe(0o600);
  expect((await stat(agentDir)).mode & 0o777).toBe(0o700);
  const [{ procedure, input, connection }] = hub.asked as [(typeof hub.asked)[0]];
  expect(procedure).toBe('agent.join');
  expect(input).toMatchObject({
    token: 'secret-token',
    name: 'desk',
    publicKey: { kty: 'OKP', crv: 'Ed25519' },
  });
  expect(JSON.stringify(input)).not.toContain('"d"');
  expect(connection).toBe('close');
});

test("the hub's error for a used token is passed on, and nothing is saved", async () => {
  const error = {
    code: 'UNAUTHENTICATED',
    message: 'The join token is unknown, used or too old. Make a new one.',
  };
  const hub = await fakeHubApi(() => ({ error }));
  await expect(joinHub(joinOptions(hub.url))).rejects.toMatchObject(error);
  expect(await loadConfig(agentDir)).toBeUndefined();
});

test('a second join is refused before the token is used up', async () => {
  const hub = await fakeHubApi(() => ({ data: { providerId: 'p-1' } }));
  await joinHub(joinOptions(hub.url));
  await expect(joinHub(joinOptions(hub.url))).rejects.toMatchObject({
    code: 'CONFLICT',
    message: expect.stringMatching(/already joined .* as desk.*--data DIR/),
  });
  expect(hub.asked).toHaveLength(1);
});

test('a remote hub is refused for the process runtime, before it gets the token', async () => {
  await expect(joinHub(joinOptions('https://hub.example.org'))).rejects.toMatchObject({
    code: 'FORBIDDEN',
  });
});

test('a missing engine is reported before the token is used up', async () => {
  const hub = await fakeHubApi(() => ({ data: { providerId: 'p-1' } }));
  await expect(joinHub(joinOptions(hub.url, { runtime: 'docker' }))).rejects.toMatchObject({
    code: 'RUNTIME_UNAVAILABLE',
    message: expect.stringContaining(NO_ENGINE),
  });
  expect(hub.asked).toEqual([]);
});

test('an address where nothing listens is reported', async () => {
  const hub = await fakeHubApi(() => ({}));
  await new Promise((done) => hub.server.close(done));
  await expect(joinHub(joinOptions(hub.url))).rejects.toMatchObject({
    code: 'LEG_LOST',
    message: expect.stringMatching(/cannot be reached: nothing listens there/),
  });
});

test('a server that is no hub is reported', async () => {
  const page = await fakeHubApi(() => ({ status: 404, raw: '<html>Not found</html>' }));
  await expect(joinHub(joinOptions(page.url))).rejects.toMatchObject({
    code: 'PROTOCOL_ERROR',
    message: expect.stringMatching(/no UniCore hub/),
  });
});

test('a server that closes the connection is reported', async () => {
  const server = createTcpServer((socket) => socket.destroy());
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await expect(joinHub(joinOptions(`http://127.0.0.1:${port}`))).rejects.toMatchObject({
    code: 'LEG_LOST',
  });
  server.close();
});
