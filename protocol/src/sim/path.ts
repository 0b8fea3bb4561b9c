/** A whole path in simulation: consumer, hub and provider, whose sockets a test may cut and whose hub it may kill. */
import { Acceptor, type OpenRequest } from '../acceptor.ts';
import { FrameType } from '../frame.ts';
import { Hop, join } from '../join.ts';
import { Leg, type LegHandler } from '../leg.ts';
import { packMeta } from '../meta.ts';
import { SimClock } from './clock.ts';
import { Wire } from './wire.ts';

export interface PathOptions {
  /** One way, per socket. */
  delayMs: number;
  /** From the loss of a socket to the next try. */
  reconnectMs: number;
  accept: (request: OpenRequest) => void;
  /** The consumer's socket is up: attach. */
  onConsumerUp: () => void;
}

export class Path {
  readonly clock = new SimClock();
  readonly acceptor: Acceptor;
  consumerLeg: Leg | undefined;
  #providerLeg: Leg | undefined;
  /** The hub's ends. */
  #hubProvider: Leg | undefined;
  #consumerWire: Wire | undefined;
  #providerWire: Wire | undefined;
  #hubUp = true;
  readonly #options: PathOptions;

  constructor(options: PathOptions) {
    this.#options = options;
    this.acceptor = new Acceptor({ clock: this.clock, accept: options.accept });
    this.#dialProvider();
    this.#dialConsumer();
  }

  get providerLeg(): Leg | undefined {
    return this.#providerLeg;
  }

  cutConsumer(): void {
    this.#consumerWire?.cut();
  }

  cutProvider(): void {
    this.#providerWire?.cut();
  }

  killHub(downMs: number): void {
    this.#hubUp = false;
    this.cutConsumer();
    this.cutProvider();
    this.clock.after(downMs, () => {
      this.#hubUp = true;
    });
  }

  #dialConsumer(): void {
    const hub: LegHandler = {
      hello: () => hubLeg.welcome({}),
      open: (open) => {
        const next = this.#hubProvider;
        if (!next?.up) return hubLeg.send({ type: FrameType.DETACHED, ch: open.ch, code: 7 });
        const bound = hubLeg.portOf(open.ch);
        const auth = packMeta({ user: 'u' });
        if (bound instanceof Hop) return bound.leg.send({ ...open, ch: bound.ch, auth });
        const ch = next.allocate();
        join(hubLeg, open.ch, next, ch);
        next.send({ ...open, ch, auth });
      },
      closed: () => {},
    };
    const {
      near,
      far: hubLeg,
      wire,
    } = this.#dial('consumer', hub, {
      welcome: () => {
        this.consumerLeg = near;
        this.#options.onConsumerUp();
      },
      closed: () => {
        this.consumerLeg = undefined;
        this.#retry(() => this.#dialConsumer());
      },
    });
    this.#consumerWire = wire;
  }

  #dialProvider(): void {
    const hub: LegHandler = {
      hello: () => {
        hubLeg.welcome({});
        this.#hubProvider = hubLeg;
      },
      closed: () => {},
    };
    const {
      near,
      far: hubLeg,
      wire,
    } = this.#dial('provider', hub, {
      open: (open) => this.acceptor.open(near, open),
      closed: () => this.#retry(() => this.#dialProvider()),
    });
    this.#providerLeg = near;
    this.#providerWire = wire;
  }

  #dial(
    peer: 'consumer' | 'provider',
    hub: LegHandler,
    own: LegHandler,
  ): { near: Leg; far: Leg; wire: Wire } {
    const { clock } = this;
    const wire = new Wire(clock, this.#options.delayMs);
    const near = new Leg({ transport: wire.a, clock, peer: 'hub', dial: { meta: {} }, handler: own });
    const far = new Leg({ transport: wire.b, clock, peer, handler: hub });
    wire.connect(near, far);
    if (!this.#hubUp) this.clock.after(0, () => wire.cut());
    return { near, far, wire };
  }

  #retry(dial: () => void): void {
    this.clock.after(this.#options.reconnectMs, dial);
  }
}
