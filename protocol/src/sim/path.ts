/** A simulated path of consumer, hub and provider. Tests can cut or move its sockets and kill its hub. */
import { Acceptor, type Deflater, type OpenRequest } from '../channel/index.ts';
import { Hop, join } from '../hop/index.ts';
import type { Leg, LegHandler } from '../leg/index.ts';
import { type FrameOf, FrameType, packMeta } from '../wire/index.ts';
import { SimClock } from './clock.ts';
import { Dialler } from './dialler.ts';

export interface PathOptions {
  /** One-way delay in ms; called for each socket. */
  delayMs: () => number;
  /** Pause between the loss of a socket and the next attempt, ms. */
  reconnectMs: number;
  accept: (request: OpenRequest) => void;
  /** The deflater of the path's accepting end. */
  deflater?: Deflater | undefined;
  /** Called when the consumer's socket is up; channels should attach now. */
  onConsumerUp: () => void;
}

export class Path {
  readonly clock = new SimClock();
  readonly acceptor: Acceptor;
  readonly #consumer: Dialler;
  readonly #provider: Dialler;
  /** The hub's end of the provider's newest socket. */
  #route: Leg | undefined;
  #hubUp = true;

  constructor({ delayMs, reconnectMs, accept, deflater, onConsumerUp }: PathOptions) {
    const { clock } = this;
    this.acceptor = new Acceptor({ clock, accept, ...(deflater && { deflater }) });
    const common = { clock, delayMs, reconnectMs, hubUp: () => this.#hubUp };
    this.#provider = new Dialler({
      ...common,
      peer: 'provider',
      hub: (leg) => this.#providerAtHub(leg),
      open: (leg, open) => this.acceptor.open(leg, open),
    });
    this.#consumer = new Dialler({
      ...common,
      peer: 'consumer',
      hub: (leg) => this.#consumerAtHub(leg),
      up: onConsumerUp,
    });
  }

  get consumerLeg(): Leg | undefined {
    return this.#consumer.current;
  }

  get providerLeg(): Leg | undefined {
    return this.#provider.current;
  }

  cutConsumer(): void {
    this.#consumer.cut();
  }

  cutProvider(): void {
    this.#provider.cut();
  }

  /** Opens a new socket, moves the channels to it, then closes the old one. */
  moveConsumer(): void {
    this.#consumer.renew();
  }

  /** Like moveConsumer(), but the hub makes the channels move. */
  moveProvider(): void {
    this.#provider.renew();
  }

  killHub(downMs: number): void {
    this.#hubUp = false;
    this.cutConsumer();
    this.cutProvider();
    this.clock.after(downMs, () => {
      this.#hubUp = true;
    });
  }

  #consumerAtHub(leg: () => Leg): LegHandler {
    return { hello: () => leg().welcome({}), open: (open) => this.#relay(leg(), open), closed: () => {} };
  }

  #providerAtHub(leg: () => Leg): LegHandler {
    return {
      hello: () => {
        const old = this.#route;
        this.#route = leg();
        leg().welcome({});
        for (const vacate of old?.vacating() ?? []) vacate();
        if (old?.channels === 0) old.close('SUPERSEDED', 'moved');
      },
      idle: () => {
        if (leg() !== this.#route) leg().close('SUPERSEDED', 'moved');
      },
      closed: () => {},
    };
  }

  #relay(consumer: Leg, open: FrameOf<typeof FrameType.OPEN>): void {
    const next = this.#route;
    if (!next?.up) return consumer.send({ type: FrameType.DETACHED, ch: open.ch, code: 7 });
    const bound = consumer.portOf(open.ch);
    const auth = packMeta({ user: 'u' });
    if (bound instanceof Hop) return bound.leg.send({ ...open, ch: bound.ch, auth });
    const ch = next.allocate();
    join(consumer, open.ch, next, ch);
    next.send({ ...open, ch, auth });
  }
}
