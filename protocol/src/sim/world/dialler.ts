/** Keeps a connection to a host. It connects again each time that the connection is lost. */

import { Leg, type LegHandler } from '../../leg/index.ts';
import { Backoff } from '../../time/index.ts';
import type { FrameOf, FrameType, Peer } from '../../wire/index.ts';
import type { Wire } from '../wire.ts';
import type { Host, Line } from './net.ts';
import type { World } from './part.ts';

/** Default pauses between two attempts to connect to the host, ms. */
const RETRY = { first: 100, most: 2_000 };

export interface DiallerOptions {
  world: World;
  from: string;
  to: Host;
  /** Called for each socket. */
  line: () => Line;
  /** Pauses between two attempts to connect to the host, ms. */
  retry?: { first: number; most: number };
  /** The kind of peer at the other end of the connection. */
  peer: Peer;
  hello: () => unknown;
  handler: LegHandler;
  up?: (leg: Leg) => void;
  /** Handles an OPEN frame, if the other side may open channels. */
  open?: (leg: Leg, open: FrameOf<typeof FrameType.OPEN>) => void;
  /** Sets a timer in the process that owns this dialler. */
  later: (ms: number, run: () => void) => void;
}

export class Dialler {
  readonly #o: DiallerOptions;
  readonly #backoff: Backoff;
  #leg: Leg | undefined;
  #wire: Wire | undefined;
  /** The previous connection. It is kept until the new connection is up. */
  #former: Leg | undefined;

  constructor(options: DiallerOptions) {
    this.#o = options;
    const { world, retry = RETRY } = options;
    this.#backoff = new Backoff({ ...retry, random: () => world.random.fraction() });
  }

  /** The newest leg. */
  get leg(): Leg | undefined {
    return this.#leg;
  }

  dial(): void {
    const { world, from, to, line, peer, hello, handler, open } = this.#o;
    this.#wire = world.net.dial(from, to, line(), (transport) => {
      const leg: Leg = new Leg({
        transport,
        clock: world.clock,
        peer,
        dial: { meta: hello() },
        handler: {
          ...handler,
          ...(open ? { open: (frame) => open(leg, frame) } : {}),
          welcome: () => {
            this.#backoff.reset();
            const old = this.#former;
            this.#former = undefined;
            this.#o.up?.(leg);
            if (old?.channels === 0 && this.#leavesOld) old.close('OK', '');
          },
          goAway: (_code, afterMs) => {
            if (this.#leg === leg && afterMs > 0)
              this.#o.later((world.random.fraction() * afterMs) / 2, () => {
                if (this.#leg === leg) this.redial();
              });
          },
          // Make-before-break: the old connection is closed after its last channel has moved to the new
          // connection.
          idle: () => {
            if (this.#leg !== leg && this.#leg?.up && this.#leavesOld) leg.close('OK', '');
          },
          closed: (code, message) => {
            handler.closed(code, message);
            if (this.#leg === leg) this.#o.later(this.#backoff.next(), () => this.dial());
          },
        },
      });
      this.#leg = leg;
      return leg;
    });
  }

  /**
   * True if this side closes an old connection that carries no channels. A provider does not: an OPEN frame may be
   * on its way on the old connection, so the hub closes it.
   */
  get #leavesOld(): boolean {
    return this.#o.open === undefined;
  }

  /**
   * Opens a new connection although the old connection still exists, as after a change of network. stalls:
   * the old socket delivers nothing more. closes: this side closes the old connection.
   */
  redial({ stalls, closes } = { stalls: false, closes: false }): void {
    const old = this.#leg;
    if (stalls) this.#wire?.stall();
    this.#former = old;
    this.dial();
    if (closes) old?.close('LEG_LOST', 'the network changed');
  }
}
