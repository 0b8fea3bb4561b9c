/** Who the agent is: its files, how it joins, and how it proves itself. */
import { createPublicKey, verify } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadConfig } from './config.ts';
import { nextConnSeq } from './conn-seq.ts';
import { Credentials } from './credentials.ts';
import { hubApi } from './hub-api.ts';
import { type JoinOptions, joinHub } from '../commands/join.ts';
import { loadKey, makeKey } from './key.ts';

const NO_ENGINE = '/tmp/no-engine-here.sock';

let agentDir: string;
const servers: Server[] = [];

beforeEach(async () => {
  agentDir = join(await mkdtemp(join(tmpdir(), 'unicore-identity-')), 'agent');
});
afterEach(async () => {
  for (const server of servers.splice(0)) server.close();
  await rm(join(agentDir, '..'), { recursive: true });
});

type Answer = { status?: number; data?: unknown; error?: { code: string; message: string }; raw?: string };

/** A hub that answers each procedure as the test says, and remembers what it was asked. */
async function fakeHub(answer: (procedure: string, input: Record<string, unknown>) => Answer) {
  const asked: { procedure: string; input: Record<string, unknown>; connection: string | undefined }[] = [];
  const server = createServer(async (request: IncomingMessage, response) => {
    const procedure = request.url!.replace('/trpc/', '');
    const input = JSON.parse((await text(request)) || '{}') as Record<string, unknown>;
    asked.push({ procedure, input, connection: request.headers.connection });
    const { status, data, error, raw } = answer(procedure, input);
    response.writeHead(status ?? (error ? 401 : 200), { 'content-type': 'application/json' });
    const failure = error && { message: error.message, code: -32001, data: { ...error, httpStatus: 401 } };
    response.end(raw ?? JSON.stringify(error ? { error: failure } : { result: { data } }));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  servers.push(server);
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, server };
}

function joinOptions(hub: string, more: Partial<JoinOptions> = {}): JoinOptions {
  return { agentDir, hub, token: 'secret-token', name: 'desk', socketPath: NO_ENGINE, ...more };
}

describe('joining', () => {
  test('makes a key that only the owner can read, tells the hub its public half, and remembers who it is', async () => {
    const hub = await fakeHub(() => ({ data: { providerId: 'p-1' } }));
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

  test('a used token is said to be so, and nothing is remembered', async () => {
    const error = {
      code: 'UNAUTHENTICATED',
      message: 'The join token is unknown, used or too old. Make a new one.',
    };
    const hub = await fakeHub(() => ({ error }));
    await expect(joinHub(joinOptions(hub.url))).rejects.toMatchObject(error);
    expect(await loadConfig(agentDir)).toBeUndefined();
  });

  test('a second join is refused before the token is used up', async () => {
    const hub = await fakeHub(() => ({ data: { providerId: 'p-1' } }));
    await joinHub(joinOptions(hub.url));
    await expect(joinHub(joinOptions(hub.url))).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringMatching(/already joined .* as desk.*--data DIR/),
    });
    expect(hub.asked).toHaveLength(1);
  });

  test('a hub that is not this machine gets no token for a runtime that isolates nothing', async () => {
    await expect(joinHub(joinOptions('https://hub.example.org'))).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
  });

  test('an engine that was asked for and does not answer is named before the token is used up', async () => {
    const hub = await fakeHub(() => ({ data: { providerId: 'p-1' } }));
    await expect(joinHub(joinOptions(hub.url, { runtime: 'docker' }))).rejects.toMatchObject({
      code: 'RUNTIME_UNAVAILABLE',
      message: expect.stringContaining(NO_ENGINE),
    });
    expect(hub.asked).toEqual([]);
  });

  test('nothing listens there', async () => {
    const hub = await fakeHub(() => ({}));
    await new Promise((done) => hub.server.close(done));
    await expect(joinHub(joinOptions(hub.url))).rejects.toMatchObject({
      code: 'LEG_LOST',
      message: expect.stringMatching(/cannot be reached: nothing listens there/),
    });
  });

  test('what listens there is no hub', async () => {
    const page = await fakeHub(() => ({ status: 404, raw: '<html>Not found</html>' }));
    await expect(joinHub(joinOptions(page.url))).rejects.toMatchObject({
      code: 'PROTOCOL_ERROR',
      message: expect.stringMatching(/no UniCore hub/),
    });
  });

  test('what listens there closes the connection', async () => {
    const server = createTcpServer((socket) => socket.destroy());
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as AddressInfo;
    await expect(joinHub(joinOptions(`http://127.0.0.1:${port}`))).rejects.toMatchObject({
      code: 'LEG_LOST',
    });
    server.close();
  });
});

describe('files', () => {
  test('a damaged agent.json is named with field and remedy', async () => {
    const hub = await fakeHub(() => ({ data: { providerId: 'p-1' } }));
    await joinHub(joinOptions(hub.url));
    await writeFile(join(agentDir, 'agent.json'), JSON.stringify({ hub: hub.url, providerId: '../../x' }));
    await expect(loadConfig(agentDir)).rejects.toThrow(
      /agent\.json is damaged.*providerId.*join the hub again/s,
    );
    await writeFile(join(agentDir, 'agent.json'), '{');
    await expect(loadConfig(agentDir)).rejects.toThrow(/it is no JSON/);
  });

  test('a key of another kind, or none at all, is not used', async () => {
    await makeKey(agentDir);
    await writeFile(join(agentDir, 'key.pem'), 'no key');
    await expect(loadKey(agentDir)).rejects.toThrow(/holds no Ed25519 key/);
  });

  test('connections are numbered upwards, also when the clock is set back or the file is lost', async () => {
    expect(await nextConnSeq(agentDir, 1000)).toBe(1000);
    expect(await nextConnSeq(agentDir, 1000)).toBe(1001);
    expect(await nextConnSeq(agentDir, 5)).toBe(1002);
    expect(await nextConnSeq(agentDir, 2000.7)).toBe(2000);
    expect(JSON.parse(await readFile(join(agentDir, 'conn-seq.json'), 'utf8'))).toEqual({ connSeq: 2000 });
  });
});

test('neither a damaged file nor a full disk keeps a provider from numbering its connections', async () => {
  await nextConnSeq(agentDir, 1);
  await writeFile(join(agentDir, 'conn-seq.json'), '{"connSeq":');
  expect(await nextConnSeq(agentDir, 1000)).toBe(1000);
  expect(await nextConnSeq(join(agentDir, 'conn-seq.json'), 2000)).toBe(2000);
});

describe('proving who it is', () => {
  async function credentials(challenge: string) {
    const key = await makeKey(agentDir);
    const hub = await fakeHub((procedure) => ({
      data: procedure === 'agent.challenge' ? { challenge } : { token: 'jwt', expiresAt: 900_000 },
    }));
    return {
      key,
      hub,
      credentials: new Credentials({ providerId: 'p-1', key, hub: hubApi, now: () => 0 }),
    };
  }

  test('the challenge is signed with the key that joined', async () => {
    const challenge = 'unicore-provider-challenge:p-1:random';
    const { key, hub, credentials: mine } = await credentials(challenge);
    expect(await mine.token(hub.url)).toBe('jwt');
    const { signature } = hub.asked[1]!.input as { signature: string };
    const publicKey = createPublicKey({ key: { ...key.publicJwk }, format: 'jwk' });
    expect(verify(null, Buffer.from(challenge), publicKey, Buffer.from(signature, 'base64url'))).toBe(true);
  });

  test('nothing but a challenge for this very provider is signed', async () => {
    const { hub, credentials: mine } = await credentials('unicore-provider-challenge:p-2:random');
    await expect(mine.token(hub.url)).rejects.toMatchObject({ code: 'PROTOCOL_ERROR' });
    expect(hub.asked.map(({ procedure }) => procedure)).toEqual(['agent.challenge']);
  });
});
