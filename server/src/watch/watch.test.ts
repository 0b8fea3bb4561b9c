import type { ProviderEvent, VmEvent } from '@unicore/protocol/api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { joinTestAgent } from '../testing/agent.ts';
import { clientOf, startTestApp, type TestApp } from '../testing/app.ts';
import { watching } from '../testing/watching.ts';

describe('watch', () => {
  let hub: TestApp;
  beforeAll(async () => {
    hub = await startTestApp();
  });
  afterAll(() => hub.stop());

  test("begins with all of the user's VMs, then yields each change, and nothing of other users", async () => {
    const [alice, bob] = [await hub.user('alice'), await hub.user('bob')];
    const before = await alice.api.vm.create.mutate({ name: 'before' });
    const watch = watching<VmEvent>(alice.api.vm.watch);
    await watch.until(({ type }) => type === 'all');
    expect(watch.events).toMatchObject([{ type: 'all', vms: [{ vmId: before.vmId }] }]);
    await bob.api.vm.create.mutate({ name: 'not mine' });
    const after = await alice.api.vm.create.mutate({ name: 'after' });
    await watch.until((event) => event.type === 'changed' && event.vm.vmId === after.vmId);
    await alice.api.vm.delete.mutate({ vmId: before.vmId });
    await watch.until((event) => event.type === 'deleted' && event.vmId === before.vmId);
    expect(JSON.stringify(watch.events)).not.toContain('not mine');
    watch.stop();
  });

  test('begins with all entries again after a restart of the hub', async () => {
    const carol = await hub.user('carol');
    const watch = watching<VmEvent>(carol.api.vm.watch);
    await watch.until(({ type }) => type === 'all');
    await hub.restart();
    const { vmId } = await carol.api.vm.create.mutate({});
    await watch.until(
      (event) =>
        (event.type === 'all' && event.vms.some((vm) => vm.vmId === vmId)) ||
        (event.type === 'changed' && event.vm.vmId === vmId),
    );
    expect(watch.events.filter(({ type }) => type === 'all')).toHaveLength(2);
    watch.stop();
  });

  test('ends with its session', async () => {
    const dave = await hub.user('dave');
    const cookie = await dave.signIn();
    const watch = watching<VmEvent>(clientOf(hub.url, { cookie }).vm.watch);
    const other = watching<VmEvent>(dave.api.vm.watch);
    await Promise.all([watch, other].map((each) => each.until(({ type }) => type === 'all')));
    await fetch(`${hub.url}/logout`, { method: 'POST', headers: { cookie, origin: hub.url } });
    expect(await watch.ended).toMatchObject({ data: { code: 'UNAUTHENTICATED' } });
    await dave.api.vm.create.mutate({ name: 'still here' });
    await other.until(({ type }) => type === 'changed');
    other.stop();
  });

  test('the list of providers shows which join, connect and leave', async () => {
    const erin = await hub.user('erin');
    const watch = watching<ProviderEvent>(erin.api.provider.watch);
    await watch.until(({ type }) => type === 'all');
    const agent = await joinTestAgent(hub, 'tower');
    await watch.until((event) => event.type === 'changed' && event.provider.state === 'pending');
    await agent.connect();
    await watch.until((event) => event.type === 'changed' && event.provider.state === 'online');
    await agent.disconnect();
    watch.stop();
  });
});
