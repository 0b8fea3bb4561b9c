import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ALICE, type TestDomain, testHubs } from '../testing/domain.ts';
import { vmRow } from '../testing/rows.ts';

describe('events of several hubs', () => {
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
  const told = (hub: TestDomain) => {
    const rows: string[] = [];
    hub.events.on('vm', ({ name, rev }, here) => rows.push(`${name} ${rev} ${here ? 'here' : 'there'}`));
    return rows;
  };

  test('what changes at one hub is told at all, whole', async () => {
    const [atA, atB] = [told(a), told(b)];
    const { vmId } = await create(a);
    await a.vms.rename(ALICE, vmId, 'box');
    await world.clock.advance(0);
    expect(atA.at(-1)).toBe('box 3 here');
    expect(atB.at(-1)).toBe('box 3 there');
  });

  test('a late older one does not follow a newer one', async () => {
    const rows = told(b);
    const tell = (rev: number) =>
      b.news(JSON.stringify({ event: 'vm', what: vmRow({ name: `r${rev}`, rev }) }));
    for (const rev of [1, 3, 2, 3]) tell(rev);
    expect(rows).toEqual(['r1 1 there', 'r3 3 there', 'r3 3 there']);
  });

  test.each(['no JSON', '{"event":"vm","what":{"vmId":"../x"}}', '{"event":"new"}', '[]', 'null'])(
    'news that say %j harm nobody',
    (text) => {
      const rows = told(b);
      b.news(text);
      expect(rows).toEqual([]);
    },
  );

  test('what could not be told is told when it can be, the newest of each VM', async () => {
    const rows = told(b);
    world.board.down = true;
    const { vmId } = await world.settled(create(a));
    await world.settled(a.vms.rename(ALICE, vmId, 'one'));
    await world.settled(a.vms.rename(ALICE, vmId, 'two'));
    await world.clock.advance(0);
    expect(rows).toEqual([]);
    world.board.down = false;
    world.board.interrupted();
    await world.clock.advance(0);
    expect(rows).toEqual(['two 4 there']);
  });

  test('a hub that dies between a write and telling it: an agent that comes to another one makes up for it', async () => {
    await a.connect('p-1');
    const { vmId } = await create(a);
    const rows = told(c);
    a.line.deaf = true;
    await a.report('p-1', vmId, 'running');
    a.kill();
    await world.clock.advance(0);
    expect(rows).toEqual([]);
    await b.connect('p-1');
    const vms = [{ vmId, gen: 1, phase: 'running' as const, code: null, reason: null }];
    await b.reports.take('p-1', { whole: true, vms });
    await world.clock.advance(0);
    expect(rows).toHaveLength(1);
    expect((await c.look(vmId)).state).toBe('running');
  });

  test('an order that nobody was told is told again within a minute and a half, and not for ever', async () => {
    await a.connect('p-1');
    const { vmId } = await create(a);
    await a.report('p-1', vmId, 'running');
    a.line.deaf = true;
    await a.vms.stop(ALICE, vmId);
    a.kill();
    await b.connect('p-1');
    let orders = 0;
    b.events.on('vm', (vm) => {
      if (vm.vmId === vmId && vm.desired === 'stopped') orders += 1;
    });
    const talk = async (ms: number) => {
      for (let passed = 0; passed < ms; passed += 5_000) {
        b.presence.heard('p-1');
        await world.clock.advance(5_000);
      }
    };
    await talk(90_000);
    expect(orders).toBeGreaterThanOrEqual(1);
    await talk(15 * 60_000);
    const before = orders;
    await talk(5 * 60_000);
    expect(orders).toBe(before);
  });
});
