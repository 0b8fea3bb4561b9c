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

  test('a provider that joined but never came is pending', async () => {
    await world.store.addProvider(providerRow({ providerId: 'p-new' }));
    expect(await states('p-new')).toEqual(['pending', 'pending']);
  });

  test('silent for 10 s is suspect at all hubs, told once to each, and any word ends that', async () => {
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

  test('a word while all are being told that it is quiet ends that, too', async () => {
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

  test('what a hub of another version says is no reason to suspect', async () => {
    await a.connect('p-1');
    await a.line.plane.presence.heard('p-1', '{"new":"format"}', 0);
    await world.clock.advance(20_000 - 15_000);
    expect(await states('p-1', [b])).toEqual(['online']);
  });

  test('beats keep it online at all hubs, and tell nobody who does not ask', async () => {
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

  test('a closed socket alone changes nothing: the clock began at the last word', async () => {
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

  test('back within 10 s, at whichever hub, nobody saw it gone', async () => {
    await a.connect('p-1');
    await world.clock.advance(1_000);
    a.presence.disconnected('p-1');
    await world.clock.advance(8_000);
    await b.connect('p-1');
    await world.clock.advance(9_000);
    expect(await states()).toEqual(['online', 'online']);
    expect((await a.presence.some(10)).size).toBe(1);
  });

  test('an old socket that closes late takes nothing from the new one at another hub', async () => {
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

  test('a hub dies: its providers have 10 s from when they were last heard, then another hub tells', async () => {
    await a.connect('p-1');
    for (let i = 0; i < 10; i++) {
      await world.clock.advance(4_000);
      a.presence.heard('p-1');
    }
    await world.clock.advance(900);
    // Heard, but not said to the others yet.
    a.presence.heard('p-1');
    a.kill();
    forget();
    await world.clock.advance(9_900);
    expect(await states('p-1', [b])).toEqual(['online']);
    await world.clock.advance(1_200);
    expect(await states('p-1', [b])).toEqual(['suspect']);
    expect(told[1]).toEqual(['p-1']);
  });

  test('a hub that dies with a deadline in its hands: another one tells', async () => {
    await a.connect('p-1');
    await world.clock.advance(9_500);
    forget();
    const { due } = b.line.plane.deadlines;
    await world.clock.advance(400);
    a.kill();
    // Taken by a hub that then said nothing.
    await world.clock.advance(100);
    await due('silent', 10, 5_000);
    await world.clock.advance(6_000);
    expect(told[1]).toEqual(['p-1']);
  });

  test('how long ago it was heard is known to all, and kept when it falls silent', async () => {
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

  test('a provider that comes back as it was is not written anew', async () => {
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

  test('beats and words of 100 providers cost the store nothing, and the backplane little', async () => {
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
    // What VMs wait is looked for every 5 s, by one hub.
    expect(asked.filter((method) => method !== 'vms')).toEqual([]);
    expect(asked.length).toBeLessThanOrEqual(24 + 3);
    // Said every 5 s, looked at when a deadline has come: 0.3 calls a second for each provider.
    expect(total).toBeLessThan(60 * (100 * 0.31 + 8));
  });
});
