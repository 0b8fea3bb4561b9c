import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ALICE, type TestDomain, testHubs } from '../testing/domain.ts';

describe('sessions at several hubs', () => {
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

  const signIn = async () => {
    const { secret } = await a.auth.loginKey(ALICE);
    return (await a.auth.login(secret)).session.secret;
  };
  /** Counts how often the store is read for a secret. */
  const counted = () => {
    const { secret } = world.store;
    const count = { reads: 0 };
    world.store.secret = (...args) => {
      count.reads += 1;
      return secret.apply(world.store, args);
    };
    return count;
  };

  test('all hubs together read a session from the store once a minute', async () => {
    const secret = await signIn();
    const count = counted();
    for (let i = 0; i < 30; i++)
      expect((await world.hubs[i % 3]!.sessions.caller('session', secret))?.user.userId).toBe(ALICE);
    expect(count.reads).toBe(1);
    await world.clock.advance(60_000);
    await b.sessions.caller('session', secret);
    expect(count.reads).toBe(2);
  });

  test('after a logout at one hub the session is refused at all hubs', async () => {
    const secret = await signIn();
    for (const hub of world.hubs) await hub.sessions.caller('session', secret);
    await a.sessions.logout('session', secret);
    for (const hub of world.hubs) expect(await hub.sessions.caller('session', secret)).toBeUndefined();
  });

  test('also at a hub that receives no news, and at one that cannot reach the others', async () => {
    const secret = await signIn();
    const caller = await b.sessions.caller('session', secret);
    b.line.deaf = true;
    await a.sessions.logout('session', secret);
    expect(await b.sessions.caller('session', secret)).toBeUndefined();
    expect(await b.sessions.ended(caller!.sessionId)).toBe(true);
    b.line.down = true;
    expect(await b.sessions.caller('session', secret)).toBeUndefined();
  });

  test('a logout during the read of a session from the store is not undone by that read', async () => {
    const secret = await signIn();
    const read = Promise.withResolvers<void>();
    const { user } = world.store;
    world.store.user = async (userId) => {
      const found = await user.call(world.store, userId);
      await read.promise;
      return found;
    };
    const asking = b.sessions.caller('session', secret);
    await world.clock.advance(0);
    await a.sessions.logout('session', secret);
    await world.clock.advance(0);
    read.resolve();
    expect(await asking).toBeUndefined();
    for (const hub of world.hubs) expect(await hub.sessions.caller('session', secret)).toBeUndefined();
  });

  test('a logout while hubs are cut off from one another counts at all of them afterwards', async () => {
    const secret = await signIn();
    await b.sessions.caller('session', secret);
    world.board.down = true;
    await a.sessions.logout('session', secret);
    for (const hub of world.hubs) expect(await hub.sessions.caller('session', secret)).toBeUndefined();
    world.board.down = false;
    world.board.interrupted();
    await world.clock.advance(0);
    for (const hub of world.hubs) expect(await hub.sessions.caller('session', secret)).toBeUndefined();
  });

  test('while hubs cannot reach one another sessions are read from the store', async () => {
    const secret = await signIn();
    world.board.down = true;
    expect((await b.sessions.caller('session', secret))?.user.userId).toBe(ALICE);
  });

  test('a ticket of an ended session is refused', async () => {
    const secret = await signIn();
    const { sessionId } = (await a.sessions.caller('session', secret))!;
    const asked = { kind: 'terminal', vmId: 'vm-1', terminalId: 'main' } as const;
    const { ticket } = await a.tickets.issue({ userId: ALICE, sessionId, ...asked, readOnly: false });
    b.line.deaf = true;
    await c.sessions.logout('session', secret);
    expect(await b.tickets.redeem(ticket, asked)).toBeUndefined();
  });
});
