import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ALICE, BOB, type TestDomain, testDomain } from '../testing/domain.ts';

describe('who may open a terminal', () => {
  let hub: TestDomain;
  let vmId: string;

  beforeEach(async () => {
    hub = await testDomain();
    await hub.connect('p-1');
    vmId = (await hub.vms.create(ALICE, { size: 'small' })).vmId;
    await hub.report('p-1', vmId, 'running');
  });
  afterEach(() => hub.store.close());

  const authorise = (userId = ALICE) => hub.access.authorise(userId, vmId);

  test('the owner of a running VM, whether its provider answers or not', async () => {
    expect(await authorise()).toMatchObject({ providerId: 'p-1', gen: 1 });
    await hub.clock.advance(10_000);
    expect(await authorise()).toMatchObject({ providerId: 'p-1' });
  });

  test('nobody else, as if there were no such VM', async () => {
    await expect(authorise(BOB)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: `There is no VM ${vmId}.`,
    });
  });

  test('also while a restarted agent still looks for it: its shells may live', async () => {
    await hub.report('p-1', vmId, 'starting');
    expect(await authorise()).toMatchObject({ providerId: 'p-1' });
    const caller = { user: (await hub.store.user(ALICE))!, sessionId: 's-1' };
    const connecting = hub.terminals.connect(caller, { vmId }, 'ws://hub');
    await expect(connecting).rejects.toMatchObject({ code: 'VM_NOT_RUNNING' });
  });

  test.each([
    ['stopping', () => hub.vms.stop(ALICE, vmId), 'is stopped. Start it first.'],
    ['failed', () => hub.report('p-1', vmId, 'failed', { reason: 'Disk full.' }), 'has failed: Disk full.'],
    ['deleting', () => hub.vms.delete(ALICE, vmId), 'is being deleted'],
  ])('nobody once it is %s, and the refusal says why', async (_, change, words) => {
    await change();
    await expect(authorise()).rejects.toMatchObject({
      code: 'VM_NOT_RUNNING',
      message: expect.stringContaining(words),
    });
  });

  test('a silent provider is said to be silent, not waited for', async () => {
    await hub.clock.advance(10_000);
    await expect(hub.terminals.list(ALICE, vmId)).rejects.toMatchObject({ code: 'PROVIDER_UNREACHABLE' });
  });
});
