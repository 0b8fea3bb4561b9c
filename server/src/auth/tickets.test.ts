import { SimClock } from '@unicore/protocol/sim';
import { beforeEach, describe, expect, test } from 'vitest';
import { Switchboard } from '../testing/switchboard.ts';
import { type TicketGrant, Tickets } from './tickets.ts';

const GRANT: TicketGrant = {
  userId: 'u-1',
  sessionId: 's-1',
  kind: 'terminal',
  vmId: 'vm-1',
  terminalId: 'main',
  readOnly: false,
};
const VNC = {
  userId: 'u-1',
  sessionId: 's-1',
  kind: 'vnc',
  desktopId: 'd-1',
  attempt: 2,
  viewOnly: true,
  guest: true,
} as const satisfies TicketGrant;
const ASKED = { kind: 'terminal', vmId: 'vm-1', terminalId: 'main' } as const;

describe('tickets', () => {
  let clock: SimClock;
  let board: Switchboard;
  let ended: Set<string>;
  let tickets: Tickets;
  /** The tickets of another hub. */
  let others: Tickets;

  beforeEach(() => {
    clock = new SimClock();
    board = new Switchboard(clock);
    ended = new Set();
    [tickets, others] = [hub(), hub()];
  });

  function hub(): Tickets {
    const { plane } = board.join();
    return new Tickets({
      backplane: plane,
      clock,
      now: () => clock.now(),
      ended: async (id) => ended.has(id),
    });
  }

  test('a ticket is accepted once, at any hub, for what it was issued for', async () => {
    const { ticket } = await tickets.issue(GRANT);
    const tries = await Promise.all([tickets, others, tickets, others].map((at) => at.redeem(ticket, ASKED)));
    expect(tries.filter(Boolean)).toEqual([GRANT]);
  });

  test('a ticket lives 30 s', async () => {
    const [early, late] = [await tickets.issue(GRANT), await tickets.issue(GRANT)];
    expect(early.expiresAt).toBe(30_000);
    await clock.advance(29_999);
    expect(await tickets.redeem(early.ticket, ASKED)).toBeDefined();
    await clock.advance(1);
    expect(await tickets.redeem(late.ticket, ASKED)).toBeUndefined();
  });

  test.each([
    ['another VM', { ...ASKED, vmId: 'vm-2' }],
    ['another terminal', { ...ASKED, terminalId: 'other' }],
  ])('a ticket tried on %s is used up', async (_, asked) => {
    const { ticket } = await tickets.issue(GRANT);
    expect(await tickets.redeem(ticket, asked)).toBeUndefined();
    expect(await tickets.redeem(ticket, ASKED)).toBeUndefined();
  });

  test('a ticket for a desktop says the attempt and the rights that it was issued with', async () => {
    const { ticket } = await tickets.issue(VNC);
    expect(await others.redeem(ticket, { kind: 'vnc', desktopId: 'd-1' })).toEqual(VNC);
  });

  test.each([
    ['another desktop', { kind: 'vnc', desktopId: 'd-2' }],
    ['a program that drives it', { kind: 'cdp', desktopId: 'd-1' }],
    ['a terminal', ASKED],
    ["a consumer's socket", { kind: 'consumer' }],
  ] as const)('a ticket to view a desktop, tried on %s, is used up', async (_, asked) => {
    const { ticket } = await tickets.issue(VNC);
    expect(await tickets.redeem(ticket, asked)).toBeUndefined();
    expect(await tickets.redeem(ticket, { kind: 'vnc', desktopId: 'd-1' })).toBeUndefined();
  });

  test('the end of a session invalidates its own tickets only', async () => {
    const mine = await tickets.issue(GRANT);
    const other = await tickets.issue({ ...GRANT, sessionId: 's-2' });
    ended.add('s-1');
    expect(await others.redeem(mine.ticket, ASKED)).toBeUndefined();
    expect(await others.redeem(other.ticket, ASKED)).toBeDefined();
  });

  test('the number of tickets per user is limited', async () => {
    for (let i = 0; i < 1_000; i++) await tickets.issue(GRANT);
    await expect(others.issue(GRANT)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    await others.issue({ ...GRANT, userId: 'u-2' });
  });

  test('while the hubs cannot reach one another a ticket works once, at the hub that issued it', async () => {
    board.down = true;
    const { ticket } = await tickets.issue(GRANT);
    expect(await others.redeem(ticket, ASKED)).toBeUndefined();
    expect(await tickets.redeem(ticket, ASKED)).toEqual(GRANT);
    expect(await tickets.redeem(ticket, ASKED)).toBeUndefined();
    const late = await tickets.issue(GRANT);
    await clock.advance(30_000);
    expect(await tickets.redeem(late.ticket, ASKED)).toBeUndefined();
  });
});
