import { beforeEach, describe, expect, test } from 'vitest';
import type { TestDomain } from '../testing/domain.ts';
import { HELLO } from '../testing/hello.ts';
import { providerRow } from '../testing/rows.ts';
import { type TwoDomains, twoDomains } from '../testing/two-domains.ts';

describe('presence', () => {
  let world: TwoDomains['world'];
  let a: TestDomain;
  let b: TestDomain;
  let told: TwoDomains['told'];
  let states: TwoDomains['states'];
  let forget: TwoDomains['forget'];

  beforeEach(async () => {
    ({ world, a, b, told, states, forget } = await twoDomains());
  });

  test('a provider that joined but never connected is pending', async () => {
    await world.store.addProvider(providerRow({ providerId: 'p-new' }));
    expect(await states('p-new')).toEqual(['pending', 'pending']);
  });

  test('a provider that is silent for 10 s is suspect at all hubs, which each learn it once, until it is heard again', async () => {
    await a.connect('p-1');
    forget();
    await world.clock.advance(9_999);
    expect(await states()).toEqual(['online', 'online']);
    await world.clock.advance(1);
    expect(await states()).toEqual(['suspect', 'suspect']);
    await world.clock.advance(1_000);
    expect(told).toEqual([['p-1'], ['p-1']]);
    a.presence.heard('p-1');
    await world.clock.advance(0);
    expect(await states()).toEqual(['online', 'online']);
    expect(told).toEqual([
      ['p-1', 'p-1'],
      ['p-1', 'p-1'],
    ]);
  });

  test('a message that comes while silence is being published ends the silence, too', async () => {
    await a.connect('p-1');
    forget();
    await world.clock.advance(5_000);
    const slow = Promise.withResolvers<void>();
    a.line.slow = slow.promise;
    await world.clock.advance(6_000);
    a.presence.heard('p-1');
    await world.clock.advance(0);
    expect(told).toEqual([[], []]);
    a.line.slow = undefined;
    slow.resolve();
    await world.clock.advance(0);
    expect(told).toEqual([['p-1'], ['p-1']]);
    expect(await states()).toEqual(['online', 'online']);
    await world.clock.advance(9_000);
    expect(await states()).toEqual(['online', 'online']);
  });

  test('a record in the format of another version does not make a provider suspect', async () => {
    await a.connect('p-1');
    await a.line.plane.presence.heard('p-1', '{"new":"format"}', 0);
    await world.clock.advance(20_000 - 15_000);
    expect(await states('p-1', [b])).toEqual(['online']);
  });

  test('beats keep a provider online at all hubs without publishing events', async () => {
    await a.connect('p-1');
    forget();
    for (let beat = 0; beat < 10; beat++) {
      await world.clock.advance(5_000);
      a.presence.heard('p-1');
      a.presence.beat('p-1', { ...HELLO.beat, cpu: beat / 10 });
    }
    await world.clock.advance(5_000);
    expect(told).toEqual([[], []]);
    expect((await b.presence.hello('p-1'))?.beat.cpu).toBe(0.9);
  });

  test('a closed socket alone changes nothing: silence counts from the last message', async () => {
    await a.connect('p-1');
    await world.clock.advance(4_000);
    a.presence.heard('p-1');
    await world.clock.advance(5_000);
    a.presence.disconnected('p-1');
    await world.clock.advance(0);
    expect(await states()).toEqual(['online', 'online']);
    expect((await b.presence.some(10)).size).toBe(0);
    await world.clock.advance(4_999);
    expect(await states()).toEqual(['online', 'online']);
    await world.clock.advance(1);
    expect(await states()).toEqual(['suspect', 'suspect']);
  });

  test('a provider that is back at any hub within 10 s was never shown as gone', async () => {
    await a.connect('p-1');
    await world.clock.advance(1_000);
    a.presence.disconnected('p-1');
    await world.clock.advance(8_000);
    await b.connect('p-1');
    await world.clock.advance(9_000);
    expect(await states()).toEqual(['online', 'online']);
    expect((await a.presence.some(10)).size).toBe(1);
  });

  test('an old socket that closes late does not affect the new one at another hub', async () => {
    await a.connect('p-1');
    await world.clock.advance(3_000);
    await b.connect('p-1');
    await world.clock.advance(2_000);
    a.presence.disconnected('p-1');
    await world.clock.advance(0);
    expect((await a.presence.some(10)).size).toBe(1);
    await world.clock.advance(4_000);
    b.presence.heard('p-1');
    await world.clock.advance(9_000);
    expect(await states()).toEqual(['online', 'online']);
    expect((await a.presence.some(10)).size).toBe(1);
  });

  test('after a hub died, another publishes that its providers are silent 10 s after they were last heard', async () => {
    await a.connect('p-1');
    for (let i = 0; i < 10; i++) {
      await world.clock.advance(4_000);
      a.presence.heard('p-1');
    }
    await world.clock.advance(900);
    // Hub A hears the provider, but dies before it announces this to the other hubs.
    a.presence.heard('p-1');
    a.kill();
    forget();
    await world.clock.advance(9_900);
    expect(await states('p-1', [b])).toEqual(['online']);
    await world.clock.advance(1_200);
    expect(await states('p-1', [b])).toEqual(['suspect']);
    expect(told[1]).toEqual(['p-1']);
  });

  test('after a hub died that had taken a deadline, another publishes the silence', async () => {
    await a.connect('p-1');
    await world.clock.advance(9_500);
    forget();
    const { due } = b.line.plane.deadlines;
    await world.clock.advance(400);
    a.kill();
    // A hub takes the expired deadline but does not handle it.
    await world.clock.advance(100);
    await due('silent', 10, 5_000);
    await world.clock.advance(6_000);
    expect(told[1]).toEqual(['p-1']);
  });

  test('all hubs know when a provider was last heard, and store it when it falls silent', async () => {
    await a.connect('p-1');
    await world.clock.advance(4_000);
    a.presence.heard('p-1');
    const heardAt = a.now();
    await world.clock.advance(11_000);
    expect(await b.store.provider('p-1')).toMatchObject({ seenAt: heardAt });
    await world.clock.advance(120_000);
    const [view] = await b.providers.views(await b.providers.list());
    expect(view).toMatchObject({ state: 'suspect', seenAt: heardAt });
  });

  test('a provider that comes back unchanged is not written again', async () => {
    await a.connect('p-1');
    let writes = 0;
    const { updateProvider } = world.store;
    world.store.updateProvider = (...args) => {
      writes += 1;
      return updateProvider.apply(world.store, args);
    };
    await b.connect('p-1');
    expect(writes).toBe(0);
    await b.connect('p-1', { version: '9.9.9' });
    expect(writes).toBe(1);
  });

  test('messages and beats of 100 providers cost the store nothing, and the backplane little', async () => {
    const asked: string[] = [];
    const ids = Array.from({ length: 100 }, (_, i) => `p-${i}`);
    for (const [i, id] of ids.entries()) await (i % 2 ? a : b).connect(id);
    await world.clock.advance(10_000 - 1);
    for (const [i, id] of ids.entries()) (i % 2 ? a : b).presence.heard(id);
    await world.clock.advance(1_000);
    for (const hub of [a, b]) hub.line.calls.clear();
    for (const method of ['provider', 'providers', 'vm', 'vms', 'updateProvider', 'replaceVm'] as const) {
      const real = world.store[method].bind(world.store) as (...args: never[]) => never;
      world.store[method] = ((...args: never[]) => {
        asked.push(method);
        return real(...args);
      }) as never;
    }
    for (let second = 0; second < 60; second++) {
      for (const [i, id] of ids.entries()) {
        const { presence } = i % 2 ? a : b;
        presence.heard(id);
        if (second % 5 === 0) presence.beat(id, { ...HELLO.beat, cpu: second / 60 });
      }
      await world.clock.advance(1_000);
    }
    const calls = [a, b].flatMap(({ line }) => [...line.calls]);
    const total = calls.reduce((sum, [, count]) => sum + count, 0);
    // The periodic work reads the queued VMs every 5 s, so these reads are not counted.
    expect(asked.filter((method) => method !== 'vms')).toEqual([]);
    expect(asked.length).toBeLessThanOrEqual(24 + 3);
    // Each provider causes one write every 5 s, and one read when a deadline is due. That makes 0.3 calls per
    // second and provider.
    expect(total).toBeLessThan(60 * (100 * 0.31 + 8));
  });
});
