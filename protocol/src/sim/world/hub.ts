/**
 * One of several simulated hubs in a row. It accepts connections from consumers or from the previous hub. It
 * forwards frames to the next hub or to providers.
 */
import { Leg, type Transport } from '../../leg/index.ts';
import { packMeta, unpackMeta } from '../../wire/index.ts';
import { Dialler } from './dialler.ts';
import type { Host, Line } from './net.ts';
import { Part, type World } from './part.ts';
import { SimRelay } from './relay.ts';

/**
 * Time after which an old connection is closed, ms. Without this limit, the connection would stay open as
 * long as one of its ends still uses a channel number.
 */
const RETIRE_MS = 15_000;

export interface HubPlan {
  /**
   * True if hubs forward a repeated OPEN frame; false if hubs drop it. Dropping is allowed if no frame is
   * lost inside a relay.
   */
  repeatsPass: boolean;
  /** What a hub does with a provider's older socket when the provider opens a newer socket. */
  newerRoute: 'closes' | 'moves' | 'leaves';
  /** Longest time until a hub forwards or refuses an OPEN frame, ms. */
  judgeMs?: number;
}

/** The next hub in the row, and the properties of the connection to that hub. */
interface NextHub {
  hub: SimHub;
  line: Line;
}

export class SimHub extends Part implements Host {
  /** The next hub in the row; undefined for the last hub, to which the providers connect. */
  readonly #next: NextHub | undefined;
  readonly #plan: HubPlan;
  #relay: SimRelay | undefined;
  #dialler: Dialler | undefined;
  readonly #routes = new Map<number, { leg: Leg; connSeq: number }>();
  /** The user name for each connection that a consumer has opened. It is the name of the consumer. */
  readonly #users = new Map<Leg, string>();

  constructor(name: string, world: World, plan: HubPlan, next?: NextHub) {
    super(name, world);
    this.#plan = plan;
    this.#next = next;
  }

  /** Number of channels that pass through this hub. */
  get channels(): number {
    return this.#relay?.channels ?? 0;
  }

  purge(pick: number): boolean {
    return this.#relay?.purge(pick) ?? false;
  }

  accept(transport: Transport, from: string): Leg {
    const relay = this.#relay;
    const peer = from.startsWith('consumer') ? 'consumer' : from.startsWith('hub') ? 'tunnel' : 'provider';
    const leg: Leg = new Leg({
      transport,
      clock: this.world.clock,
      peer,
      handler: this.handler({
        hello: (meta) => {
          if (peer === 'consumer') this.#users.set(leg, from);
          if (peer !== 'provider' || this.#claim(leg, meta as ProviderHello)) leg.welcome({});
        },
        ...(peer === 'provider' ? {} : { open: (open) => relay?.open(leg, open) }),
        ...(peer === 'provider' ? { idle: () => this.#idle(leg) } : {}),
        closed: () => this.#closed(leg),
      }),
    });
    return leg;
  }

  protected override begin(): void {
    const { clock, random } = this.world;
    const next = this.#next;
    this.#relay = new SimRelay({
      clock,
      random,
      ...this.#plan,
      ill: () => this.ill,
      next: (open) => {
        if (next) return this.#dialler?.leg;
        const { provider = 0 } = unpackMeta(open.meta) as { provider?: number };
        return this.#routes.get(provider)?.leg;
      },
      stamp: (from, open) => {
        const user = this.#users.get(from);
        return user === undefined ? open.auth : packMeta({ user });
      },
    });
    if (!next) return;
    this.#dialler = new Dialler({
      world: this.world,
      from: this.name,
      to: next.hub,
      line: () => next.line,
      peer: 'keeper',
      hello: () => ({}),
      handler: this.handler({ closed: () => {} }),
      later: (ms, run) => this.later(ms, run),
    });
    this.#dialler.dial();
  }

  protected override die(): void {
    this.#relay = undefined;
    this.#dialler = undefined;
    this.#routes.clear();
    this.#users.clear();
  }

  #claim(leg: Leg, { provider, connSeq }: ProviderHello): boolean {
    const current = this.#routes.get(provider);
    if (current && connSeq <= current.connSeq) {
      leg.close('SUPERSEDED', 'a newer connection is here');
      return false;
    }
    this.#routes.set(provider, { leg, connSeq });
    const { newerRoute } = this.#plan;
    if (current && newerRoute === 'closes') current.leg.close('SUPERSEDED', 'a newer connection took over');
    if (current && newerRoute === 'moves') this.#move(current.leg);
    return true;
  }

  /**
   * Moves each channel to the provider's new connection. The old connection closes after its last channel has
   * moved, or after RETIRE_MS.
   */
  #move(old: Leg): void {
    this.later(RETIRE_MS, () => old.close('SUPERSEDED', 'a newer connection took over'));
    for (const vacate of old.vacating()) vacate();
    if (old.channels === 0) old.close('SUPERSEDED', 'a newer connection took over');
  }

  #idle(leg: Leg): void {
    const current = [...this.#routes.values()].some((route) => route.leg === leg);
    if (!current && this.#plan.newerRoute === 'moves') leg.close('SUPERSEDED', 'every channel moved');
  }

  #closed(leg: Leg): void {
    this.#users.delete(leg);
    for (const [provider, route] of this.#routes) if (route.leg === leg) this.#routes.delete(provider);
  }
}

export interface ProviderHello {
  provider: number;
  /**
   * A number that rises with each socket that the provider opens. It tells the hub which socket is the
   * newest.
   */
  connSeq: number;
}
