import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Store } from '../store/index.ts';
import { openSqliteStore } from '../store/index.ts';
import { LocalAuth } from './local-auth.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

describe('local auth', () => {
  let store: Store;
  let auth: LocalAuth;
  let now: number;

  beforeEach(() => {
    now = 1_000_000;
    store = openSqliteStore(':memory:');
    auth = new LocalAuth(store, () => now);
  });
  afterEach(() => store.close());

  test('the first user is the owner, once', async () => {
    const owner = await auth.owner('alice');
    expect(owner).toMatchObject({ name: 'alice', role: 'owner' });
    expect(await auth.owner('bob')).toEqual(owner);
  });

  test('an owner whose system name is no name is called owner', async () => {
    expect((await auth.owner('../x')).name).toBe('owner');
  });

  test('the same name is the same user', async () => {
    const bob = await auth.createUser('bob');
    expect(bob.role).toBe('member');
    expect(await auth.createUser('bob')).toEqual(bob);
  });

  test.each(['', ' bob', 'a'.repeat(41), 'bob\n', '<b>'])('the name %j is refused', async (name) => {
    await expect(auth.createUser(name)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });

  test('a login link works again and again for a day', async () => {
    const { userId } = await auth.owner('alice');
    const { secret } = await auth.loginKey(userId);
    now += DAY_MS - 1;
    const first = await auth.login(secret);
    const second = await auth.login(secret);
    expect(first.session.secret).not.toBe(second.session.secret);
    now += 1;
    await expect(auth.login(secret)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test('a session says who it is until it is ended', async () => {
    const { user, session } = await signIn();
    expect((await auth.caller('session', session.secret))?.user).toEqual(user);
    const ended = await auth.logout('session', session.secret);
    expect(ended).toMatch(/^s-/);
    expect(await auth.caller('session', session.secret)).toBeUndefined();
    expect(await auth.logout('session', session.secret)).toBeUndefined();
  });

  test('a session ends by itself after 30 days, a bearer token does not', async () => {
    const { user, session } = await signIn();
    const bearer = await auth.bearerToken(user.userId);
    now += 30 * DAY_MS;
    expect(await auth.caller('session', session.secret)).toBeUndefined();
    expect((await auth.caller('bearer', bearer.secret))?.user).toEqual(user);
  });

  test('no secret passes for one of another kind', async () => {
    const { user, session } = await signIn();
    const bearer = await auth.bearerToken(user.userId);
    expect(await auth.caller('bearer', session.secret)).toBeUndefined();
    expect(await auth.caller('session', bearer.secret)).toBeUndefined();
    await expect(auth.login(bearer.secret)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await expect(auth.redeemJoinToken(session.secret)).rejects.toMatchObject({ code: 'TICKET_INVALID' });
  });

  test('a join token works once, within 10 minutes', async () => {
    const { userId } = await auth.owner('alice');
    const [used, late] = [await auth.joinToken(userId), await auth.joinToken(userId)];
    expect((await auth.redeemJoinToken(used.secret)).userId).toBe(userId);
    await expect(auth.redeemJoinToken(used.secret)).rejects.toMatchObject({ code: 'TICKET_INVALID' });
    now += 10 * MINUTE_MS;
    await expect(auth.redeemJoinToken(late.secret)).rejects.toMatchObject({ code: 'TICKET_INVALID' });
  });

  test('logins and logouts are in the audit, secrets are not', async () => {
    const { session } = await signIn();
    await auth.logout('session', session.secret);
    const entries = await store.auditEntries(10);
    expect(entries.map(({ event }) => event)).toEqual(['user.logout', 'user.login', 'user.create']);
    expect(JSON.stringify(entries)).not.toContain(session.secret);
  });

  async function signIn() {
    const { userId } = await auth.owner('alice');
    return auth.login((await auth.loginKey(userId)).secret);
  }
});
