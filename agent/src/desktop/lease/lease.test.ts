/** Tests of who may control a desktop's browser. */
import { SimClock } from '@unicore/protocol/sim';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Control, FREE_AFTER_MS, type Holder, Lease, MOST_RUNNING_MS } from './lease.ts';

const ANNA: Holder = { kind: 'viewer', id: '1', name: 'Anna' };
const SCRIPT: Holder = { kind: 'program', id: '1', name: 'shop test' };
const OTHER: Holder = { kind: 'program', id: '2', name: 'other' };

function setUp() {
  const clock = new SimClock();
  const lease = new Lease({ clock, now: () => 1_000_000 + clock.now() });
  const heard: (string | null)[] = [];
  lease.subscribe(({ holder }) => heard.push(holder?.name ?? null));
  return { clock, lease, heard };
}

test('the first input takes free controls, and the other side is refused', () => {
  const { lease, heard } = setUp();
  expect(lease.allow(ANNA)).toBe(true);
  expect(lease.allow(SCRIPT)).toBe(false);
  expect(lease.allow(ANNA)).toBe(true);
  expect(lease.control).toEqual({ holder: ANNA, since: 1_000_000 });
  expect(heard).toEqual(['Anna']);
});

test('a viewer and a program with the same id are two holders', () => {
  const { lease } = setUp();
  lease.allow(SCRIPT);
  expect(lease.heldByOther(ANNA)).toBe(true);
  expect(lease.heldByOther(SCRIPT)).toBe(false);
});

test('controls are free 5 s after the last input, and a refused input does not count', async () => {
  const { clock, lease, heard } = setUp();
  lease.allow(ANNA);
  await clock.advance(4_000);
  lease.allow(ANNA);
  await clock.advance(4_000);
  expect(lease.allow(SCRIPT)).toBe(false);
  await clock.advance(999);
  expect(lease.control.holder).toEqual(ANNA);
  await clock.advance(1);
  expect(lease.control).toEqual({ holder: null, since: 1_009_000 });
  expect(lease.allow(SCRIPT)).toBe(true);
  expect(heard).toEqual(['Anna', null, 'shop test']);
});

test('an input that is being carried out keeps the controls, and 5 s begin at its end', async () => {
  const { clock, lease } = setUp();
  const navigated = lease.begin(SCRIPT);
  await clock.advance(29_000);
  expect(lease.control.holder).toEqual(SCRIPT);
  navigated?.();
  await clock.advance(4_999);
  expect(lease.control.holder).toEqual(SCRIPT);
  await clock.advance(1);
  expect(lease.control.holder).toBeNull();
});

test('an input that never ends keeps the controls for 30 s, and its late end changes nothing', async () => {
  const { clock, lease, heard } = setUp();
  const hung = lease.begin(SCRIPT);
  await clock.advance(29_999);
  expect(lease.allow(OTHER)).toBe(false);
  await clock.advance(1);
  expect(lease.control.holder).toBeNull();
  expect(lease.allow(OTHER)).toBe(true);
  hung?.();
  await clock.advance(5_000);
  expect(heard).toEqual(['shop test', null, 'other', null]);
});

test('an input that hangs does not make later ones count for longer', async () => {
  const { clock, lease } = setUp();
  lease.begin(SCRIPT);
  await clock.advance(28_000);
  lease.allow(SCRIPT);
  await clock.advance(4_999);
  expect(lease.control.holder).toEqual(SCRIPT);
  await clock.advance(1);
  expect(lease.control.holder).toBeNull();
});

test('a take over holds at once, and the end of an older input does not renew it', async () => {
  const { clock, lease, heard } = setUp();
  const navigated = lease.begin(SCRIPT);
  lease.take(ANNA);
  expect(lease.allow(SCRIPT)).toBe(false);
  await clock.advance(4_000);
  navigated?.();
  await clock.advance(1_000);
  expect(lease.control.holder).toBeNull();
  expect(heard).toEqual(['shop test', 'Anna', null]);
});

test('the controls are free at once when their holder leaves, and only then', () => {
  const { clock, lease, heard } = setUp();
  lease.allow(ANNA);
  lease.leave(SCRIPT);
  expect(lease.control.holder).toEqual(ANNA);
  lease.leave(ANNA);
  lease.leave(ANNA);
  expect(heard).toEqual(['Anna', null]);
  expect(clock.pending).toBe(0);
});

test('the end of an input from before its holder left does not renew the controls of later', async () => {
  const { clock, lease } = setUp();
  const old = lease.begin(SCRIPT);
  lease.leave(SCRIPT);
  lease.allow(SCRIPT);
  await clock.advance(3_000);
  old?.();
  await clock.advance(2_000);
  expect(lease.control.holder).toBeNull();
});

test('a listener hears nothing after it has ended its subscription', () => {
  const { lease } = setUp();
  const heard: Control[] = [];
  const end = lease.subscribe((control) => heard.push(control));
  end();
  lease.take(ANNA);
  expect(heard).toEqual([]);
});

test('all listeners hear changes in order, even if one of them changes the lease', () => {
  const { lease } = setUp();
  const heard: (string | null)[] = [];
  lease.subscribe(({ holder }) => holder && lease.leave(holder));
  lease.subscribe(({ holder }) => heard.push(holder?.name ?? null));
  lease.allow(SCRIPT);
  expect(heard).toEqual(['shop test', null]);
});

const step = fc.oneof(
  fc.record({
    do: fc.constantFrom('allow', 'begin', 'take', 'leave'),
    who: fc.constantFrom(ANNA, SCRIPT, OTHER),
  }),
  fc.record({ do: fc.constant('end'), which: fc.nat(20) }),
  fc.record({ do: fc.constant('wait'), ms: fc.integer({ min: 1, max: 7_000 }) }),
);

test('after any steps, listeners heard each change once and no idle holder stays', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.boolean(), async (steps, hangs) => {
      const { clock, lease } = setUp();
      let last: Control = lease.control;
      lease.subscribe((control) => {
        const [before, after] = [last.holder, control.holder];
        expect(before === null ? after : `${before.kind}${before.id}`).not.toEqual(
          after === null ? before : `${after.kind}${after.id}`,
        );
        last = control;
      });
      const ends: (() => void)[] = [];
      for (const taken of steps) {
        if ('ms' in taken) await clock.advance(taken.ms);
        else if ('which' in taken) ends[taken.which]?.();
        else if (taken.do === 'take') lease.take(taken.who);
        else if (taken.do === 'leave') lease.leave(taken.who);
        else {
          const held = lease.heldByOther(taken.who);
          const end = taken.do === 'begin' ? lease.begin(taken.who) : undefined;
          if (end) ends.push(end);
          expect(taken.do === 'begin' ? end !== undefined : lease.allow(taken.who)).toBe(!held);
        }
        expect(lease.control).toBe(last);
      }
      if (!hangs) for (const end of ends) end();
      await clock.advance(hangs ? MOST_RUNNING_MS : FREE_AFTER_MS);
      expect(lease.control.holder).toBeNull();
      expect(clock.pending).toBe(0);
    }),
  );
});
