import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ALICE, BOB, type TestDomain, testDomain } from '../testing/domain.ts';

const GIB = 2 ** 30;

describe('VMs', () => {
  let hub: TestDomain;
  const create = (wish: { name?: string; opId?: string; size?: 'small' | 'large' } = {}) =>
    hub.vms.create(ALICE, { size: 'small', ...wish });
  const running = async (wish: Parameters<typeof create>[0] = {}) => {
    const vm = await create(wish);
    await hub.report(vm.providerId!, vm.vmId, 'running');
    return vm;
  };

  beforeEach(async () => {
    hub = await testDomain();
  });
  afterEach(() => hub.store.close());

  test('a VM waits with a reason until a provider comes, and is then assigned', async () => {
    const { vmId, phase, name } = await create();
    expect(phase).toBe('queued');
    expect(name).toMatch(/^[a-z]+-[a-z]+$/);
    expect((await hub.look(vmId)).reason).toContain('No provider has joined');
    await hub.connect('p-1');
    expect(await hub.store.vm(vmId)).toMatchObject({
      phase: 'assigned',
      providerId: 'p-1',
      gen: 1,
      isolation: 'container',
      reason: null,
    });
    expect(await hub.reports.orders('p-1', [])).toEqual([
      { vmId, gen: 1, attempt: 1, desired: 'running', image: 'unicore/vm', size: 'small' },
    ]);
  });

  test('calls with the same opId create one VM, even at the same time', async () => {
    const made = await Promise.all([create({ opId: 'op' }), create({ opId: 'op' }), create({ opId: 'op' })]);
    expect(new Set(made.map(({ vmId }) => vmId)).size).toBe(1);
    expect(await hub.vms.list(ALICE)).toHaveLength(1);
  });

  test('a user may have 500 VMs; a retry still finds the last one, and other users have their own limit', async () => {
    await Promise.all(Array.from({ length: 499 }, () => create()));
    const last = await create({ opId: 'last' });
    await expect(create()).rejects.toMatchObject({ code: 'CONFLICT' });
    expect((await create({ opId: 'last' })).vmId).toBe(last.vmId);
    await hub.vms.create(BOB, { size: 'small' });
    await hub.vms.delete(ALICE, last.vmId);
    await create();
  });

  test('the opId of a deleted VM cannot be used again', async () => {
    const { vmId } = await create({ opId: 'op' });
    await hub.vms.delete(ALICE, vmId);
    await expect(create({ opId: 'op' })).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  test("the agent's report becomes the phase", async () => {
    await hub.connect('p-1');
    const { vmId } = await create();
    await hub.report('p-1', vmId, 'starting');
    expect(await hub.look(vmId)).toEqual({ state: 'starting', reason: null });
    await hub.report('p-1', vmId, 'running', { reason: 'A program was ended because the memory was full.' });
    expect(await hub.look(vmId)).toEqual({ state: 'running', reason: expect.stringContaining('memory') });
  });

  test('stop and start keep provider and generation, so that its files are there again', async () => {
    await hub.connect('p-1');
    const { vmId } = await running();
    await hub.vms.stop(ALICE, vmId);
    expect((await hub.reports.orders('p-1', []))[0]).toMatchObject({ desired: 'stopped' });
    await hub.report('p-1', vmId, 'stopped');
    expect((await hub.look(vmId)).state).toBe('stopped');
    await hub.connect('p-2', { beat: { ...(await hub.presence.hello('p-1'))!.beat, memoryTotal: 64 * GIB } });
    const started = await hub.vms.start(ALICE, vmId);
    expect(started).toMatchObject({ phase: 'assigned', providerId: 'p-1', gen: 1, attempt: 2 });
  });

  test('a start right after a stop is not undone by the late report of the stop', async () => {
    await hub.connect('p-1');
    const { vmId } = await running();
    await hub.vms.stop(ALICE, vmId);
    await hub.vms.start(ALICE, vmId);
    await hub.report('p-1', vmId, 'stopped');
    expect((await hub.look(vmId)).state).toBe('assigned');
    await hub.report('p-1', vmId, 'running');
    expect((await hub.look(vmId)).state).toBe('running');
  });

  test('a stopped VM whose provider is away waits for it', async () => {
    await hub.connect('p-1');
    await hub.connect('p-2');
    const { vmId, providerId } = await running();
    await hub.vms.stop(ALICE, vmId);
    await hub.report(providerId!, vmId, 'stopped');
    hub.presence.disconnected(providerId!);
    const waiting = await hub.vms.start(ALICE, vmId);
    expect(waiting).toMatchObject({
      phase: 'queued',
      reason: expect.stringContaining('Its files are on provider'),
    });
    // The VM's desired state is running, but the provider may start it only after the VM was assigned.
    expect((await hub.reports.orders(providerId!, []))[0]).toMatchObject({ desired: 'stopped' });
    await hub.connect(providerId!);
    expect((await hub.look(vmId)).state).toBe('assigned');
  });

  test('free room goes to the VM that has waited longest', async () => {
    const beat = { cpu: 0, cores: 1, memoryTotal: 4 * GIB, memoryFree: 0, diskTotal: 0, diskFree: 0, vms: 0 };
    await hub.connect('p-1', { beat });
    const [first, second] = [await running({ size: 'large' }), await running({ size: 'large' })];
    const [third, fourth] = [await create({ size: 'large' }), await create({ size: 'large' })];
    expect(third.reason).toContain('No provider has room for a large VM');
    await hub.vms.delete(ALICE, first.vmId);
    await hub.report('p-1', first.vmId, 'deleted');
    await hub.clock.advance(0);
    expect((await hub.look(third.vmId)).state).toBe('assigned');
    expect((await hub.look(fourth.vmId)).state).toBe('queued');
    await hub.vms.stop(ALICE, second.vmId);
    await hub.report('p-1', second.vmId, 'stopped');
    await hub.clock.advance(0);
    expect((await hub.look(fourth.vmId)).state).toBe('assigned');
  });

  test('ten VMs that are created at once do not get the same room twice', async () => {
    const beat = { cpu: 0, cores: 1, memoryTotal: 4 * GIB, memoryFree: 0, diskTotal: 0, diskFree: 0, vms: 0 };
    await hub.connect('p-1', { beat });
    const vms = await Promise.all(Array.from({ length: 10 }, () => create({ size: 'large' })));
    expect(vms.filter(({ phase }) => phase === 'assigned')).toHaveLength(2);
  });

  test('a VM that no provider ever had is deleted at once', async () => {
    const { vmId } = await create();
    expect((await hub.vms.delete(ALICE, vmId)).phase).toBe('deleted');
    expect(await hub.vms.list(ALICE)).toEqual([]);
    await expect(hub.vms.own(ALICE, vmId)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('a delete completes when the disconnected provider is back', async () => {
    await hub.connect('p-1');
    const { vmId } = await running();
    hub.presence.disconnected('p-1');
    await hub.clock.advance(10_000);
    await hub.vms.delete(ALICE, vmId);
    expect(await hub.look(vmId)).toEqual({
      state: 'deleting',
      reason: expect.stringContaining('has not answered'),
    });
    await hub.connect('p-1');
    expect((await hub.reports.orders('p-1', []))[0]).toMatchObject({ vmId, desired: 'deleted' });
    await hub.report('p-1', vmId, 'deleted');
    expect((await hub.store.vm(vmId))?.phase).toBe('deleted');
    expect(await hub.reports.orders('p-1', [])).toEqual([]);
  });

  test('a VM that a returning agent does not have any more is deleted', async () => {
    await hub.connect('p-1');
    const [gone, kept] = [await running(), await running()];
    await hub.vms.delete(ALICE, gone.vmId);
    const vms = [{ vmId: kept.vmId, gen: 1, phase: 'running' as const, code: null, reason: null }];
    expect(await hub.reports.take('p-1', { whole: true, vms })).toEqual([]);
    expect((await hub.vms.list(ALICE)).map(({ vmId }) => vmId)).toEqual([kept.vmId]);
  });

  test('an agent that still has a deleted VM is ordered to remove it', async () => {
    await hub.connect('p-1');
    const { vmId } = await running();
    await hub.vms.delete(ALICE, vmId);
    await hub.report('p-1', vmId, 'deleted');
    expect(await hub.report('p-1', vmId, 'running', { gen: 1 })).toEqual([vmId]);
    expect(await hub.reports.orders('p-1', [vmId])).toMatchObject([{ vmId, desired: 'deleted', gen: 1 }]);
  });

  test('VMs of other deployments are left alone', async () => {
    await hub.connect('p-1');
    expect(await hub.report('p-1', 'vm-elsewhere', 'running')).toEqual([]);
    expect(await hub.reports.orders('p-1', [])).toEqual([]);
  });

  test('reports about VMs of another provider or of another generation are ignored', async () => {
    await hub.connect('p-1');
    const { vmId } = await running();
    await hub.connect('p-evil');
    expect(await hub.report('p-evil', vmId, 'failed')).toEqual([vmId]);
    expect(await hub.report('p-1', vmId, 'failed', { gen: 9 })).toEqual([vmId]);
    expect((await hub.look(vmId)).state).toBe('running');
  });

  test('a failed VM says why, and a start tries again', async () => {
    await hub.connect('p-1');
    const { vmId } = await create();
    const reason = 'The image unicore/vm is missing. Run npm run images.';
    await hub.report('p-1', vmId, 'failed', { code: 'IMAGE_MISSING', reason });
    expect(await hub.look(vmId)).toEqual({ state: 'failed', reason });
    const started = await hub.vms.start(ALICE, vmId);
    expect(started).toMatchObject({ phase: 'assigned', attempt: 2, reason: null });
    await hub.report('p-1', vmId, 'running');
    expect((await hub.look(vmId)).state).toBe('running');
  });

  test('a delete that the agent can not carry out shows the reason', async () => {
    await hub.connect('p-1');
    const { vmId } = await running();
    await hub.vms.delete(ALICE, vmId);
    await hub.report('p-1', vmId, 'failed', { reason: 'Docker does not answer. Start it.' });
    expect(await hub.look(vmId)).toEqual({ state: 'deleting', reason: 'Docker does not answer. Start it.' });
  });

  test('of a stop and a delete at the same time the delete wins', async () => {
    await hub.connect('p-1');
    const { vmId } = await running();
    await Promise.allSettled([hub.vms.stop(ALICE, vmId), hub.vms.delete(ALICE, vmId)]);
    expect(await hub.store.vm(vmId)).toMatchObject({ phase: 'deleting', desired: 'deleted' });
    await expect(hub.vms.start(ALICE, vmId)).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  test("another user's VM and one that never existed are refused with the same words", async () => {
    const { vmId } = await create();
    const refusal = async (id: string) =>
      Promise.all(
        [
          hub.vms.own(BOB, id),
          hub.vms.start(BOB, id),
          hub.vms.delete(BOB, id),
          hub.vms.rename(BOB, id, 'x'),
        ].map((asked) => asked.catch((error) => `${error.code} ${error.message}`.replace(id, 'ID'))),
      );
    expect(await refusal(vmId)).toEqual(await refusal('vm-none'));
    expect(await hub.vms.list(BOB)).toEqual([]);
  });

  test('VMs of a silent provider are suspect, and recover when it is heard again', async () => {
    await hub.connect('p-1');
    const { vmId } = await running();
    const told: string[] = [];
    hub.events.on('vm', (vm) => told.push(vm.vmId));
    await hub.clock.advance(9_999);
    expect((await hub.look(vmId)).state).toBe('running');
    await hub.clock.advance(1);
    expect(await hub.look(vmId)).toEqual({
      state: 'suspect',
      reason: 'Provider p-1 has not answered for 10 s. The VM comes back by itself when the provider does.',
    });
    expect(told).toEqual([vmId]);
    hub.presence.heard('p-1');
    await hub.clock.advance(0);
    expect(await hub.look(vmId)).toEqual({ state: 'running', reason: null });
    expect(told).toEqual([vmId, vmId]);
    expect((await hub.store.vm(vmId))?.gen).toBe(1);
  });

  test('after a restart of the hub a provider has 15 s before its VMs are suspect', async () => {
    await hub.connect('p-1');
    const { vmId } = await running();
    hub = await testDomain(hub.store);
    await hub.clock.advance(14_999);
    expect((await hub.look(vmId)).state).toBe('running');
    await hub.clock.advance(1);
    expect((await hub.look(vmId)).state).toBe('suspect');
    await hub.connect('p-1');
    expect((await hub.look(vmId)).state).toBe('running');
  });

  test('the audit records the life of a VM', async () => {
    await hub.connect('p-1');
    const { vmId } = await running();
    await hub.vms.delete(ALICE, vmId);
    await hub.report('p-1', vmId, 'deleted');
    const entries = (await hub.store.auditEntries(20)).filter(({ subject }) => subject === vmId).reverse();
    expect(entries.map(({ event, userId }) => `${event} ${userId ?? 'hub'}`)).toEqual([
      'vm.create u-alice',
      'vm.assigned hub',
      'vm.running hub',
      'vm.delete u-alice',
      'vm.deleted hub',
    ]);
  });
});
