/**
 * The connections (legs) between this hub and other hubs. This hub dials a leg to each hub that it needs, and
 * accepts a leg from each hub that needs this hub.
 */
import { type Clock, type ErrorCode, type Leg, spread, UniCoreError } from '@unicore/protocol';
import type { Logger } from 'pino';
import type { HubDialer } from './hub-dialer.ts';
import type { HubMeter, LegEnd } from './meter.ts';

/** Interval at which a connection over the fallback transport tries the better transport again, ms. */
const BETTER_MS = 30_000;
/** How long a replaced connection may keep its last channels before it is closed, ms. */
const RETIRE_MS = 15_000;

export interface HubLegsOptions {
  clock: Clock;
  log: Logger;
  meter: HubMeter;
  /** The transports to try for a connection to another hub, best transport first. */
  ways: readonly HubDialer[];
}

/** A connection (leg) from this hub to another hub. The connection is up or is being dialled. */
interface Ours {
  up: Promise<Leg>;
  leg?: Leg;
}

export class HubLegs {
  readonly #options: HubLegsOptions;
  readonly #ours = new Map<string, Ours>();
  /** All connections to other hubs (legs) that are up, both dialled and accepted. */
  readonly #up = new Set<Leg>();
  #closed = false;

  constructor(options: HubLegsOptions) {
    this.#options = options;
  }

  /** Number of connections to other hubs (legs) that are up. */
  get size(): number {
    return this.#up.size;
  }

  /** Returns whether this hub has dialled a connection (leg) to that hub and the connection is up. */
  has(peer: string): boolean {
    return this.#ours.get(peer)?.leg?.up === true;
  }

  /**
   * Returns the connection (leg) to that hub when it is up. Dials the hub if there is no connection. Rejects
   * within seconds if the hub does not answer.
   */
  to(peer: string): Promise<Leg> {
    const known = this.#ours.get(peer);
    // The map of connections may still contain a connection that is closed. The connection's close handler
    // cannot remove it if it closes before `ours.leg` is set. So this code also checks that the connection is
    // open.
    if (known && known.leg?.open !== false) return known.up;
    const ours: Ours = { up: this.#dial(peer) };
    this.#ours.set(peer, ours);
    ours.up.then(
      (leg) => {
        ours.leg = leg;
      },
      () => this.#ours.delete(peer),
    );
    return ours.up;
  }

  /**
   * Registers a connection (leg) that another hub has dialled. The caller must call the returned function
   * when the connection closes.
   */
  accepted(leg: Leg, way: HubDialer['name']): () => void {
    this.#count(leg, way, 'accepted');
    return () => this.#uncount(leg, way, 'accepted');
  }

  close(): void {
    this.#closed = true;
    for (const leg of [...this.#up]) leg.close('GOING_AWAY', 'This hub is stopping.');
  }

  /** Dials the other hub with the first transport that works. */
  async #dial(peer: string): Promise<Leg> {
    const { ways } = this.#options;
    let failed: unknown = new UniCoreError('LEG_LOST', 'The other hub is gone.');
    for (const [at, way] of ways.entries()) {
      try {
        const leg = await this.#by(way, peer);
        if (leg && at > 0) this.#betterLater(peer, leg, ways.slice(0, at));
        if (leg) return leg;
      } catch (error) {
        failed = error;
        this.#options.meter.unreached(way.name, codeOf(error));
      }
    }
    throw failed;
  }

  async #by(way: HubDialer, peer: string): Promise<Leg | undefined> {
    const { log, meter } = this.#options;
    const leg = await way.dial(peer, {
      fault: (error) => log.error({ err: error }, 'a frame could not be handled'),
      closed: (code, message) => {
        this.#uncount(leg!, way.name, 'dialled');
        meter.lost(way.name, code);
        if (this.#ours.get(peer)?.leg === leg) this.#ours.delete(peer);
        log.info({ peer, way: way.name, code, reason: message }, 'leg to another hub closed');
      },
    });
    if (!leg) return undefined;
    if (leg.up) this.#count(leg, way.name, 'dialled');
    log.info({ peer, way: way.name }, 'leg to another hub is up');
    return leg;
  }

  #count(leg: Leg, way: HubDialer['name'], end: LegEnd): void {
    this.#up.add(leg);
    this.#options.meter.legs(way, end, 1);
  }

  #uncount(leg: Leg, way: HubDialer['name'], end: LegEnd): void {
    if (this.#up.delete(leg)) this.#options.meter.legs(way, end, -1);
  }

  /**
   * Called for a connection that does not use the best transport. After a while, tries the better transports
   * again. If one of them works, channels move to the new connection one by one. Then the old connection is
   * closed.
   */
  #betterLater(peer: string, leg: Leg, ways: readonly HubDialer[]): void {
    const { clock } = this.#options;
    clock.after(BETTER_MS, async () => {
      if (!leg.up || this.#closed) return;
      for (const way of ways) {
        const better = await this.#by(way, peer).catch(() => undefined);
        if (!better?.up) continue;
        this.#ours.set(peer, { up: Promise.resolve(better), leg: better });
        spread(clock, leg.vacating());
        clock.after(RETIRE_MS, () => leg.close('SUPERSEDED', 'A better leg has replaced this one.'));
        return;
      }
      this.#betterLater(peer, leg, ways);
    });
  }
}

function codeOf(error: unknown): ErrorCode {
  return error instanceof UniCoreError ? error.code : 'INTERNAL';
}
