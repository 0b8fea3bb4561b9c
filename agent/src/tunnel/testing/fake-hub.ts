/** A hub at the other end of a simulated socket. The hub can refuse connections or be unreachable. */
import { type ErrorCode, Leg, type LegHandler, UniCoreError } from '@unicore/protocol';
import { type SimClock, Wire } from '@unicore/protocol/sim';
import type { TunnelSocket } from '../index.ts';

const DELAY_MS = 10;

export class FakeHub {
  /** Times of all dials, on the simulated clock. */
  readonly dials: number[] = [];
  /** URLs of all dials. */
  readonly urls: string[] = [];
  /** Metadata of the WELCOME frame. */
  welcome: unknown = {};
  /** An address at which no hub can be reached. */
  awayUrl: string | undefined;
  /** Metadata of each HELLO frame. */
  readonly hellos: unknown[] = [];
  readonly beats: { seq: number; meta: unknown; at: number }[] = [];
  /** The hub's end of the newest connection. */
  leg: Leg | undefined;
  /** If true, no address can be reached. */
  away = false;
  /** If set, the hub answers HELLO by closing the socket with this code. */
  refuse: ErrorCode | undefined;
  readonly #clock: SimClock;
  readonly #handler: Partial<LegHandler>;
  #wire: Wire | undefined;

  constructor(clock: SimClock, handler: Partial<LegHandler> = {}) {
    this.#clock = clock;
    this.#handler = handler;
  }

  readonly openSocket = async (url: string): Promise<TunnelSocket> => {
    this.dials.push(this.#clock.now());
    this.urls.push(url);
    if (this.away || url === this.awayUrl) throw new UniCoreError('LEG_LOST', 'the hub is away');
    const wire = new Wire(this.#clock, DELAY_MS);
    this.#wire = wire;
    const leg: Leg = new Leg({
      transport: wire.b,
      clock: this.#clock,
      peer: 'provider',
      handler: {
        ...this.#handler,
        hello: (meta) => {
          this.hellos.push(meta);
          if (this.refuse) leg.close(this.refuse, `refused: ${this.refuse}`);
          else leg.welcome(this.welcome);
        },
        beat: (seq, meta) => this.beats.push({ seq, meta, at: this.#clock.now() }),
        closed: () => undefined,
      },
    });
    this.leg = leg;
    return Object.assign(wire.a, { attach: (near: Leg) => wire.connect(near, leg) });
  };

  cut(): void {
    this.#wire?.cut();
  }
}
