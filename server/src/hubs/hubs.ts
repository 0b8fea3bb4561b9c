/** Other hubs, for the relay: which of them has a provider, and the leg that leads there. */
import type { Clock, FrameOf, FrameType, Leg } from '@unicore/protocol';
import type { Logger } from 'pino';
import type { Backplane } from '../backplane/index.ts';
import type { Elsewhere } from '../relay/index.ts';
import { Claims } from './claims.ts';
import { HubLegs } from './hub-legs.ts';

export interface HubsOptions {
  backplane: Backplane;
  clock: Clock;
  log: Logger;
  /** Another hub opens a channel on its leg to this one. */
  opened(leg: Leg, open: FrameOf<typeof FrameType.OPEN>): void;
  /** This connection of a provider is known to be here: to be told to all hubs. */
  here(providerId: string, connSeq: number): void;
  /** Another hub has this newer one. */
  elsewhere(providerId: string, connSeq: number): void;
}

export class Hubs implements Elsewhere {
  readonly #backplane: Backplane;
  readonly #claims: Claims;
  readonly #legs: HubLegs;

  constructor({ backplane, clock, log, opened, here, elsewhere }: HubsOptions) {
    this.#backplane = backplane;
    this.#legs = new HubLegs({ backplane, clock, log, opened });
    this.#claims = new Claims({ backplane, clock, log, known: here, lost: elsewhere });
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

  /** What other hubs know of this one may be lost. */
  interrupted(): void {
    this.#claims.renew();
  }

  close(): void {
    this.#claims.stop();
    this.#legs.close();
  }
}
