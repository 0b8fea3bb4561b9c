/**
 * A simulated provider. Its tunnel process connects to the hub and relays channels to its keeper process,
 * where the channels end.
 */
import { type AcceptedChannel, Acceptor, type OpenRequest } from '../../channel/index.ts';
import { Leg, type Transport } from '../../leg/index.ts';
import { UniCoreError } from '../../wire/index.ts';
import { App } from './app.ts';
import { Dialler } from './dialler.ts';
import type { Host } from './net.ts';
import { Part } from './part.ts';
import type { PlannedWorld } from './plan.ts';
import { SimRelay } from './relay.ts';

export class SimTunnel extends Part<PlannedWorld> {
  readonly #number: number;
  readonly #hub: Host;
  readonly #keeper: SimKeeper;
  #toHub: Dialler | undefined;
  #relay: SimRelay | undefined;
  #connSeq = 0;

  constructor(number: number, world: PlannedWorld, hub: Host, keeper: SimKeeper) {
    super(`tunnel${number}`, world);
    this.#number = number;
    this.#hub = hub;
    this.#keeper = keeper;
  }

  /** Number of channels that pass through this tunnel. */
  get channels(): number {
    return this.#relay?.channels ?? 0;
  }

  redial(how: { stalls: boolean; closes: boolean }): void {
    this.#toHub?.redial(how);
  }

  protected override begin(): void {
    const { world } = this;
    const { clock, random, plan } = world;
    const common = {
      world,
      from: this.name,
      handler: this.handler({ closed: () => {} }),
      later: (ms: number, run: () => void) => this.later(ms, run),
    };
    const toKeeper = new Dialler({
      ...common,
      to: this.#keeper,
      line: () => plan.lines.keeper,
      peer: 'keeper',
      hello: () => ({}),
    });
    const relay = new SimRelay({
      clock,
      random,
      repeatsPass: true,
      ill: () => this.ill,
      next: () => toKeeper.leg,
    });
    this.#relay = relay;
    this.#toHub = new Dialler({
      ...common,
      to: this.#hub,
      line: () => plan.lines.provider[this.#number]!,
      peer: 'hub',
      hello: () => ({ provider: this.#number, connSeq: ++this.#connSeq }),
      open: (leg, open) => relay.open(leg, open),
    });
    toKeeper.dial();
    this.#toHub.dial();
  }

  protected override die(): void {
    this.#toHub = undefined;
    this.#relay = undefined;
  }
}

export class SimKeeper extends Part<PlannedWorld> implements Host {
  readonly #number: number;
  readonly #accepted: (epochHex: string, app: App) => void;
  #acceptor: Acceptor | undefined;
  readonly #legs = new Set<Leg>();
  readonly #living = new Set<AcceptedChannel>();
  #judging = 0;

  /** accepted: called for each channel that this keeper accepts. */
  constructor(number: number, world: PlannedWorld, accepted: (epochHex: string, app: App) => void) {
    super(`keeper${number}`, world);
    this.#number = number;
    this.#accepted = accepted;
  }

  /** Number of channels that the keeper remembers, including channels that have ended (tombstones). */
  get epochs(): number {
    return this.#acceptor?.size ?? 0;
  }

  /**
   * Compares the number of attached channels with the channel numbers in use. Returns a description if they
   * do not match, and undefined otherwise. Each attached channel uses one number. Each OPEN frame that is not
   * yet accepted or refused may use one more.
   */
  get miscounted(): string | undefined {
    let bound = 0;
    for (const leg of this.#legs) bound += leg.channels;
    const attached = [...this.#living].filter((channel) => channel.attachedNow).length;
    if (attached <= bound && bound <= attached + this.#judging) return undefined;
    return `${bound} numbers are bound for ${attached} attached channels, ${this.#judging} are judged`;
  }

  accept(transport: Transport): Leg {
    const leg: Leg = new Leg({
      transport,
      clock: this.world.clock,
      peer: 'tunnel',
      handler: this.handler({
        hello: () => leg.welcome({}),
        open: (open) => this.#acceptor?.open(leg, open),
        closed: () => this.#legs.delete(leg),
      }),
    });
    this.#legs.add(leg);
    return leg;
  }

  protected override begin(): void {
    const { clock, plan, deflater } = this.world;
    this.#acceptor = new Acceptor({
      clock,
      accept: (request) => this.#asked(request),
      ...(plan.deflates.keeper[this.#number] && deflater ? { deflater } : {}),
      reattach: (channel, auth) => this.#reattach(channel, auth),
    });
  }

  protected override die(): void {
    this.#acceptor?.close('CONTAINER_LOST', 'the keeper died');
    this.#acceptor = undefined;
    this.#living.clear();
    this.#judging = 0;
  }

  #asked(request: OpenRequest): void {
    const { world } = this;
    const { channel: number, user } = {
      ...(request.meta as { channel: number }),
      ...(request.auth as { user: string }),
    };
    const channel = world.plan.channels[number]!;
    if (user !== `consumer${channel.consumer}`)
      world.violated(`channel ${number} came in the name of ${user}`);
    const decide = () => {
      if (channel.refused) return request.refuse('FORBIDDEN', 'not for you');
      const app = new App({
        name: `${this.name}/${number}-${request.epochHex.slice(0, 6)}`,
        clock: world.clock,
        random: world.random,
        channel,
        side: 'acceptor',
        salt: saltOf(request.epochHex),
        violated: (what) => world.violated(what),
        event: (text) => world.trace.event(text),
        over: () => this.#living.delete(made),
      });
      const made = request.accept(app.handler, { owner: user });
      this.#living.add(made);
      this.#accepted(request.epochHex, app);
      app.start(made);
    };
    if (channel.judgeMs === 0) return decide();
    this.#judging++;
    this.later(channel.judgeMs, () => {
      this.#judging--;
      decide();
    });
  }

  #reattach(_channel: AcceptedChannel, auth: unknown): unknown {
    const { user } = auth as { user: string };
    if (!user.startsWith('consumer')) throw new UniCoreError('EPOCH_LOST', 'this channel is no longer known');
    return { owner: user };
  }
}

/**
 * Returns a number for a channel, derived from the channel's epoch (its id). The test bytes of the channel
 * depend on the number. Both ends compute the same number, and different channels get different numbers.
 */
export function saltOf(epochHex: string): number {
  return Number.parseInt(epochHex.slice(0, 6), 16);
}
