import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import type { VmEvent } from '@unicore/protocol/api';
import { describe, expect, test } from 'vitest';
import { openLocalAuth } from '../auth/index.ts';
import { createLog } from '../log.ts';
import { joinTestAgent } from '../testing/agent.ts';
import { startTestApp } from '../testing/app.ts';
import { watching } from '../testing/watching.ts';
import { createApp } from './app.ts';

describe('a hub', () => {
  test('several run in one process, each with its own records', async () => {
    const [one, two] = [await startTestApp(), await startTestApp()];
    await one.owner.api.vm.create.mutate({ name: 'here' });
    expect(await one.owner.api.vm.list.query()).toHaveLength(1);
    expect(await two.owner.api.vm.list.query()).toHaveLength(0);
    await Promise.all([one.stop(), two.stop()]);
  });

  test('started again, it has lost no user, session, token or VM', async () => {
    const hub = await startTestApp();
    const cookie = await hub.owner.signIn();
    const { vmId } = await hub.owner.api.vm.create.mutate({ name: 'kept' });
    await hub.restart();
    expect(await hub.owner.api.vm.list.query()).toMatchObject([{ vmId, name: 'kept' }]);
    const response = await fetch(`${hub.url}/api/system/info`, { headers: { cookie } });
    expect(((await response.json()) as { user: unknown }).user).toMatchObject({ userId: hub.owner.userId });
    await hub.stop();
  });

  test('an agent goes on with the same VMs on the next hub', async () => {
    const hub = await startTestApp();
    const agent = await joinTestAgent(hub);
    await agent.connect();
    const { vmId } = await hub.owner.api.vm.create.mutate({});
    await expect.poll(async () => (await hub.owner.api.vm.get.query({ vmId })).state).toBe('running');
    await hub.restart();
    expect((await hub.owner.api.vm.get.query({ vmId })).state).toBe('running');
    await agent.connect();
    expect(agent.orders.get(vmId)).toMatchObject({ gen: 1, desired: 'running' });
    expect((await hub.owner.api.vm.connect.mutate({ vmId })).ticket).toHaveLength(43);
    await hub.stop();
  });

  test('stops at once though pages watch and an agent is connected', async () => {
    const hub = await startTestApp();
    const agent = await joinTestAgent(hub);
    await agent.connect();
    const watch = watching<VmEvent>(hub.owner.api.vm.watch);
    await watch.until(({ type }) => type === 'all');
    const started = performance.now();
    await hub.stop();
    expect(performance.now() - started).toBeLessThan(5_000);
    await expect(fetch(`${hub.url}/healthz`)).rejects.toThrow();
    watch.stop();
  });

  test('a port in use is said with the remedy', async () => {
    const hub = await startTestApp();
    const dataDir = mkdtempSync(join(tmpdir(), 'unicore-hub-'));
    const second = createApp({ ...hub.config, dataDir }, { log: createLog('silent') });
    await expect(second.start()).rejects.toThrow(`Port ${hub.config.port} is in use`);
    await Promise.all([second.stop(), hub.stop()]);
    rmSync(dataDir, { recursive: true });
  });

  test('scripts make users and links while it runs', async () => {
    const hub = await startTestApp();
    const auth = openLocalAuth(hub.config.dataDir, hub.url);
    const { userId } = await auth.createUser('frank');
    const response = await fetch(await auth.loginLink(userId), { redirect: 'manual' });
    expect(response.status).toBe(303);
    const token = await auth.bearerToken(userId);
    const list = await fetch(`${hub.url}/api/vm`, { headers: { authorization: `Bearer ${token}` } });
    expect(await list.json()).toEqual([]);
    expect((await auth.owner()).userId).toBe(hub.owner.userId);
    await auth.close();
    await hub.stop();
  });

  test('its log holds no secret', async () => {
    const lines: string[] = [];
    const destination = new Writable({
      write(chunk, _, done) {
        lines.push(String(chunk));
        done();
      },
    });
    const hub = await startTestApp({}, { log: createLog('trace', destination) });
    const cookie = await hub.owner.signIn();
    const agent = await joinTestAgent(hub);
    await agent.connect();
    const { vmId } = await hub.owner.api.vm.create.mutate({});
    await expect.poll(async () => (await hub.owner.api.vm.get.query({ vmId })).state).toBe('running');
    const { ticket } = await hub.owner.api.vm.connect.mutate({ vmId });
    await fetch(`${hub.url}/login?key=wrong-key`);
    await hub.stop();
    const log = lines.join('');
    expect(log).toContain(agent.providerId);
    for (const secret of [cookie.split('=')[1]!, hub.owner.token, ticket, 'wrong-key'])
      expect(log).not.toContain(secret);
  });
});
