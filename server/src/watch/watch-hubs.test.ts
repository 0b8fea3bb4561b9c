import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ALICE, type TestDomain, testHubs } from '../testing/domain.ts';
import { SMALL_BEAT } from '../testing/hello.ts';
import { Watch } from './watch.ts';

describe('live lists at several hubs', () => {
  let world: Awaited<ReturnType<typeof testHubs>>;
  let a: TestDomain;
  let b: TestDomain;

  beforeEach(async () => {
    world = await testHubs(2);
    [a, b] = world.hubs as [TestDomain, TestDomain];
    await world.clock.advance(20_000);
  });
  afterEach(() => world.store.close());

  const create = (hub: TestDomain, size: 'small' | 'large' = 'small') => hub.vms.create(ALICE, { size });
  const watcher = (hub: TestDomain) => new Watch(hub);
  const caller = async (hub: TestDomain) => ({ user: (await hub.store.user(ALICE))!, sessionId: 's-1' });

  /** Collects what a list yields. */
  async function follow<T>(list: AsyncGenerator<T>) {
    const events: T[] = [];
    void (async () => {
      for await (const event of list) events.push(event);
    })().catch(() => {});
    await world.clock.advance(0);
    return events;
  }

  test('a change at one hub is shown at another', async () => {
    const stop = new AbortController();
    const events = await follow(watcher(b).vms(await caller(b), stop.signal));
    const { vmId } = await create(a);
    await world.clock.advance(0);
    expect(events[0]).toEqual({ type: 'all', vms: [] });
    expect(events.at(-1)).toMatchObject({ type: 'changed', vm: { vmId, state: 'queued' } });
    stop.abort();
  });

  test('after an interruption all entries are sent again', async () => {
    const stop = new AbortController();
    const [vms, providers] = [
      await follow(watcher(b).vms(await caller(b), stop.signal)),
      await follow(watcher(b).providers(await caller(b), stop.signal)),
    ];
    b.line.deaf = true;
    const { vmId } = await create(a);
    await a.connect('p-1');
    expect([vms, providers].map(({ length }) => length)).toEqual([1, 1]);
    b.line.deaf = false;
    b.line.interrupted();
    await world.clock.advance(0);
    expect(vms[1]).toMatchObject({ type: 'all', vms: [{ vmId }] });
    expect(providers[1]).toMatchObject({ type: 'all', providers: [{ providerId: 'p-1' }] });
    stop.abort();
  });

  test('a change that arrives after a list which contains it is skipped', async () => {
    const { vmId } = await create(a);
    const old = (await world.store.vm(vmId))!;
    b.line.deaf = true;
    await a.vms.rename(ALICE, vmId, 'new');
    b.line.deaf = false;
    const late = await world.join();
    const stop = new AbortController();
    const events = await follow(watcher(late).vms(await caller(late), stop.signal));
    late.news(JSON.stringify({ event: 'vm', what: old }));
    await world.clock.advance(0);
    expect(events).toMatchObject([{ type: 'all', vms: [{ name: 'new' }] }]);
    stop.abort();
  });

  test('the end of a session at one hub ends its lists at another', async () => {
    const events = b.events.listenerCount('vm');
    const list = watcher(b).vms(await caller(b), undefined);
    const ended = (async () => {
      for await (const _ of list);
    })().then(
      () => undefined,
      (error: unknown) => error,
    );
    await world.clock.advance(0);
    expect(b.events.listenerCount('vm')).toBe(events + 1);
    a.events.tell('sessionEnded', 's-1');
    expect(await ended).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(b.events.listenerCount('vm')).toBe(events);
  });

  test('the load of providers at other hubs is shown every 5 s, and read only while a page watches', async () => {
    await a.connect('p-1');
    const stop = new AbortController();
    const events = await follow(watcher(b).providers(await caller(b), stop.signal));
    await world.clock.advance(5_000);
    const { length } = events;
    a.presence.heard('p-1');
    a.presence.beat('p-1', { ...SMALL_BEAT, cpu: 0.875 });
    await world.clock.advance(6_000);
    a.presence.heard('p-1');
    await world.clock.advance(5_000);
    expect(events.length).toBe(length + 1);
    expect(events.at(-1)).toMatchObject({ type: 'changed', provider: { cpu: 0.875 } });
    stop.abort();
    await world.clock.advance(0);
    b.line.calls.clear();
    await world.clock.advance(60_000);
    expect(b.line.calls.get('presence.some') ?? 0).toBe(0);
  });
});
