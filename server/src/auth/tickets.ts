/**
 * Issues and redeems tickets. A ticket is a secret that opens one WebSocket at any hub, without a cookie for
 * that hub. A ticket expires after 30 s.
 */
import type { Clock } from '@unicore/protocol';
import { z } from 'zod';
import type { Backplane } from '../backplane/index.ts';
import { Limit } from './limits.ts';
import { OneTimeValues } from './one-time-values.ts';
import { hashOf, newSecret } from './secret.ts';

/**
 * Lifetime of a ticket, ms. A page has enough time to open a socket, but a thief has almost no time to use a
 * stolen ticket.
 */
const TICKET_MS = 30_000;
/** Maximum number of tickets per user and minute. Normal use stays far below this limit. */
const TICKETS_PER_MINUTE = 1_000;

const Holder = z.object({ userId: z.string(), sessionId: z.string() });
const DesktopHolder = Holder.extend({
  /** Id of the desktop's session. */
  desktopId: z.string(),
  attempt: z.number(),
  viewOnly: z.boolean(),
  /** True for somebody who has only a share link. User and session are then the link's. */
  guest: z.boolean(),
});
const TicketGrant = z.discriminatedUnion('kind', [
  /** This kind of ticket opens a raw /terminal socket. The procedure vm.connect issues it. */
  Holder.extend({
    kind: z.literal('terminal'),
    vmId: z.string(),
    terminalId: z.string(),
    readOnly: z.boolean(),
  }),
  /**
   * This kind of ticket opens an SDK's /consumer socket with the rights of the user's session. The procedure
   * system.ticket issues it.
   */
  Holder.extend({ kind: z.literal('consumer') }),
  /**
   * These kinds of tickets open a raw /vnc or /cdp socket of one desktop. The procedure vnc.connect issues
   * them, and vnc.guest for those who have a share link. A guest's ticket also opens an SDK's /consumer socket.
   */
  DesktopHolder.extend({ kind: z.literal('vnc') }),
  DesktopHolder.extend({ kind: z.literal('cdp') }),
]);
/** The rights that a ticket gives, and the user who gets them. */
export type TicketGrant = z.infer<typeof TicketGrant>;

type Asked =
  | { kind: 'terminal'; vmId: string; terminalId: string }
  | { kind: 'consumer' }
  | { kind: 'vnc' | 'cdp'; desktopId: string }
  | { kind: 'vnc'; guest: true };

export interface TicketsDeps {
  backplane: Backplane;
  clock: Clock;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Returns whether this session ended within the last 30 s, which is the lifetime of a ticket. */
  ended(sessionId: string): Promise<boolean>;
}

export class Tickets {
  readonly #deps: TicketsDeps;
  readonly #tickets: OneTimeValues;
  readonly #limit: Limit;

  constructor(deps: TicketsDeps) {
    const { backplane, clock } = deps;
    this.#deps = deps;
    this.#tickets = new OneTimeValues(backplane, clock, 'ticket:', TICKET_MS);
    this.#limit = new Limit(backplane, 'tickets', TICKETS_PER_MINUTE);
  }

  async issue(grant: TicketGrant): Promise<{ ticket: string; expiresAt: number }> {
    await this.#limit.use(grant.userId);
    const expiresAt = this.#deps.now() + TICKET_MS;
    const ticket = await this.#tickets.put(newSecret, hashOf, JSON.stringify(grant));
    return { ticket, expiresAt };
  }

  /**
   * Redeems a ticket for one of these requests. The ticket becomes invalid even if it matches none of them. Returns
   * undefined if the ticket is unknown, used, expired or made for something else, or if its session has ended.
   */
  async redeem<A extends Asked>(
    ticket: string,
    ...asked: A[]
  ): Promise<Extract<TicketGrant, { kind: A['kind'] }> | undefined> {
    const text = await this.#tickets.take(hashOf(ticket));
    const found = text === undefined ? undefined : TicketGrant.safeParse(JSON.parse(text)).data;
    if (!found || !fits(found, asked) || (await this.#deps.ended(found.sessionId))) return undefined;
    return found;
  }
}

function fits<A extends Asked>(
  found: TicketGrant,
  asked: readonly A[],
): found is Extract<TicketGrant, { kind: A['kind'] }> {
  const fields = found as Record<string, unknown>;
  return asked.some((each) => Object.entries(each).every(([name, value]) => fields[name] === value));
}
