import { beforeEach, describe, expect, test } from 'vitest';
import { type TicketGrant, Tickets } from './tickets.ts';

const GRANT: TicketGrant = {
  userId: 'u-1',
  sessionId: 's-1',
  kind: 'terminal',
  vmId: 'vm-1',
  terminalId: 'main',
  readOnly: false,
};
const ASKED = { kind: 'terminal', vmId: 'vm-1', terminalId: 'main' } as const;

describe('tickets', () => {
  let now: number;
  let tickets: Tickets;

  beforeEach(() => {
    now = 0;
    tickets = new Tickets(() => now);
  });

  test('a ticket opens what it is for, once', () => {
    const { ticket } = tickets.issue(GRANT);
    expect(tickets.redeem(ticket, ASKED)).toMatchObject(GRANT);
    expect(tickets.redeem(ticket, ASKED)).toBeUndefined();
  });

  test('a ticket lives 30 s', () => {
    const [early, late] = [tickets.issue(GRANT), tickets.issue(GRANT)];
    expect(early.expiresAt).toBe(30_000);
    now = 29_999;
    expect(tickets.redeem(early.ticket, ASKED)).toBeDefined();
    now = 30_000;
    expect(tickets.redeem(late.ticket, ASKED)).toBeUndefined();
  });

  test.each([
    ['another VM', { ...ASKED, vmId: 'vm-2' }],
    ['another terminal', { ...ASKED, terminalId: 'other' }],
  ])('a ticket tried on %s is used up', (_, asked) => {
    const { ticket } = tickets.issue(GRANT);
    expect(tickets.redeem(ticket, asked)).toBeUndefined();
    expect(tickets.redeem(ticket, ASKED)).toBeUndefined();
  });

  test('a session that ends takes its tickets with it, and no others', () => {
    const mine = tickets.issue(GRANT);
    const other = tickets.issue({ ...GRANT, sessionId: 's-2' });
    tickets.endSession('s-1');
    expect(tickets.redeem(mine.ticket, ASKED)).toBeUndefined();
    expect(tickets.redeem(other.ticket, ASKED)).toBeDefined();
  });

  test('expired tickets make room', () => {
    for (let i = 0; i < 10_000; i++) tickets.issue(GRANT);
    expect(() => tickets.issue(GRANT)).toThrow('Too many tickets');
    now = 30_000;
    expect(tickets.issue(GRANT).ticket).toHaveLength(43);
  });
});
