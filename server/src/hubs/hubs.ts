/** The relay's view of other hubs: finds the hub that has a provider and returns a leg to it. */
import type { Clock, Leg } from '@unicore/protocol';
import type { Logger } from 'pino';
import { type Backplane, type HubCard, ROUTE_MS } from '../backplane/index.ts';
import type { Elsewhere } from '../relay/index.ts';
import type { HubSockets, SocketMeter } from '../sockets/index.ts';
import { Claims } from './claims.ts';
import { Direct, HUB_PATIENCE } from './direct.ts';
import { Directory } from './directory.ts';
import type { OpenedLeg } from './hub-dialer.ts';
import { HubLegs } from './hub-legs.ts';
import { HubTokens } from './hub-tokens.ts';
import type { HubMeter } from './meter.ts';
import { PostOffice } from './post-office.ts';

/** Number of providers whose last known hub is kept, for use while Redis is down. */
const MAX_REMEMBERED = 10_000;
/** Minimum interval between broadcasts that search for the same provider, ms. */
const SEEK_MS = 1_000;

export interface HubsOptions {
  backplane: Backplane;
  clock: Clock;
  log: Logger;
  meter: SocketMeter & HubMeter;
  /** This hub's card. */
  card: Omit<HubCard, 'hub'>;
  /** Secret shared by all hubs, and by no other program. */
  secret(): Promise<Uint8Array>;
  /** Called when another hub opens a channel on its leg to this one. */
  opened: OpenedLeg;
  /** Called when a provider's connection is registered here; all hubs should then be told. */
  here(providerId: string, connSeq: number): void;
  /** Called when another hub has a newer connection of the provider. */
  elsewhere(providerId: string, connSeq: number): void;
  /** Asks all hubs whether they have this provider. Used when the backplane has just lost its data. */
  seek(providerId: string): void;
}

export class Hubs implements Elsewhere {
  /** What the endpoint for other hubs' sockets needs; undefined if this hub has no address. */
  readonly sockets: HubSockets | undefined;
  readonly #options: HubsOptions;
  readonly #backplane: Backplane;
  readonly #claims: Claims;
  readonly #directory: Directory;
  readonly #post: PostOffice;
  readonly #legs: HubLegs;
  readonly #remembered = new Map<string, string>();
  /** Providers that were searched for within the last SEEK_MS. */
  readonly #sought = new Set<string>();

  constructor(options: HubsOptions) {
    const { backplane, clock, log, meter, card, secret, opened, here, elsewhere } = options;
    this.#options = options;
    const tokens = new HubTokens(backplane.hub, secret);
    this.#backplane = backplane;
    this.#directory = new Directory({ backplane, clock, card: { ...card, hub: backplane.hub } });
    this.#claims = new Claims({ backplane, clock, log, known: here, lost: elsewhere });
    this.#post = new PostOffice({
      backplane,
      clock,
      log,
      meter,
      opened,
      accepted: (leg) => this.#legs.accepted(leg, 'mail'),
    });
    const direct = new Direct({ directory: this.#directory, tokens, clock, meter });
    this.#legs = new HubLegs({ clock, log, meter, ways: [direct, this.#post] });
    if (card.peerUrl !== null) {
      this.sockets = {
        patience: HUB_PATIENCE,
        admit: (pass) => tokens.verify(pass),
        accepted: (leg) => this.#legs.accepted(leg, 'direct'),
        opened,
      };
    }
  }

  /** Starts to claim routes and to announce this hub. Called once the backplane accepts calls. */
  async start(): Promise<void> {
    this.#claims.start();
    await this.#directory.refresh();
  }

  /** What each live hub announces of itself (its card), as far as known; this hub is included. */
  get cards(): readonly HubCard[] {
    return this.#directory.cards;
  }

  /** Removes this hub from the list for new clients, because it will stop. */
  hide(): Promise<void> {
    return this.#directory.hide();
  }

  // ---- for the relay

  async leg(providerId: string): Promise<Leg | undefined> {
    const hub = await this.#hubOf(providerId);
    return hub === undefined || hub === this.#backplane.hub ? undefined : this.#legs.to(hub);
  }

  came(providerId: string, connSeq: number): void {
    this.#claims.claim(providerId, connSeq);
  }

  went(providerId: string): void {
    this.#claims.release(providerId);
  }

  // ---- for the backplane

  mail(bytes: Buffer): void {
    this.#post.deliver(bytes);
  }

  /** Another hub searches for this provider. */
  sought(providerId: string): void {
    this.#claims.sought(providerId);
  }

  /** The backplane may have lost this hub's entries or those of others. */
  interrupted(): void {
    this.#claims.renew();
    void this.#directory.refresh();
  }

  async stop(): Promise<void> {
    this.#claims.stop();
    this.#legs.close();
    this.#post.close();
    await this.#directory.leave();
  }

  async #hubOf(providerId: string): Promise<string | undefined> {
    try {
      const route = await this.#backplane.routes.find(providerId);
      this.#remembered.delete(providerId);
      if (route) this.#remember(providerId, route.hub);
      // If the backplane is old, a missing route means that no hub has the provider. If it is young, the route may just
      // not have been claimed again yet.
      else if ((await this.#backplane.age()) < ROUTE_MS) this.#seek(providerId);
      return route?.hub;
    } catch (error) {
      const hub = this.#remembered.get(providerId);
      // A direct leg to the last known hub may still work without the backplane.
      if (hub === undefined || !this.#legs.has(hub)) throw error;
      return hub;
    }
  }

  /** Searches for a provider, at most once per SEEK_MS however many ask. */
  #seek(providerId: string): void {
    const { clock, seek } = this.#options;
    if (this.#sought.has(providerId)) return;
    this.#sought.add(providerId);
    clock.after(SEEK_MS, () => this.#sought.delete(providerId));
    seek(providerId);
  }

  #remember(providerId: string, hub: string): void {
    this.#remembered.set(providerId, hub);
    if (this.#remembered.size <= MAX_REMEMBERED) return;
    const [oldest] = this.#remembered.keys();
    this.#remembered.delete(oldest!);
  }
}
