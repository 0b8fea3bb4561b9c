/** Contract suite of the backplane: every implementation runs these tests. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Backplane, type BackplaneHandler, HUB_NAME, type HubCard } from './backplane.ts';
import type { BackplaneWorld } from './testing/backplane-world.ts';

/** Lifetime of values whose expiry a test waits for, ms. */
const SHORT_MS = 150;

/** The messages and broadcasts that one hub has received. */
interface Heard {
  mail: string[];
  news: string[];
}

export function backplaneSuite(open: () => Promise<BackplaneWorld>): void {
  describe('the backplane contract', () => {
    let world: BackplaneWorld;
    let a: Backplane;
    let b: Backplane;
    let heard: Map<Backplane, Heard>;

    beforeEach(async () => {
      world = await open();
      heard = new Map();
      a = await started();
      b = await started();
    });
    afterEach(() => world.close());

    async function started(): Promise<Backplane> {
      const plane = await world.join();
      const mine: Heard = { mail: [], news: [] };
      heard.set(plane, mine);
      const handler: BackplaneHandler = {
        mail: (message) => mine.mail.push(message.toString()),
        news: (text) => mine.news.push(text),
        interrupted: () => {},
      };
      await plane.start(handler);
      return plane;
    }

    test('each hub has a name of its own', () => {
      expect([a.hub, b.hub].every((name) => HUB_NAME.test(name))).toBe(true);
      expect(a.hub).not.toBe(b.hub);
    });

    test('all hubs find a route until it is released', async () => {
      expect(await b.routes.find('p-1')).toBeUndefined();
      const route = { hub: a.hub, connSeq: 1 };
      expect(await a.routes.claim('p-1', 1)).toEqual({ now: route, before: undefined });
      expect(await b.routes.find('p-1')).toEqual(route);
      await a.routes.release('p-1', 1);
      expect(await b.routes.find('p-1')).toBeUndefined();
    });

    test('a newer connection takes a route over, and the older hub can neither claim nor release it', async () => {
      await a.routes.claim('p-1', 1);
      const newer = { hub: b.hub, connSeq: 2 };
      expect(await b.routes.claim('p-1', 2)).toEqual({ now: newer, before: { hub: a.hub, connSeq: 1 } });
      expect(await a.routes.claim('p-1', 1)).toEqual({ now: newer, before: newer });
      await a.routes.release('p-1', 1);
      expect(await a.routes.find('p-1')).toEqual(newer);
    });

    test('the connection number decides as a number, up to 2^53 - 1', async () => {
      await a.routes.claim('p-1', 9);
      expect((await b.routes.claim('p-1', 10)).now.hub).toBe(b.hub);
      await a.routes.claim('p-1', Number.MAX_SAFE_INTEGER - 1);
      expect((await b.routes.claim('p-1', Number.MAX_SAFE_INTEGER)).now.hub).toBe(b.hub);
      expect((await a.routes.claim('p-1', Number.MAX_SAFE_INTEGER - 1)).now.hub).toBe(b.hub);
    });

    test('a hub that claims its route again keeps it; another hub with the same number does not get it', async () => {
      await a.routes.claim('p-1', 5);
      expect((await a.routes.claim('p-1', 5)).now).toEqual({ hub: a.hub, connSeq: 5 });
      expect((await b.routes.claim('p-1', 5)).now).toEqual({ hub: a.hub, connSeq: 5 });
    });

    test('if hubs claim a provider at once, the newest connection gets it', async () => {
      const seqs = Array.from({ length: 50 }, (_, i) => ((i * 37) % 50) + 1);
      await Promise.all(seqs.map((seq, i) => (i % 2 === 0 ? a : b).routes.claim('p-1', seq)));
      expect((await a.routes.find('p-1'))?.connSeq).toBe(50);
    });

    test('send and post deliver messages to their hub only, whole and in order', async () => {
      const sent = Array.from({ length: 100 }, (_, i) => `mail ${i}`);
      await Promise.all(sent.map((text, i) => a[i % 3 === 0 ? 'send' : 'post'](b.hub, Buffer.from(text))));
      await expect.poll(() => heard.get(b)!.mail).toEqual(sent);
      expect(heard.get(a)!.mail).toEqual([]);
    });

    test('a message may hold any bytes', async () => {
      const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
      const got = new Promise<Buffer>((resolve) => {
        void world.join().then(async (c) => {
          await c.start({ mail: resolve, news: () => {}, interrupted: () => {} });
          await a.send(c.hub, bytes);
        });
      });
      expect(Buffer.compare(await got, bytes)).toBe(0);
    });

    test.each(['send', 'post'] as const)('%s delivers messages of every size whole', async (way) => {
      const sizes = [1, 4_095, 4_096, 65_536, 5, 300_000, 70_000, 2];
      const sent = sizes.map((size, i) => String.fromCharCode(97 + i).repeat(size));
      await Promise.all(sent.map((text) => a[way](b.hub, Buffer.from(text))));
      await expect.poll(() => heard.get(b)!.mail.map(({ length }) => length)).toEqual(sizes);
      expect(heard.get(b)!.mail).toEqual(sent);
    });

    test.each([
      ['send', 6],
      ['send', 60_000],
      ['post', 6],
      ['post', 60_000],
    ] as const)('once %s of %i bytes resolves, the buffer may be overwritten', async (way, size) => {
      const bytes = Buffer.alloc(size, 'b');
      await a[way](b.hub, bytes);
      bytes.fill('a');
      await expect.poll(() => heard.get(b)!.mail).toEqual(['b'.repeat(size)]);
    });

    test('a broadcast reaches all other hubs', async () => {
      const c = await started();
      await a.tell('{"a":1}');
      await expect.poll(() => [heard.get(b)!.news, heard.get(c)!.news]).toEqual([['{"a":1}'], ['{"a":1}']]);
      expect(heard.get(a)!.news).toEqual([]);
    });

    test('a closed hub receives nothing', async () => {
      await b.close();
      await a.send(b.hub, Buffer.from('late'));
      await a.tell('"late"');
      expect(heard.get(b)).toEqual({ mail: [], news: [] });
    });

    test('only one hub can take a value', async () => {
      await a.values.put('ticket:1', 'x', 10_000);
      expect(await b.values.get('ticket:1')).toBe('x');
      const taken = await Promise.all(
        Array.from({ length: 20 }, (_, i) => (i % 2 ? a : b).values.take('ticket:1')),
      );
      expect(taken.filter((value) => value !== undefined)).toEqual(['x']);
      expect(await a.values.get('ticket:1')).toBeUndefined();
    });

    test('a value expires, is replaced, and can be dropped', async () => {
      await a.values.put('k', 'short', SHORT_MS);
      await expect.poll(() => b.values.get('k')).toBeUndefined();
      await a.values.put('k', 'one', 10_000);
      await b.values.put('k', 'two', 10_000);
      expect(await a.values.get('k')).toBe('two');
      await a.values.drop('k');
      expect(await b.values.get('k')).toBeUndefined();
    });

    test('a provider heard by one hub is known to all, with the time since', async () => {
      await a.presence.heard('p-1', '{"cpu":1}', 3_000);
      await a.presence.heard('p-2', '{}', 0);
      const known = await b.presence.look(['p-1', 'p-2', 'p-3']);
      expect([...known.keys()].sort()).toEqual(['p-1', 'p-2']);
      expect(known.get('p-1')!.about).toBe('{"cpu":1}');
      expect(known.get('p-1')!.silentMs).toBeGreaterThanOrEqual(3_000);
      expect(known.get('p-1')!.silentMs).toBeLessThan(20_000);
      expect((await a.presence.look([])).size).toBe(0);
    });

    test('an older report does not replace a newer one', async () => {
      await a.presence.heard('p-1', '"new"', 1_000);
      await b.presence.heard('p-1', '"old"', 9_000);
      const known = (await a.presence.look(['p-1'])).get('p-1');
      expect(known?.about).toBe('"new"');
      expect(known?.silentMs).toBeLessThan(9_000);
    });

    test('some() returns distinct providers that were heard recently', async () => {
      for (let i = 0; i < 20; i++) await a.presence.heard(`p-${i}`, '{}', i < 10 ? 0 : 30_000);
      const some = await b.presence.some(5, 20_000);
      expect(new Set(some).size).toBe(5);
      expect((await b.presence.some(50, 20_000)).sort()).toEqual(
        Array.from({ length: 10 }, (_, i) => `p-${i}`).sort(),
      );
    });

    test('a deadline that has come is handed to one hub', async () => {
      await a.deadlines.set('silent', 'p-late', 60_000);
      await a.deadlines.set('silent', 'p-1', 0);
      await a.deadlines.set('other', 'p-2', 0);
      const taken = await Promise.all(
        Array.from({ length: 10 }, (_, i) => (i % 2 ? a : b).deadlines.due('silent', 10, 60_000)),
      );
      expect(taken.flat()).toEqual(['p-1']);
    });

    test('deadlines come earliest first, up to the limit, and again until they are dropped', async () => {
      for (const [i, id] of ['p-3', 'p-2', 'p-1'].entries()) await a.deadlines.set('s', id, -i * 1_000);
      expect(await b.deadlines.due('s', 2, 0)).toEqual(['p-1', 'p-2']);
      await b.deadlines.drop('s', 'p-1');
      await b.deadlines.set('s', 'p-2', 60_000);
      expect(await a.deadlines.due('s', 10, 60_000)).toEqual(['p-3']);
    });

    test('a lease has one holder, which may renew it until it lets go', async () => {
      const held = await Promise.all([a, b, a, b].map((plane) => plane.leases.hold('placer', 10_000)));
      expect(held.filter(Boolean)).toHaveLength(2);
      const [holder, other] = held[0] ? [a, b] : [b, a];
      expect(await holder.leases.hold('placer', 10_000)).toBe(true);
      await other.leases.letGo('placer');
      expect(await other.leases.hold('placer', 10_000)).toBe(false);
      await holder.leases.letGo('placer');
      expect(await other.leases.hold('placer', 10_000)).toBe(true);
    });

    test('a lease expires', async () => {
      expect(await a.leases.hold('placer', SHORT_MS)).toBe(true);
      await expect.poll(() => b.leases.hold('placer', 10_000)).toBe(true);
    });

    test('hubs see one another until they leave', async () => {
      const card = (plane: Backplane, region: string): HubCard => ({
        hub: plane.hub,
        peerUrl: null,
        publicUrl: null,
        region,
      });
      await a.hubs.announce(card(a, 'eu'));
      await b.hubs.announce({ ...card(b, 'us'), peerUrl: 'ws://127.0.0.1:1' });
      const all = async () => (await a.hubs.all()).sort((x, y) => (x.region! < y.region! ? -1 : 1));
      expect(await all()).toEqual([card(a, 'eu'), { ...card(b, 'us'), peerUrl: 'ws://127.0.0.1:1' }]);
      await b.hubs.leave();
      expect(await all()).toEqual([card(a, 'eu')]);
    });

    test('a rate limit counts over all hubs', async () => {
      const limits = [a, b].map((plane) => plane.limiter('tries', 3, 60));
      const tries = await Promise.allSettled(
        Array.from({ length: 6 }, (_, i) => limits[i % 2]!.consume('10.0.0.1')),
      );
      expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
      await limits[0]!.consume('10.0.0.2');
    });

    test('all hubs see the same age', async () => {
      const c = await started();
      const ages = await Promise.all([a.age(), c.age()]);
      expect(Math.abs(ages[0]! - ages[1]!)).toBeLessThan(1_000);
      expect(Math.min(...ages)).toBeGreaterThanOrEqual(0);
    });
  });
}
