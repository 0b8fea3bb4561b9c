/** Tickets: each opens one socket, at any hub, for whoever has no cookie there. Nothing that lasts: ask for another. */
import type { Clock } from '@unicore/protocol';
import { z } from 'zod';
import type { Backplane } from '../backplane/index.ts';
import { Limit } from './limits.ts';
import { OneTimeValues } from './one-time-values.ts';
import { hashOf, newSecret } from './secret.ts';

/** Long enough for a page to open a socket, too short to be worth stealing. */
const TICKET_MS = 30_000;
/** Of one user; more is no use but abuse. */
const TICKETS_PER_MINUTE = 1_000;

const Holder = z.object({ userId: z.string(), sessionId: z.string() });
const TicketGrant = z.discriminatedUnion('kind', [
  /** A raw socket, from vm.connect. */
  Holder.extend({
    kind: z.literal('terminal'),
    vmId: z.string(),
    terminalId: z.string(),
    readOnly: z.boolean(),
  }),
  /** An SDK's socket, from system.ticket: as the session itself. */
  Holder.extend({ kind: z.literal('consumer') }),
]);
/** What a ticket is for. */
export type TicketGrant = z.infer<typeof TicketGrant>;

type Asked = { kind: 'terminal'; vmId: string; terminalId: string } | { kind: 'consumer' };

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

  /** Uses the ticket up, whether it fits or not. Undefined: unknown, used, expired, ended, or for something else. */
  async redeem<A extends Asked>(
    ticket: string,
    asked: A,
  ): Promise<Extract<TicketGrant, { kind: A['kind'] }> | undefined> {
    const text = await this.#tickets.take(hashOf(ticket));
    const found = text === undefined ? undefined : TicketGrant.safeParse(JSON.parse(text)).data;
    if (!found || !fits(found, asked) || (await this.#deps.ended(found.sessionId))) return undefined;
    return found;
  }
}

function fits<A extends Asked>(
  found: TicketGrant,
  asked: A,
): found is Extract<TicketGrant, { kind: A['kind'] }> {
  const fields = found as Record<string, unknown>;
  return Object.entries(asked).every(([name, value]) => fields[name] === value);
}
