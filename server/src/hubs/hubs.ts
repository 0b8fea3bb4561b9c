/** Other hubs, for the relay: which of them has a provider, and the leg that leads there. */
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

/** Where providers were when they were last looked for: what is known while Redis is away. */
const MAX_REMEMBERED = 10_000;
/** All hubs are asked for a provider this often at most, ms. */
const SEEK_MS = 1_000;

export interface HubsOptions {
  backplane: Backplane;
  clock: Clock;
  log: Logger;
  meter: SocketMeter & HubMeter;
  /** What this hub says of itself. */
  card: Omit<HubCard, 'hub'>;
  /** The same at all hubs, and known to nobody else. */
  secret(): Promise<Uint8Array>;
  /** Another hub opens a channel on its leg to this one. */
  opened: OpenedLeg;
  /** This connection of a provider is known to be here: to be told to all hubs. */
  here(providerId: string, connSeq: number): void;
  /** Another hub has this newer one. */
  elsewhere(providerId: string, connSeq: number): void;
  /** All hubs are to be asked whether they have this provider: the backplane has just lost what it knew. */
  seek(providerId: string): void;
}

export class Hubs implements Elsewhere {
  /** For the endpoint of other hubs' sockets; undefined where this hub can't be addressed. */
  readonly sockets: HubSockets | undefined;
  readonly #options: HubsOptions;
  readonly #backplane: Backplane;
  readonly #claims: Claims;
  readonly #directory: Directory;
  readonly #post: PostOffice;
  readonly #legs: HubLegs;
  readonly #remembered = new Map<string, string>();
  /** Of the last SEEK_MS. */
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

  /** The backplane takes calls. */
  async start(): Promise<void> {
    this.#claims.start();
    await this.#directory.refresh();
  }

  /** Of those that are alive now, this one too, as far as is known. */
  get cards(): readonly HubCard[] {
    return this.#directory.cards;
  }

  /** This hub is going to stop: whoever looks for a hub hears of the others only. */
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

  // ---- for whoever has the backplane

  mail(bytes: Buffer): void {
    this.#post.deliver(bytes);
  }

  /** Another hub seeks this provider. */
  sought(providerId: string): void {
    this.#claims.sought(providerId);
  }

  /** What other hubs know of this one may be lost, and the other way round. */
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
      // An old backplane knows better: nobody has it. A young one has perhaps not been told yet.
      else if ((await this.#backplane.age()) < ROUTE_MS) this.#seek(providerId);
      return route?.hub;
    } catch (error) {
      const hub = this.#remembered.get(providerId);
      // A leg that needs no backplane may still lead there.
      if (hub === undefined || !this.#legs.has(hub)) throw error;
      return hub;
    }
  }

  /** Many may look for it in the same moment. */
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
