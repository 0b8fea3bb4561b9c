/**
 * A small simulated world of one consumer, one hub and one provider. Tests can close or move the sockets and
 * kill the hub.
 */
import { Acceptor, type Deflater, type OpenRequest } from '../../channel/index.ts';
import type { Leg } from '../../leg/index.ts';
import { SimClock } from '../clock.ts';
import { Random } from '../random.ts';
import { Dialler } from './dialler.ts';
import { SimHub } from './hub.ts';
import { Net } from './net.ts';
import type { World } from './part.ts';
import { Trace } from './trace.ts';

/** Pauses between two attempts of a simulated process to open a connection, ms. */
const RETRY = { first: 40, most: 1_000 };

export interface PathOptions {
  /** Returns the one-way delay of a socket, ms. Called for each socket. */
  delayMs: () => number;
  accept: (request: OpenRequest) => void;
  /** The compression at the accepting end of the channels. */
  deflater?: Deflater | undefined;
  /** Called when the consumer's socket is up. The consumer's channels should attach to it now. */
  onConsumerUp: () => void;
}

export class Path {
  readonly clock = new SimClock();
  readonly acceptor: Acceptor;
  readonly #net: Net;
  readonly #hub: SimHub;
  readonly #consumer: Dialler;
  readonly #provider: Dialler;

  constructor({ delayMs, accept, deflater, onConsumerUp }: PathOptions) {
    const { clock } = this;
    const random = new Random(1);
    const trace = new Trace(clock);
    this.#net = new Net(clock, random, trace);
    const world: World = {
      clock,
      random,
      trace,
      net: this.#net,
      violated: (what) => {
        throw new Error(what);
      },
    };
    this.acceptor = new Acceptor({ clock, accept, ...(deflater && { deflater }) });
    this.#hub = new SimHub('hub', world, { repeatsPass: true, newerRoute: 'moves', judgeMs: 0 });
    const common = {
      world,
      to: this.#hub,
      line: () => ({ delayMs: delayMs() }),
      retry: RETRY,
      peer: 'hub' as const,
      handler: { closed: () => {} },
      later: (ms: number, run: () => void) => clock.after(ms, run),
    };
    let connSeq = 0;
    this.#provider = new Dialler({
      ...common,
      from: 'provider',
      hello: () => ({ provider: 0, connSeq: ++connSeq }),
      open: (leg, open) => this.acceptor.open(leg, open),
    });
    this.#consumer = new Dialler({ ...common, from: 'consumer', hello: () => ({}), up: onConsumerUp });
    this.#hub.start();
    this.#provider.dial();
    this.#consumer.dial();
  }

  /** The consumer's newest connection, which may not be up yet. */
  get consumerLeg(): Leg | undefined {
    return this.#consumer.leg;
  }

  get providerLeg(): Leg | undefined {
    return this.#provider.leg;
  }

  cutConsumer(): void {
    this.#net.kill('consumer');
  }

  cutProvider(): void {
    this.#net.kill('provider');
  }

  /** Opens a new socket for the consumer, moves the channels to it, and then closes the old socket. */
  moveConsumer(): void {
    this.#consumer.redial();
  }

  /**
   * Opens a new socket for the provider. The hub moves the channels to it, and then closes the old socket.
   */
  moveProvider(): void {
    this.#provider.redial();
  }

  killHub(downMs: number): void {
    this.#hub.kill();
    this.clock.after(downMs, () => this.#hub.start());
  }
}
