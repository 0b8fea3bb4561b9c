import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ALICE, type TestDomain, testHubs } from '../testing/domain.ts';
import { SMALL_BEAT } from '../testing/hello.ts';
import { vmRow } from '../testing/rows.ts';

const GIB = 2 ** 30;

describe('placement at several hubs', () => {
  let world: Awaited<ReturnType<typeof testHubs>>;
  let a: TestDomain;
  let b: TestDomain;
  let c: TestDomain;

  beforeEach(async () => {
    world = await testHubs(3);
    [a, b, c] = world.hubs as [TestDomain, TestDomain, TestDomain];
    await world.clock.advance(20_000);
  });
  afterEach(() => world.store.close());

  const create = (hub: TestDomain, size: 'small' | 'large' = 'small') => hub.vms.create(ALICE, { size });
  const phases = async () => (await world.store.vms()).map(({ phase }) => phase).sort();

  test('a VM that is created at one hub goes to a provider at another', async () => {
    await b.connect('p-1');
    expect(await world.settled(create(a))).toMatchObject({ phase: 'assigned', providerId: 'p-1' });
  });

  test('a queued VM is placed when a provider connects to any hub', async () => {
    const { vmId } = await create(a);
    await b.connect('p-1');
    await world.clock.advance(0);
    expect((await c.look(vmId)).state).toBe('assigned');
  });

  test('hubs that place at the same time do not assign the same room twice', async () => {
    await b.connect('p-1', { beat: SMALL_BEAT });
    const made = Promise.all(Array.from({ length: 9 }, (_, i) => create(world.hubs[i % 3]!, 'large')));
    await world.settled(made);
    expect((await phases()).filter((phase) => phase === 'assigned')).toHaveLength(2);
  });

  test('also not while they cannot reach one another', async () => {
    for (const hub of world.hubs) await hub.connect('p-1', { beat: SMALL_BEAT });
    world.board.down = true;
    await world.settled(
      Promise.all(Array.from({ length: 9 }, (_, i) => create(world.hubs[i % 3]!, 'large'))),
    );
    expect((await phases()).filter((phase) => phase === 'assigned')).toHaveLength(2);
  });

  test('room that another hub assigned after it was counted is not assigned again', async () => {
    const { store } = world;
    // There is room for one VM.
    await b.connect('p-1', { beat: { ...SMALL_BEAT, memoryTotal: 2 * GIB } });
    const old = await world.settled(create(a, 'large'));
    await a.vms.stop(ALICE, old.vmId);
    await b.report('p-1', old.vmId, 'stopped');
    const running = await world.settled(create(a, 'large'));
    const waiting = await world.settled(create(a, 'large'));
    expect([running.phase, waiting.phase]).toEqual(['assigned', 'queued']);
    // This hub needs more time between counting VMs and writing the assignment than its lease lasts.
    const [counted, go] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const { replaceVm } = store;
    store.replaceVm = async (vm, placed) => {
      if (vm.vmId === waiting.vmId && placed !== undefined) {
        counted.resolve();
        await go.promise;
      }
      return replaceVm.call(store, vm, placed);
    };
    await a.vms.delete(ALICE, running.vmId);
    await b.report('p-1', running.vmId, 'deleted');
    await counted.promise;
    expect((await world.settled(c.vms.start(ALICE, old.vmId))).phase).toBe('assigned');
    go.resolve();
    await world.clock.advance(0);
    expect((await store.vm(waiting.vmId))?.phase).toBe('queued');
    expect(await store.provider('p-1')).toMatchObject({ placed: 3 });
  });

  test('one hub places at a time: while a hub has the lease the others wait', async () => {
    await b.connect('p-1');
    expect(await b.line.plane.leases.hold('placer', 60_000)).toBe(true);
    const making = create(a);
    await world.clock.advance(500);
    expect(await phases()).toEqual(['queued']);
    await b.line.plane.leases.letGo('placer');
    await world.clock.advance(100);
    expect((await making).phase).toBe('assigned');
  });

  test('a hub that dies with the lease delays the others by 2 s', async () => {
    await b.connect('p-1');
    expect(await c.line.plane.leases.hold('placer', 60_000)).toBe(true);
    c.kill();
    const making = create(a);
    await world.clock.advance(2_000);
    expect((await making).phase).toBe('assigned');
  });

  test('a VM whose hub died before placing it is placed by another hub within 20 s', async () => {
    await b.connect('p-1');
    a.line.deaf = true;
    a.placer.run = async () => {};
    await world.store.addVm(vmRow({ vmId: 'vm-left' }));
    a.kill();
    await world.clock.advance(0);
    b.presence.heard('p-1');
    await world.clock.advance(5_000);
    b.presence.heard('p-1');
    await world.clock.advance(5_000);
    b.presence.heard('p-1');
    await world.clock.advance(9_000);
    expect((await c.look('vm-left')).state).not.toBe('queued');
  });

  test('while hubs cannot reach one another each assigns VMs to its own providers', async () => {
    await a.connect('p-1');
    await b.connect('p-2');
    world.board.down = true;
    expect(await world.settled(create(a))).toMatchObject({ providerId: 'p-1' });
    expect(await world.settled(create(b))).toMatchObject({ providerId: 'p-2' });
    expect(await world.settled(create(c))).toMatchObject({
      phase: 'queued',
      reason: expect.stringContaining('No provider'),
    });
  });

  test('of many providers only some are counted, beginning with those that reported the least load', async () => {
    for (let i = 0; i < 40; i++) {
      const vms = i === 30 ? 0 : 5;
      await world.hubs[i % 3]!.connect(`p-${i}`, { beat: { ...SMALL_BEAT, vms } });
    }
    const counted: string[] = [];
    const { vms } = world.store;
    world.store.vms = (of) => {
      if (of?.providerId) counted.push(of.providerId);
      return vms.call(world.store, of);
    };
    await world.settled(create(a));
    expect(counted).toHaveLength(8);
    expect(counted).toContain('p-30');
  });

  test('all providers are counted if the first have no room', async () => {
    for (let i = 0; i < 20; i++) {
      const memoryTotal = i === 13 ? 8 * GIB : GIB;
      const vms = i === 13 ? 9 : 0;
      await b.connect(`p-${i}`, { beat: { ...SMALL_BEAT, memoryTotal, vms } });
    }
    expect(await world.settled(create(a, 'large'))).toMatchObject({ providerId: 'p-13' });
  });
});

test('a VM that asks for a region waits for a provider at a hub there', async () => {
  const world = await testHubs(2, (hub) => ['eu', 'us'][hub]!);
  const [eu, us] = world.hubs as [TestDomain, TestDomain];
  await eu.connect('p-eu');
  const { vmId } = await world.settled(eu.vms.create(ALICE, { size: 'small', region: 'us' }));
  expect(await eu.look(vmId)).toEqual({
    state: 'queued',
    reason: 'No provider in region us is online. It starts as soon as one is.',
  });
  await us.connect('p-us');
  await world.clock.advance(0);
  expect(await world.store.vm(vmId)).toMatchObject({ phase: 'assigned', providerId: 'p-us' });
  await world.store.close();
});
