/** Tickets: what vm.connect gives to open one raw socket with. In memory only: after a restart, connect again. */
import { UniCoreError } from '@unicore/protocol';
import { hashOf, newSecret } from './secret.ts';

/** Long enough for a page to open a socket, too short to be worth stealing. */
const TICKET_MS = 30_000;
/** More than this many waiting at once is no use but abuse. */
const MAX_TICKETS = 10_000;

/** What a ticket is for. */
export interface TicketGrant {
  userId: string;
  sessionId: string;
  kind: 'terminal';
  vmId: string;
  terminalId: string;
  readOnly: boolean;
}

export class Tickets {
  /** By hash, oldest first. */
  readonly #tickets = new Map<string, TicketGrant & { expiresAt: number }>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  issue(grant: TicketGrant): { ticket: string; expiresAt: number } {
    this.#dropExpired();
    if (this.#tickets.size >= MAX_TICKETS) {
      throw new UniCoreError('RATE_LIMITED', 'Too many tickets wait to be used. Try again in 30 s.', {
        retryAfterMs: TICKET_MS,
      });
    }
    const ticket = newSecret();
    const expiresAt = this.#now() + TICKET_MS;
    this.#tickets.set(hashOf(ticket), { ...grant, expiresAt });
    return { ticket, expiresAt };
  }

  /** Uses the ticket up, whether it fits or not. Undefined: unknown, used, expired, or for something else. */
  redeem(ticket: string, asked: Pick<TicketGrant, 'kind' | 'vmId' | 'terminalId'>): TicketGrant | undefined {
    const hash = hashOf(ticket);
    const found = this.#tickets.get(hash);
    this.#tickets.delete(hash);
    if (!found || found.expiresAt <= this.#now()) return undefined;
    const fits =
      found.kind === asked.kind && found.vmId === asked.vmId && found.terminalId === asked.terminalId;
    return fits ? found : undefined;
  }

  /** Nothing that this session was given opens anything any more. */
  endSession(sessionId: string): void {
    for (const [hash, grant] of this.#tickets) if (grant.sessionId === sessionId) this.#tickets.delete(hash);
  }

  #dropExpired(): void {
    for (const [hash, { expiresAt }] of this.#tickets) {
      if (expiresAt > this.#now()) return;
      this.#tickets.delete(hash);
    }
  }
}
