import { systemClock } from '@unicore/protocol';
import type { VmEvent } from '@unicore/protocol/api';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LocalWorld } from '../backplane/index.ts';
import { joinTestAgent } from '../testing/agent.ts';
import { clientOf, startTestApp, type TestApp } from '../testing/app.ts';
import { watching } from '../testing/watching.ts';

describe('two whole hubs of one deployment', () => {
  let one: TestApp;
  let two: TestApp;

  beforeEach(async () => {
    const world = new LocalWorld(systemClock);
    one = await startTestApp({}, { backplane: world.join() });
    two = await startTestApp({ dataDir: one.config.dataDir }, { backplane: world.join() });
  });
  afterEach(async () => {
    await two.stop();
    await one.stop();
  });

  test('what is asked of one hub is done by the provider of the other, and seen at both', async () => {
    const agent = await joinTestAgent(one);
    await agent.connect();
    const { token } = one.owner;
    const api = clientOf(two.url, { authorization: `Bearer ${token}` });
    const watches = [one.owner.api, api].map((each) => watching<VmEvent>(each.vm.watch));
    const reaches = (state: string) =>
      Promise.all(
        watches.map((watch) => watch.until((event) => event.type === 'changed' && event.vm.state === state)),
      );
    const { vmId } = await api.vm.create.mutate({});
    await reaches('running');
    expect(agent.orders.get(vmId)).toMatchObject({ desired: 'running' });
    await api.vm.stop.mutate({ vmId });
    await reaches('stopped');
    expect(agent.orders.get(vmId)).toMatchObject({ desired: 'stopped' });
    for (const watch of watches) watch.stop();
  });

  test('a change of a VM that its agent has already costs no reading of its orders', async () => {
    const agent = await joinTestAgent(one);
    await agent.connect();
    const { vmId } = await one.owner.api.vm.create.mutate({});
    await expect.poll(async () => (await one.owner.api.vm.get.query({ vmId })).state).toBe('running');
    const { store } = one.app;
    const reads: unknown[] = [];
    const { vms } = store;
    store.vms = (of) => {
      if (of?.providerId) reads.push(of);
      return vms.call(store, of);
    };
    for (let i = 0; i < 5; i++) await two.owner.api.vm.rename.mutate({ vmId, name: `box ${i}` });
    await one.owner.api.vm.rename.mutate({ vmId, name: 'box' });
    expect(reads).toEqual([]);
    await two.owner.api.vm.stop.mutate({ vmId });
    await expect.poll(() => agent.orders.get(vmId)?.desired).toBe('stopped');
    expect(reads.length).toBeGreaterThan(0);
  });

  test('a session of one hub is good at the other, until it ends at either', async () => {
    const cookie = await one.owner.signIn();
    const user = async (hub: TestApp) => {
      const response = await fetch(`${hub.url}/api/system/info`, { headers: { cookie } });
      return ((await response.json()) as { user: unknown }).user;
    };
    expect([await user(one), await user(two)]).toEqual([expect.anything(), expect.anything()]);
    await fetch(`${two.url}/logout`, { method: 'POST', headers: { cookie, origin: two.url } });
    expect([await user(one), await user(two)]).toEqual([null, null]);
  });

  test('the way to a terminal is measured by the hub that has its provider, whichever is asked', async () => {
    const agent = await joinTestAgent(one);
    await agent.connect();
    const { vmId } = await one.owner.api.vm.create.mutate({});
    await expect.poll(async () => (await one.owner.api.vm.get.query({ vmId })).state).toBe('running');
    const other = clientOf(two.url, { authorization: `Bearer ${one.owner.token}` });
    for (const api of [one.owner.api, other]) {
      const path = await api.vm.path.query({ vmId });
      expect(path).toEqual({ providerMs: expect.any(Number), keeperMs: 0.5, echoMs: 2 });
    }
  });

  test('tries at both count together', async () => {
    const tries = await Promise.all(
      Array.from({ length: 70 }, (_, i) => fetch(`${(i % 2 ? one : two).url}/login?key=wrong`)),
    );
    expect(tries.filter(({ status }) => status === 429)).toHaveLength(10);
  });
});
