/** Share links: what they give access to, and when they stop to work. */
import type { DesktopObserved } from '@unicore/protocol/control';
import { beforeEach, expect, test } from 'vitest';
import { hashOf } from '../auth/index.ts';
import { ALICE, BOB, type TestDomain, testDomain } from '../testing/domain.ts';

let hub: TestDomain;
let sessionId: string;

beforeEach(async () => {
  hub = await testDomain();
  await hub.connect('p-1', { desktops: 'docker' });
  ({ sessionId } = await hub.desktops.session(ALICE));
});

async function report(phase: DesktopObserved['phase']) {
  const { attempt } = (await hub.desktops.last(ALICE))!;
  const seen = { sessionId, attempt, phase, code: null, reason: null, isolation: null, use: null };
  return hub.desktopReports.take('p-1', { whole: false, desktops: [seen] });
}

/** Shares the desktop, and returns the token of the link. */
async function share(): Promise<string> {
  const { url } = await hub.desktopShares.share(ALICE, sessionId, 'https://hub');
  const { origin, pathname, search, hash } = new URL(url);
  expect(origin + pathname + search).toBe('https://hub/desktop/shared');
  const [session, token = ''] = hash.slice(1).split('.');
  expect(session).toBe(sessionId);
  return token;
}

const enter = (token: string) => hub.desktopShares.enter({ sessionId, token }, 'wss://hub');

/** Returns the identity of a guest who has used a ticket. */
async function guest(token: string): Promise<string> {
  const { ticket } = await enter(token);
  return (await hub.tickets.redeem(ticket, { kind: 'vnc', guest: true }))!.userId;
}

test('a link has 256 random bits, of which the store has only the hash', async () => {
  const token = await share();
  expect(Buffer.from(token, 'base64url')).toHaveLength(32);
  const row = (await hub.desktops.last(ALICE))!;
  expect(row.viewerToken).toBe(hashOf(token));
  expect(JSON.stringify(row)).not.toContain(token);
});

test('its token is exchanged for a ticket to watch this desktop, and for its phase', async () => {
  const token = await share();
  const pass = await enter(token);
  expect(pass).toEqual({
    url: `wss://hub/vnc/${sessionId}?ticket=${pass.ticket}`,
    ticket: pass.ticket,
    expiresAt: hub.now() + 30_000,
    phase: 'launching',
  });
  const grant = await hub.tickets.redeem(pass.ticket, { kind: 'vnc', desktopId: sessionId });
  expect(grant).toMatchObject({ desktopId: sessionId, attempt: 1, viewOnly: true, guest: true });
  expect(grant?.userId).not.toBe(ALICE);
  await report('running');
  expect((await enter(token)).phase).toBe('running');
});

test('a guest may open the screen, and nothing else', async () => {
  const guestId = await guest(await share());
  const open = (kind: 'vnc' | 'cdp' | 'desktop' | 'blob') =>
    hub.desktopAccess.authoriseGuest(guestId, sessionId, kind);
  expect(await open('vnc')).toMatchObject({ sessionId, providerId: 'p-1' });
  for (const kind of ['cdp', 'desktop', 'blob'] as const) {
    await expect(open(kind)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  }
});

test.each(['wrong', '', hashOf('x'), 'ä'.repeat(43)])('the token %j is refused', async (token) => {
  await expect(enter(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  await share();
  await expect(enter(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
});

test('the hash, as a leaked row has it, opens nothing', async () => {
  await share();
  const { viewerToken } = (await hub.desktops.last(ALICE))!;
  await expect(enter(viewerToken!)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
});

test('a new link replaces the old one, and its guests have to leave', async () => {
  const ended: string[] = [];
  hub.events.on('sessionEnded', (session) => ended.push(session));
  const first = await share();
  const old = await guest(first);
  const { ticket } = await enter(first);
  const second = await share();
  expect(ended).toEqual([old]);
  await expect(enter(first)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  await expect(hub.desktopAccess.authoriseGuest(old, sessionId, 'vnc')).rejects.toMatchObject({
    code: 'UNAUTHENTICATED',
  });
  expect(await hub.tickets.redeem(ticket, { kind: 'vnc', guest: true })).toBeUndefined();
  expect(await enter(second)).toMatchObject({ phase: 'launching' });
});

test('without a link, stopping to share does nothing', async () => {
  const ended: string[] = [];
  hub.events.on('sessionEnded', (session) => ended.push(session));
  const token = await share();
  expect((await hub.desktopShares.unshare(ALICE, sessionId)).viewerToken).toBe(null);
  await hub.desktopShares.unshare(ALICE, sessionId);
  expect(ended).toHaveLength(1);
  await expect(enter(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  const audit = await hub.store.auditEntries(10);
  expect(audit.map(({ event }) => event).filter((event) => event.includes('share'))).toEqual([
    'desktop.unshare',
    'desktop.share',
  ]);
});

test('the link ends with the desktop, does not say why, and is not valid for the next one', async () => {
  const token = await share();
  const guestId = await guest(token);
  await hub.desktops.end(ALICE, sessionId);
  const refusal = { code: 'SESSION_ENDED', message: expect.not.stringContaining('You ended it') };
  const isRefused = async () => {
    await expect(enter(token)).rejects.toMatchObject(refusal);
    await expect(hub.desktopAccess.authoriseGuest(guestId, sessionId, 'vnc')).rejects.toMatchObject(refusal);
    await expect(share()).rejects.toMatchObject({ code: 'SESSION_ENDED' });
  };
  await isRefused();
  await report('ended');
  await isRefused();
  const { sessionId: next } = await hub.desktops.session(ALICE);
  await expect(hub.desktopShares.enter({ sessionId: next, token }, 'wss://hub')).rejects.toMatchObject({
    code: 'UNAUTHENTICATED',
  });
});

test("only the owner shares; another user's desktop looks like a missing one", async () => {
  for (const user of [BOB, ALICE]) {
    const wanted = user === BOB ? sessionId : 'ds-none';
    await expect(hub.desktopShares.share(user, wanted, 'https://hub')).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    await expect(hub.desktopShares.unshare(user, wanted)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  }
});

test('of links that are made at the same time, one is valid', async () => {
  const tokens = await Promise.allSettled([share(), share(), share(), share()]);
  const made = tokens.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const entered = await Promise.allSettled(made.map(enter));
  expect(entered.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});
