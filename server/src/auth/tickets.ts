/** Tickets: what vm.connect gives to open one raw socket with, at any hub. Nothing that lasts: connect again. */
import type { Clock } from '@unicore/protocol';
import { z } from 'zod';
import type { Backplane } from '../backplane/backplane.ts';
import { Limit } from './limits.ts';
import { Once } from './once.ts';
import { hashOf, newSecret } from './secret.ts';

/** Long enough for a page to open a socket, too short to be worth stealing. */
const TICKET_MS = 30_000;
/** Of one user; more is no use but abuse. */
const TICKETS_PER_MINUTE = 1_000;

const TicketGrant = z.object({
  userId: z.string(),
  sessionId: z.string(),
  kind: z.literal('terminal'),
  vmId: z.string(),
  terminalId: z.string(),
  readOnly: z.boolean(),
});
/** What a ticket is for. */
export type TicketGrant = z.infer<typeof TicketGrant>;

export interface TicketsDeps {
  backplane: Backplane;
  clock: Clock;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Whether this session was ended since a ticket of it can have been issued. */
  ended(sessionId: string): Promise<boolean>;
}

export class Tickets {
  readonly #deps: TicketsDeps;
  readonly #tickets: Once;
  readonly #limit: Limit;

  constructor(deps: TicketsDeps) {
    const { backplane, clock } = deps;
    this.#deps = deps;
    this.#tickets = new Once(backplane, clock, 'ticket:', TICKET_MS);
    this.#limit = new Limit(backplane, 'tickets', TICKETS_PER_MINUTE);
  }

  async issue(grant: TicketGrant): Promise<{ ticket: string; expiresAt: number }> {
    await this.#limit.use(grant.userId);
    const expiresAt = this.#deps.now() + TICKET_MS;
    const ticket = await this.#tickets.put(newSecret, hashOf, JSON.stringify(grant));
    return { ticket, expiresAt };
  }

  /** Uses the ticket up, whether it fits or not. Undefined: unknown, used, expired, ended, or for something else. */
  async redeem(
    ticket: string,
    asked: Pick<TicketGrant, 'kind' | 'vmId' | 'terminalId'>,
  ): Promise<TicketGrant | undefined> {
    const text = await this.#tickets.take(hashOf(ticket));
    const found = text === undefined ? undefined : TicketGrant.safeParse(JSON.parse(text)).data;
    const fits =
      found?.kind === asked.kind && found.vmId === asked.vmId && found.terminalId === asked.terminalId;
    return fits && !(await this.#deps.ended(found.sessionId)) ? found : undefined;
  }
}
