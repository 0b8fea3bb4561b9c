/** A stopping hub: what load balancers, pages and programs see while it drains. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { openLocalAuth } from './auth/index.ts';
import { dialLeg } from './sockets/testing/dial-leg.ts';
import { startTestApp, type TestApp } from './testing/app.ts';

/** Maximum drain time, seconds. Live lists end within an eighth of this time. */
const DRAIN_S = 5;

/** A consumer that does not move when it is told to, so that the hub keeps draining until leave(). */
async function stayer(url: string, token: string) {
  const told = Promise.withResolvers<void>();
  const { leg } = await dialLeg(`${url.replace('http', 'ws')}/consumer`, {
    hello: { token },
    handler: { goAway: () => told.resolve() },
  });
  return { told: told.promise, leave: () => leg.close('OK', '') };
}

describe('while it drains', () => {
  let hub: TestApp;
  beforeEach(async () => {
    hub = await startTestApp({ drainSeconds: DRAIN_S });
  });

  test('it answers, is not ready and keeps no connection; afterwards it does not listen any more', async () => {
    const { told, leave } = await stayer(hub.url, hub.owner.token);
    const before = await fetch(`${hub.url}/readyz`);
    expect([before.status, before.headers.get('connection')]).toEqual([200, 'keep-alive']);
    const stopped = hub.stop();
    await told;
    for (const [path, status] of [
      ['/readyz', 503],
      ['/healthz', 200],
      ['/api/nothing', 404],
    ] as const) {
      const response = await fetch(`${hub.url}${path}`);
      expect([path, response.status, response.headers.get('connection')]).toEqual([path, status, 'close']);
    }
    expect(await hub.owner.api.vm.list.query()).toEqual([]);
    leave();
    await stopped;
    await expect(fetch(`${hub.url}/healthz`)).rejects.toThrow();
  });

  test('old and new live lists break off after telling their clients to reconnect at once', async () => {
    const { told, leave } = await stayer(hub.url, hub.owner.token);
    const headers = { authorization: `Bearer ${hub.owner.token}` };
    /** Resolves when the list has begun. */
    const list = async () => {
      const response = await fetch(`${hub.url}/trpc/vm.watch`, { headers });
      let text = '';
      // The hub must break the connection, because a client does not reconnect to a list that has ended
      // normally.
      const broken = expect(async () => {
        for await (const piece of response.body!.pipeThrough(new TextDecoderStream())) text += piece;
      }).rejects.toThrow();
      return { retry: broken.then(() => Number(/^retry: (\d+)$/m.exec(text)?.[1])) };
    };
    const old = await list();
    const stopped = hub.stop();
    await told;
    const late = await list();
    for (const retry of await Promise.all([old.retry, late.retry])) {
      expect(retry).toBeGreaterThanOrEqual(200);
      expect(retry).toBeLessThanOrEqual(700);
    }
    leave();
    await stopped;
  });
});

describe('its process', () => {
  const folder = mkdtempSync(join(tmpdir(), 'unicore-hub-'));
  let child: ChildProcess;
  let url: string;
  beforeEach(async () => {
    const args = ['--port', '0', '--data', folder, '--log-level', 'silent', '--drain-seconds', '600'];
    child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), ...args], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`The hub ended: ${code}.`)));
    // The exit of the process matters only until the hub has started.
    ended.catch(() => undefined);
    const [message] = await Promise.race([once(child, 'message'), ended]);
    ({ url } = z.object({ url: z.string() }).parse(message));
  });
  afterEach(async () => {
    if (child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    }
    rmSync(folder, { recursive: true, force: true });
  });

  test.each(['SIGTERM', 'SIGINT'] as const)(
    'drains at the first stop signal, and exits at once at the second: %s',
    async (signal) => {
      const auth = openLocalAuth(folder, url);
      await stayer(url, await auth.bearerToken((await auth.owner()).userId));
      await auth.close();
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await expect.poll(async () => (await fetch(`${url}/readyz`)).status).toBe(503);
      child.kill(signal);
      expect(await exited).toEqual([1, null]);
    },
  );
});
