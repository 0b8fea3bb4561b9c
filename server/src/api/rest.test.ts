import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { joinTestAgent } from '../testing/agent.ts';
import { startTestApp, type TestApp, type TestUser } from '../testing/app.ts';
import { appRouter } from './router.ts';

type Method = 'GET' | 'POST' | 'DELETE';

/** REST has these procedures as vnc.rest.*, in the names of the first specification. */
const OTHER_NAMES = new Set(['vnc.create', 'vnc.session', 'vnc.delete']);

describe('REST', () => {
  let hub: TestApp;
  let alice: TestUser;

  beforeAll(async () => {
    hub = await startTestApp();
    await (await joinTestAgent(hub)).connect();
    alice = await hub.user('alice');
  });
  afterAll(() => hub.stop());

  async function call(method: Method, path: string, body?: unknown, token = alice.token) {
    const response = await fetch(`${hub.url}/api${path}`, {
      method,
      headers: {
        ...(token && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json; charset=utf-8' }),
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return { status: response.status, headers: response.headers, body: await response.json() };
  }

  /** Creates a VM and resolves when it runs. */
  async function runningVm(): Promise<string> {
    const { body } = await call('POST', '/vm/create', { name: 'rest', size: 'small' });
    await expect.poll(async () => (await call('GET', `/vm/${body.vmId}`)).body.state).toBe('running');
    return body.vmId;
  }

  test('a VM is created, used and deleted over REST alone', async () => {
    const vmId = await runningVm();
    expect((await call('GET', '/vm')).body).toMatchObject([{ vmId, name: 'rest' }]);
    const connection = (await call('POST', `/vm/${vmId}/connect`, { cols: 100, rows: 30 })).body;
    expect(connection).toMatchObject({ terminalId: 'main', ticket: expect.any(String) });
    expect(connection.url).toContain(`/terminal?vmId=${vmId}&terminalId=main&ticket=${connection.ticket}`);
    expect((await call('POST', `/vm/${vmId}/resize`, { cols: 90, rows: 20 })).body).toEqual({});
    expect((await call('GET', `/vm/${vmId}/terminals`)).body).toMatchObject([{ terminalId: 'main' }]);
    expect((await call('DELETE', `/vm/${vmId}/terminals/main`)).body).toEqual({});
    expect((await call('POST', `/vm/${vmId}/rename`, { name: 'other' })).body.name).toBe('other');
    expect((await call('POST', `/vm/${vmId}/stop`)).body.state).toBe('stopping');
    expect((await call('DELETE', `/vm/${vmId}`)).body.state).toBe('deleting');
    await expect.poll(async () => (await call('GET', '/vm')).body).toEqual([]);
  });

  test('a POST without input needs neither a body nor a content type', async () => {
    const vmId = await runningVm();
    expect((await call('POST', `/vm/${vmId}/connect`)).status).toBe(200);
    expect((await call('POST', `/vm/${vmId}/start`)).status).toBe(200);
    await call('DELETE', `/vm/${vmId}`);
  });

  test.each([
    ['GET', '/vm/vm-none', undefined, 404, 'NOT_FOUND', 'There is no VM vm-none.'],
    ['POST', '/vm/create', { size: 'huge' }, 400, 'BAD_REQUEST', 'size: '],
    ['POST', '/vm/create', '{not json', 400, 'BAD_REQUEST', 'no valid JSON'],
    ['POST', '/vm/vm-1/resize', { cols: '80', rows: 24 }, 400, 'BAD_REQUEST', 'cols: '],
    ['POST', '/vm/vm-1/connect', { readOnly: 'false' }, 400, 'BAD_REQUEST', 'readOnly: '],
    ['POST', '/vm/create', { name: 'x'.repeat(100_000) }, 413, 'MESSAGE_TOO_BIG', ''],
    ['GET', '/nothing', undefined, 404, 'NOT_FOUND', ''],
    ['GET', '/vm/%E0%A4%A', undefined, 400, 'BAD_REQUEST', 'vmId: '],
  ] as const)(
    '%s %s with %j is refused in the one shape of errors',
    async (method, path, input, status, code, words) => {
      const refused = await call(method, path, input);
      expect(refused.status).toBe(status);
      expect(refused.body).toEqual({ code, message: expect.stringContaining(words) });
    },
  );

  test('a missing token and a wrong one are refused', async () => {
    expect(await call('GET', '/vm', undefined, '')).toMatchObject({
      status: 401,
      body: { code: 'UNAUTHENTICATED' },
    });
    expect(await call('GET', '/vm', undefined, 'wrong')).toMatchObject({
      status: 401,
      body: { code: 'UNAUTHENTICATED', message: expect.stringContaining('unknown or was ended') },
    });
    expect((await call('GET', '/system/info', undefined, '')).body.user).toBeNull();
  });

  test('typed procedures still refuse strings for numbers after REST calls', async () => {
    await call('POST', '/vm/vm-1/resize', { cols: 80, rows: 24 });
    const wrong = { vmId: 'vm-1', cols: '80' as unknown as number, rows: 24 };
    await expect(alice.api.vm.resize.mutate(wrong)).rejects.toThrow('cols: ');
  });

  test('a desktop over REST has the names of the first specification', async () => {
    const refused = await call('POST', '/vnc/create', { scale: 1 });
    expect(refused).toMatchObject({ status: 503, body: { code: 'NO_CAPACITY' } });
    const { token } = hub.owner;
    const created = await call('GET', '/vnc/session', undefined, token);
    expect(created).toMatchObject({ status: 200, body: { status: 'starting' } });
    const { session_id, created_at, url } = created.body;
    expect(url).toBe(`${hub.url.replace('http', 'ws')}/vnc/${session_id}`);
    expect(Math.abs(created_at - Date.now() / 1000)).toBeLessThan(60);
    expect((await call('POST', '/vnc/create', {}, token)).body).toMatchObject({ code: 'CONFLICT' });
    expect((await call('DELETE', `/vnc/${session_id}`, undefined, token)).body).toMatchObject({
      session_id,
      status: 'stopped',
    });
  });

  test('the OpenAPI document describes every query and mutation, and the error shape', async () => {
    const { body: document } = await call('GET', '/openapi.json');
    const described = Object.values(document.paths).flatMap((path) =>
      Object.values(path as Record<string, { operationId: string; responses: Record<string, unknown> }>),
    );
    const procedures = Object.entries<unknown>(appRouter._def.procedures).flatMap(([name, procedure]) =>
      (procedure as { _def: { type: string } })._def.type === 'subscription' || OTHER_NAMES.has(name)
        ? []
        : [name.replaceAll('.', '-')],
    );
    expect(described.map(({ operationId }) => operationId).sort()).toEqual(procedures.sort());
    expect(document.servers).toEqual([{ url: `${hub.url}/api` }]);
    for (const { responses } of described) expect(Object.keys(responses).sort()).toEqual(['200', 'default']);
    expect(document.components.schemas.Error.required).toEqual(['code', 'message']);
    expect(document.paths['/vm/{vmId}/connect'].post).toBeDefined();
  });

  test('too many join attempts from one address are refused with a retry time; reconnecting agents are not', async () => {
    const other = await startTestApp();
    const post = (path: string, body: object) =>
      fetch(`${other.url}/api/agent/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    const times = (count: number, path: string, body: object) =>
      Promise.all(Array.from({ length: count }, () => post(path, body)));
    const room = await times(200, 'challenge', { providerId: 'p-1' });
    expect(new Set(room.map(({ status }) => status))).toEqual(new Set([200]));
    const answers = await times(61, 'join', { token: 'guessed' });
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(1);
    const { code, retryAfterMs } = (await refused[0]!.json()) as { code: string; retryAfterMs: number };
    expect(code).toBe('RATE_LIMITED');
    expect(Number(refused[0]!.headers.get('retry-after'))).toBe(Math.ceil(retryAfterMs / 1000));
    await other.stop();
  });
});
