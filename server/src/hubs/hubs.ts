/**
 * The relay's access to other hubs. Finds the hub to which a provider is connected, and returns a connection
 * (leg) to that hub.
 */
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

/**
 * Maximum number of providers whose last known hub is remembered. The remembered hubs are used while Redis is
 * down.
 */
const MAX_REMEMBERED = 10_000;
/** Minimum interval between two broadcasts that search for the same provider, ms. */
const SEEK_MS = 1_000;

export interface HubsOptions {
  backplane: Backplane;
  clock: Clock;
  log: Logger;
  meter: SocketMeter & HubMeter;
  /** This hub's card. */
  card: Omit<HubCard, 'hub'>;
  /**
   * Returns the key that signs the tokens by which hubs recognise each other. All hubs share this key, and no
   * other program knows it.
   */
  secret(): Promise<Uint8Array>;
  /** Called when another hub opens a channel on a connection (leg) that it dialled to this hub. */
  opened: OpenedLeg;
  /**
   * Called when the backplane has recorded a provider's connection to this hub. The function should tell all
   * hubs.
   */
  here(providerId: string, connSeq: number): void;
  /** Called when the provider has a newer connection to another hub. */
  elsewhere(providerId: string, connSeq: number): void;
  /**
   * Asks all hubs whether this provider is connected to them. Called if the backplane has recently lost its
   * data.
   */
  seek(providerId: string): void;
}

export class Hubs implements Elsewhere {
  /**
   * The functions that the endpoint for other hubs' sockets needs. Undefined if other hubs have no address
   * for this hub.
   */
  readonly sockets: HubSockets | undefined;
  readonly #options: HubsOptions;
  readonly #backplane: Backplane;
  readonly #claims: Claims;
  readonly #directory: Directory;
  readonly #post: PostOffice;
  readonly #legs: HubLegs;
  readonly #remembered = new Map<string, string>();
  /** Providers for which this hub searched within the last SEEK_MS. */
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

  /**
   * Starts to announce this hub and the routes of its providers to other hubs. Called when the backplane
   * accepts calls.
   */
  async start(): Promise<void> {
    this.#claims.start();
    await this.#directory.refresh();
  }

  /**
   * The data that each live hub announces about itself (its card), as far as this hub knows. This hub is
   * included.
   */
  get cards(): readonly HubCard[] {
    return this.#directory.cards;
  }

  /** Stops announcing this hub to new clients. Called before this hub stops. */
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

  /** Called when another hub searches for this provider. */
  sought(providerId: string): void {
    this.#claims.sought(providerId);
  }

  /**
   * Called when the backplane may have lost entries of any hub. Writes this hub's entries again, and reads
   * the entries of other hubs.
   */
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
      // A missing route usually means that no hub has the provider. But if the backplane was empty less than
      // ROUTE_MS ago, the provider's hub may not have recorded the route again yet.
      else if ((await this.#backplane.age()) < ROUTE_MS) this.#seek(providerId);
      return route?.hub;
    } catch (error) {
      const hub = this.#remembered.get(providerId);
      // The backplane cannot be reached. If a connection to the provider's last known hub still exists, this
      // hub uses it and does not fail.
      if (hub === undefined || !this.#legs.has(hub)) throw error;
      return hub;
    }
  }

  /** Searches for a provider by a broadcast, at most once per SEEK_MS for each provider. */
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
