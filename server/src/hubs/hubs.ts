/** Other hubs, for the relay: which of them has a provider, and the leg that leads there. */
import type { Clock, FrameOf, FrameType, Leg } from '@unicore/protocol';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Backplane } from '../backplane/index.ts';
import { Id } from '../control/contract.ts';
import type { Elsewhere } from '../relay/index.ts';
import { Claims } from './claims.ts';
import { HubLegs } from './hub-legs.ts';

/** A new connection of a provider, told to all hubs: one may have its older connection, others wait for it. */
const RouteNews = z.object({
  type: z.literal('route'),
  providerId: Id,
  connSeq: z.number().int().positive(),
});

export interface HubsOptions {
  backplane: Backplane;
  clock: Clock;
  log: Logger;
  /** Another hub opens a channel to a provider of ours. */
  opened(leg: Leg, open: FrameOf<typeof FrameType.OPEN>): void;
  /** A provider has this connection at another hub now. */
  elsewhere(providerId: string, connSeq: number): void;
}

export class Hubs implements Elsewhere {
  readonly #backplane: Backplane;
  readonly #elsewhere: (providerId: string, connSeq: number) => void;
  readonly #claims: Claims;
  readonly #legs: HubLegs;

  constructor({ backplane, clock, log, opened, elsewhere }: HubsOptions) {
    this.#backplane = backplane;
    this.#elsewhere = elsewhere;
    this.#legs = new HubLegs({ backplane, clock, log, opened });
    this.#claims = new Claims({
      backplane,
      clock,
      log,
      known: (providerId, connSeq) => this.#tell({ type: 'route', providerId, connSeq }),
      lost: elsewhere,
    });
    this.#claims.start();
  }

  // ---- for the relay

  async leg(providerId: string): Promise<Leg | undefined> {
    const route = await this.#backplane.routes.find(providerId);
    return route && route.hub !== this.#backplane.hub ? this.#legs.to(route.hub) : undefined;
  }

  came(providerId: string, connSeq: number): void {
    this.#claims.claim(providerId, connSeq);
  }

  went(providerId: string): void {
    this.#claims.release(providerId);
  }

  // ---- for whoever has the backplane

  mail(bytes: Uint8Array): void {
    this.#legs.mail(bytes);
  }

  /** Says whether these news were of routes. */
  news(news: unknown): boolean {
    const { success, data } = RouteNews.safeParse(news);
    if (success) this.#elsewhere(data.providerId, data.connSeq);
    return success;
  }

  /** What other hubs know of this one may be lost. */
  interrupted(): void {
    this.#claims.renew();
  }

  close(): void {
    this.#claims.stop();
    this.#legs.close();
  }

  #tell(news: z.input<typeof RouteNews>): void {
    // Where that fails, the hub with the older connection learns of it when it renews its claim.
    this.#backplane.tell(JSON.stringify(news)).catch(() => {});
  }
}
