/** The legs between this hub and others: one to each hub that somebody here needs, and one from each that needs us. */
import { type Clock, type ErrorCode, type Leg, spread, UniCoreError } from '@unicore/protocol';
import type { Logger } from 'pino';
import type { HubDialer } from './hub-dialer.ts';
import type { HubMeter, LegEnd } from './meter.ts';

/** A leg that does not go the best way is replaced after this, if that way leads there by then, ms. */
const BETTER_MS = 30_000;
/** A leg that was replaced may keep its last channels for so long, ms. */
const RETIRE_MS = 15_000;

export interface HubLegsOptions {
  clock: Clock;
  log: Logger;
  meter: HubMeter;
  /** The best first. */
  ways: readonly HubDialer[];
}

/** Our leg to one hub: being dialled, or up. */
interface Ours {
  up: Promise<Leg>;
  leg?: Leg;
}

export class HubLegs {
  readonly #options: HubLegsOptions;
  readonly #ours = new Map<string, Ours>();
  /** All that are up, theirs too. */
  readonly #up = new Set<Leg>();
  #closed = false;

  constructor(options: HubLegsOptions) {
    this.#options = options;
  }

  /** Legs that are up. */
  get size(): number {
    return this.#up.size;
  }

  /** We have a leg to this hub. */
  has(peer: string): boolean {
    return this.#ours.get(peer)?.leg?.up === true;
  }

  /** Our leg to this hub, once it is up. Rejects within seconds where the hub does not answer. */
  to(peer: string): Promise<Leg> {
    const known = this.#ours.get(peer);
    // One that closed in the same moment as it came up was not known yet when it did.
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

  /** Another hub's leg to us is up; the result is to be called when it closed. */
  accepted(leg: Leg, way: HubDialer['name']): () => void {
    this.#count(leg, way, 'accepted');
    return () => this.#uncount(leg, way, 'accepted');
  }

  close(): void {
    this.#closed = true;
    for (const leg of [...this.#up]) leg.close('GOING_AWAY', 'This hub stops.');
  }

  /** By the first way that leads there. */
  async #dial(peer: string): Promise<Leg> {
    const { ways } = this.#options;
    let failed: unknown = new UniCoreError('LEG_LOST', 'The other hub is not there any more.');
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

  /** A better way may lead there later, and is then taken: the new leg first, then channel by channel. */
  #betterLater(peer: string, leg: Leg, ways: readonly HubDialer[]): void {
    const { clock } = this.#options;
    clock.after(BETTER_MS, async () => {
      if (!leg.up || this.#closed) return;
      for (const way of ways) {
        const better = await this.#by(way, peer).catch(() => undefined);
        if (!better?.up) continue;
        this.#ours.set(peer, { up: Promise.resolve(better), leg: better });
        spread(clock, leg.vacating());
        clock.after(RETIRE_MS, () => leg.close('SUPERSEDED', 'There is a better leg.'));
        return;
      }
      this.#betterLater(peer, leg, ways);
    });
  }
}

function codeOf(error: unknown): ErrorCode {
  return error instanceof UniCoreError ? error.code : 'INTERNAL';
}
