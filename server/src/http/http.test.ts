import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { closing, connect as dial, dialLeg } from '../sockets/testing/dial-leg.ts';
import { joinTestAgent } from '../testing/agent.ts';
import { startTestApp, type TestApp } from '../testing/app.ts';

describe('HTTP', () => {
  let hub: TestApp;
  beforeAll(async () => {
    hub = await startTestApp({ origins: ['http://page.test'] });
  });
  afterAll(() => hub.stop());

  const get = (path: string, init: RequestInit = {}) =>
    fetch(`${hub.url}${path}`, { redirect: 'manual', ...init });

  /** A mutation that changes nothing, because its VM does not exist. */
  const mutate = (headers: Record<string, string>) =>
    get('/trpc/vm.start', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: '{"vmId":"vm-none"}',
    });

  test('one request makes 100 calls at most', async () => {
    const calls = (count: number) =>
      get(`/trpc/${Array(count).fill('system.info').join(',')}?batch=1&input={}`);
    expect((await calls(100)).status).toBe(200);
    const refused = await calls(101);
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ error: { data: { code: 'BAD_REQUEST' } } });
  });

  describe('signing in', () => {
    test('a login link sets a cookie that scripts cannot read and other sites cannot send', async () => {
      const { secret } = await hub.app.auth.loginKey(hub.owner.userId);
      const response = await get(`/login?key=${secret}`);
      expect(response.status).toBe(303);
      expect(response.headers.get('location')).toBe('/');
      expect(response.headers.get('set-cookie')).toMatch(
        /^unicore_session=[\w-]{43}; Path=\/; Max-Age=(2591999|2592000); HttpOnly; SameSite=Strict$/,
      );
    });

    test('behind https the cookie is sent by https only', async () => {
      const secure = await startTestApp({ publicUrl: 'https://unicore.test' });
      const { secret } = await secure.app.auth.loginKey(secure.owner.userId);
      const response = await fetch(`${secure.url}/login?key=${secret}`, { redirect: 'manual' });
      expect(response.headers.get('set-cookie')).toMatch(/; Secure$/);
      await secure.stop();
    });

    test.each(['/login', '/login?key=', '/login?key=wrong'])(
      '%s explains how to get a login link',
      async (path) => {
        const response = await get(path);
        expect(response.status).toBe(401);
        expect(response.headers.get('set-cookie')).toBeNull();
        expect(await response.text()).toContain('Get a new one from npm start');
      },
    );

    test('a cookie identifies its user until sign-out', async () => {
      const cookie = await hub.owner.signIn();
      const info = async () =>
        (await (await get('/api/system/info', { headers: { cookie } })).json()) as { user: unknown };
      expect((await info()).user).toMatchObject({ userId: hub.owner.userId, role: 'owner' });
      expect((await get('/logout', { headers: { cookie } })).status).toBe(400);
      const out = await get('/logout', { method: 'POST', headers: { cookie, origin: hub.url } });
      expect(out.status).toBe(204);
      expect(out.headers.get('set-cookie')).toContain('Max-Age=0');
      expect((await info()).user).toBeNull();
    });

    test('signing out closes the sockets of that session only', async () => {
      const [mine, other] = [await hub.owner.signIn(), await hub.owner.signIn()];
      const socket = (cookie: string) =>
        dialLeg(`${hub.url.replace('http', 'ws')}/consumer`, {
          hello: {},
          headers: { cookie, origin: hub.url },
        });
      const [closes, stays] = [await socket(mine), await socket(other)];
      await get('/logout', { method: 'POST', headers: { cookie: mine, origin: hub.url } });
      expect(await closes.closed).toMatchObject({ code: 'UNAUTHENTICATED' });
      expect(await stays.leg.ping()).toBeGreaterThanOrEqual(0);
      stays.ws.close();
    });

    test('signing out invalidates unused tickets', async () => {
      const desk = await joinTestAgent(hub);
      await desk.connect();
      const cookie = await hub.owner.signIn();
      const { vmId } = await hub.owner.api.vm.create.mutate({});
      await expect.poll(async () => (await hub.owner.api.vm.get.query({ vmId })).state).toBe('running');
      const headers = { cookie, origin: hub.url };
      const connected = await get(`/api/vm/${vmId}/connect`, { method: 'POST', headers });
      const { url } = (await connected.json()) as { url: string };
      await get('/logout', { method: 'POST', headers });
      expect(await closing(await dial(url))).toMatchObject({ code: 4009 });
      await desk.disconnect();
    });

    test('a form on another site, which sends no cookie, cannot clear it', async () => {
      const out = await get('/logout', { method: 'POST', headers: { origin: 'http://evil.test' } });
      expect(out.headers.get('set-cookie')).toBeNull();
    });

    test('any number of wrong keys does not lock out a right one', async () => {
      const own = await startTestApp();
      const tries = Array.from({ length: 80 }, () => fetch(`${own.url}/login?key=wrong`));
      const statuses = (await Promise.all(tries)).map(({ status }) => status);
      expect(new Set(statuses)).toEqual(new Set([401, 429]));
      expect(await own.owner.signIn()).toMatch(/^unicore_session=/);
      await own.stop();
    });

    test('behind a proxy, wrong keys count against their own sender only', async () => {
      const own = await startTestApp({ proxies: 1 });
      const tryFrom = (address: string) =>
        fetch(`${own.url}/login?key=wrong`, { headers: { 'x-forwarded-for': address } });
      const statuses = (await Promise.all(Array.from({ length: 80 }, () => tryFrom('192.0.2.1')))).map(
        ({ status }) => status,
      );
      expect(statuses).toContain(429);
      expect((await tryFrom('192.0.2.2')).status).toBe(401);
      await own.stop();
    });

    test('a page without a valid cookie gets its socket closed with 4002', async () => {
      const ws = await dial(`${hub.url.replace('http', 'ws')}/terminal?vmId=vm-1&ticket=wrong`, {
        headers: { origin: hub.url },
      });
      expect(await closing(ws)).toMatchObject({ code: 4009 });
      const consumer = dialLeg(`${hub.url.replace('http', 'ws')}/consumer`, {
        hello: {},
        headers: { origin: hub.url, cookie: 'unicore_session=wrong' },
      });
      await expect(consumer).rejects.toThrow('UNAUTHENTICATED');
    });
  });

  describe('origins', () => {
    test('a cookie may change things from an allowed origin only', async () => {
      const cookie = await hub.owner.signIn();
      // The status 404 shows that the request passed the origin check.
      expect((await mutate({ cookie, origin: hub.url })).status).toBe(404);
      expect((await mutate({ cookie, origin: 'http://page.test' })).status).toBe(404);
      expect((await mutate({ cookie, origin: 'http://evil.test' })).status).toBe(403);
      expect((await mutate({ cookie, origin: 'null' })).status).toBe(403);
      expect((await mutate({ cookie })).status).toBe(403);
      expect(
        (await get('/logout', { method: 'POST', headers: { cookie, origin: 'http://evil.test' } })).status,
      ).toBe(403);
    });

    test('a cookie may read without an Origin header, but not from another page', async () => {
      const cookie = await hub.owner.signIn();
      expect((await get('/trpc/vm.list', { headers: { cookie } })).status).toBe(200);
      expect((await get('/trpc/vm.list', { headers: { cookie, origin: 'http://evil.test' } })).status).toBe(
        403,
      );
    });

    test('a GET that may create a desktop is checked as a change is, however its path is written', async () => {
      const cookie = await hub.owner.signIn();
      const paths = [
        'session',
        'session/',
        'SESSION',
        'session?x=1',
        'session/?',
        'other/../session',
        '%73ession',
      ];
      for (const path of paths) {
        const { status } = await get(`/api/vnc/${path}`, { headers: { cookie } });
        expect([path, status]).toEqual([path, path.startsWith('%') ? 404 : 403]);
      }
      expect((await get('/api/VNC/session', { headers: { cookie } })).status).toBe(403);
      expect((await get('/api/vnc/session', { headers: { cookie, origin: hub.url } })).status).toBe(200);
    });

    test('another page can’t use up the rate limit of agents at its address', async () => {
      const challenge = (headers: Record<string, string>) =>
        get('/api/agent/challenge', { method: 'POST', headers }).then(({ status }) => status);
      expect(await challenge({ origin: 'http://evil.test' })).toBe(403);
      expect(await challenge({})).toBe(400);
    });

    test('a bearer token needs no Origin header', async () => {
      expect((await mutate({ authorization: `Bearer ${hub.owner.token}` })).status).toBe(404);
    });

    test('no response may be read by another page', async () => {
      const response = await get('/trpc/system.info', { headers: { origin: 'http://page.test' } });
      expect(response.headers.get('access-control-allow-origin')).toBeNull();
    });
  });

  describe('headers of every response', () => {
    test.each(['/', '/healthz', '/trpc/system.info', '/api/system/info', '/api/nothing', '/login'])(
      '%s carries the security headers',
      async (path) => {
        const { headers } = await get(path);
        const policy = headers.get('content-security-policy');
        expect(policy).toContain("script-src 'self';");
        expect(policy).toContain("frame-ancestors 'none'");
        expect(policy).toContain(`connect-src 'self' ${hub.url} ${hub.url.replace('http', 'ws')};`);
        expect(headers.get('x-content-type-options')).toBe('nosniff');
        expect(headers.get('referrer-policy')).toBe('no-referrer');
      },
    );
  });

  describe('for machines', () => {
    test('healthz, readyz and metrics', async () => {
      expect(await (await get('/healthz')).text()).toBe('ok\n');
      expect(await (await get('/readyz')).text()).toBe('ready\n');
      const text = await (await get('/metrics')).text();
      for (const name of [
        'sockets',
        'channels',
        'frames_forwarded_total',
        'frames_forwarded_bytes_total',
        'vms',
      ]) {
        expect(text.includes(`# TYPE unicore_${name} `), name).toBe(true);
      }
      expect(text.includes('unicore_http_seconds_count{route="/healthz",status="200"}')).toBe(true);
    });

    test('readyz fails when the store is gone', async () => {
      const broken = await startTestApp();
      await broken.app.store.close();
      const response = await fetch(`${broken.url}/readyz`);
      expect(response.status).toBe(503);
      expect((await fetch(`${broken.url}/healthz`)).status).toBe(200);
      await broken.stop();
    });

    test.each([
      'GET //evil HTTP/1.1',
      'GET http://[ HTTP/1.1',
      'GET /%00 HTTP/1.1',
      'GET /assets/%2e%2e/hub.db HTTP/1.1',
    ])('%s is answered, and the hub lives on', async (line) => {
      const { port } = new URL(hub.url);
      const socket = connect(Number(port), '127.0.0.1');
      socket.write(`${line}\r\nHost: x\r\nConnection: close\r\n\r\n`);
      const answer = Buffer.concat(await socket.toArray()).toString();
      expect(answer).toMatch(/^HTTP\/1.1 (4|503)/);
      expect((await get('/healthz')).status).toBe(200);
    });
  });

  describe('the web app', () => {
    test('says how to build it where it is missing', async () => {
      const response = await get('/');
      expect(response.status).toBe(503);
      expect(await response.text()).toContain('npm start');
    });

    test('answers every path without a file with its index page', async () => {
      const { webDir } = hub.config;
      mkdirSync(join(webDir, 'assets'), { recursive: true });
      writeFileSync(join(webDir, 'index.html'), '<title>app</title>');
      writeFileSync(join(webDir, 'assets/app-1a2b.js'), 'x'.repeat(100));
      const deep = await get('/vm/vm-1/terminal');
      expect(await deep.text()).toBe('<title>app</title>');
      expect(deep.headers.get('cache-control')).toBe('no-cache');
      const asset = await get('/assets/app-1a2b.js');
      expect(asset.headers.get('cache-control')).toContain('immutable');
      expect((await get('/assets/none.js')).status).toBe(404);
      expect((await get('/', { method: 'POST' })).status).toBe(400);
    });

    test.each(['bytes=9-2', 'bytes=x', 'bytes=-5', 'bytes=500-'])(
      'the range %s does no harm',
      async (range) => {
        expect((await get('/assets/app-1a2b.js', { headers: { range } })).status).toBe(200);
      },
    );
  });
});
