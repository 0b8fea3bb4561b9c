/**
 * Part of the fuzz run: runs a hub with two users and two providers in simulated time. The user Bob and the
 * provider `good` follow the protocol. The caller can change the messages of the hostile user Mallory and the
 * hostile provider `bad`. These messages must not affect Bob and `good`.
 */
import type { ErrorCode } from '@unicore/protocol';
import { type Random, SimClock } from '@unicore/protocol/sim';
import { CheckedStream } from '../peers/checked-stream.ts';
import { Consumer } from '../peers/fuzz-consumer.ts';
import { Provider } from '../peers/fuzz-provider.ts';
import { type LineEnd, newLine, type Tamper } from './line.ts';
import { SimHub } from './sim-hub.ts';

const running = (owner: string, providerId: string) => ({ owner, providerId, running: true });
const VMS = new Map([
  ['vm-bob', running('bob', 'good')],
  ['vm-bob-far', running('bob', 'bad')],
  ['vm-mallory', running('mallory', 'good')],
  ['vm-mallory-far', running('mallory', 'bad')],
]);
/**
 * After this simulated time, the hub and the providers must have dropped all state of lost or ended channels,
 * ms. The product keeps such state for a shorter time.
 */
const FORGOTTEN_MS = 300_000;
/**
 * Time limit for the bytes of the honest user Bob to arrive, ms of simulated time. The limit holds whatever
 * the hostile user Mallory did to the sockets that carry data of both users.
 */
const ARRIVED_MS = 120_000;
/** Simulated time between two checks of whether the honest peers are connected, ms. */
const PAUSE_MS = 100;
/** Simulated time for messages in transit to arrive, ms. */
const QUIET_MS = 5_000;
/** Names of the terminals that the honest user Bob opens on the honest provider `good`. */
const TERMINALS = ['t1', 't2'];
/**
 * Numbers of the known byte sequences that the honest user Bob and his provider send in a terminal. Every
 * sequence is different.
 */
const bobSends = (terminalId: string) => 2 * TERMINALS.indexOf(terminalId) + 1;
const providerSends = (terminalId: string) => bobSends(terminalId) + 1;

export interface WorldOptions {
  random: Random;
  /**
   * Functions that change the messages of the hostile user Mallory and of the hostile provider `bad`. The
   * functions for the other peers only observe messages.
   */
  tamper: { mallory: Pair; bad: Pair; others: Pair };
  /**
   * Called with the error code or close code when a socket, a channel, or a raw terminal (a plain WebSocket
   * for one terminal) has ended.
   */
  ended(what: 'socket' | 'channel' | 'terminal', code: string): void;
}

interface Pair {
  up?: Tamper;
  down?: Tamper;
}

export class World {
  readonly clock = new SimClock();
  readonly hub: SimHub;
  readonly bob: Consumer;
  readonly mallory: Consumer;
  readonly good: Provider;
  readonly bad: Provider;
  readonly raw = new Set<LineEnd>();
  readonly #random: Random;
  readonly #options: WorldOptions;
  readonly #defects: Error[] = [];
  readonly #bobs: CheckedStream[] = [];
  readonly #toBob: CheckedStream[] = [];
  #over = false;

  constructor(options: WorldOptions) {
    const { random, tamper, ended } = options;
    this.#random = random;
    this.#options = options;
    const { clock } = this;
    const defect = (error: Error) => this.#defects.push(error);
    this.hub = new SimHub({ clock, vms: VMS, defect });
    const common = {
      clock,
      hub: this.hub,
      random,
      defect,
      channelClosed: (code: ErrorCode) => ended('channel', code),
    };
    const intact = (who: string) => (code: string) => {
      if (!this.#over) defect(new Error(`the socket of ${who} was closed with ${code}`));
    };
    const unchecked = (closed: (code: ErrorCode) => void) =>
      new CheckedStream({ sends: 9, gets: undefined, closed });
    this.good = new Provider({
      ...common,
      token: () => 'agent-good',
      connect: this.#connector('/provider', tamper.others),
      stream: (user, terminalId, closed) =>
        user === 'bob' ? this.#streamToBob(terminalId, closed) : unchecked(closed),
      closed: intact('the good provider'),
    });
    this.bad = new Provider({
      ...common,
      token: () => 'agent-bad',
      connect: this.#connector('/provider', tamper.bad),
      stream: (_user, _terminalId, closed) => unchecked(closed),
      closed: (code) => ended('socket', code),
    });
    this.bob = new Consumer({
      ...common,
      token: 'token-bob',
      connect: this.#connector('/consumer', tamper.others),
      closed: intact('Bob'),
    });
    this.mallory = new Consumer({
      ...common,
      token: 'token-mallory',
      connect: this.#connector('/consumer', tamper.mallory),
      closed: (code) => ended('socket', code),
    });
  }

  /**
   * Advances simulated time. Then throws the first error that the hub or a peer has reported, if there is
   * one.
   */
  async advance(ms: number): Promise<void> {
    await this.clock.advance(ms);
    if (this.#defects.length > 0) throw this.#defects[0]!;
  }

  /**
   * Opens terminals of the honest user Bob: two on the honest provider, and one on the hostile provider. The
   * terminals on the honest provider must continue to work.
   */
  async start(): Promise<void> {
    // One step of simulated time may end before the promises of the handshakes have settled. Therefore time
    // advances in a loop until Bob and the good provider are connected.
    while (!this.bob.peer.leg || !this.good.peer.leg) await this.advance(PAUSE_MS);
    for (const terminalId of TERMINALS) {
      const sequences = { sends: bobSends(terminalId), gets: providerSends(terminalId) };
      this.#bobs.push(this.bob.open({ vmId: 'vm-bob', terminalId }, sequences));
    }
    this.bob.open({ vmId: 'vm-bob-far' }, { sends: 0, gets: undefined });
    await this.advance(1_000);
  }

  /** The two ends of each terminal that the honest user Bob opened on the honest provider. */
  get honest(): readonly CheckedStream[] {
    return [...this.#bobs, ...this.#toBob];
  }

  /**
   * Opens a raw terminal of the hostile user Mallory: a plain WebSocket for one terminal, without the frames
   * of the protocol.
   */
  openRaw(query: string): LineEnd {
    const { near, far } = newLine({ clock: this.clock, ...this.#line({}) });
    this.raw.add(near);
    near.on('close', (code: number) => {
      this.raw.delete(near);
      this.#options.ended('terminal', String(code));
    });
    this.hub.admit(far, '/terminal', query);
    return near;
  }

  /** Lets the hub ask all peers to disconnect, and then stops the peers. */
  async stopHub(): Promise<void> {
    this.#over = true;
    this.hub.goAway();
    await this.advance(QUIET_MS);
    for (const { peer } of [this.bob, this.mallory, this.good, this.bad]) peer.stop();
  }

  /**
   * Checks that all bytes between the honest user Bob and the honest provider arrive. Checks also that no
   * state is left after all peers have disconnected.
   */
  async finish(): Promise<void> {
    for (const stream of this.honest) {
      stream.goOn();
      stream.say(100);
    }
    const until = this.clock.now() + ARRIVED_MS;
    while (this.#missing > 0 && this.clock.now() < until) await this.advance(QUIET_MS);
    this.#checkHonest();
    for (const stream of this.#bobs) stream.end();
    await this.advance(QUIET_MS);
    for (const { closedWith } of this.honest) {
      if (closedWith !== 'OK') throw new Error(`a channel of Bob's ended with ${closedWith}, not in order`);
    }
    this.#over = true;
    for (const consumer of [this.bob, this.mallory]) consumer.stop();
    for (const end of this.raw) end.close(1000);
    await this.advance(QUIET_MS);
    for (const provider of [this.good, this.bad]) provider.peer.stop();
    await this.advance(FORGOTTEN_MS);
    this.#checkForgotten();
  }

  #checkHonest(): void {
    if (this.#toBob.length !== this.#bobs.length) {
      throw new Error(
        `Bob opened ${this.#bobs.length} terminals, the good provider has ${this.#toBob.length} of his`,
      );
    }
    for (const stream of this.honest) {
      if (stream.interruptions.length > 0)
        throw new Error(`a channel of Bob's was interrupted: ${stream.interruptions.join(', ')}`);
    }
    if (this.#missing > 0) throw new Error(`${this.#missing} bytes of Bob and his provider did not arrive`);
  }

  /**
   * Number of bytes that the honest user Bob and the honest provider should have received from each other,
   * but have not.
   */
  get #missing(): number {
    return this.honest.reduce((sum, { told, received }) => sum + told - received, 0);
  }

  #checkForgotten(): void {
    const left = {
      'joined channels': this.hub.joined,
      routes: this.hub.relay.routes.size,
      'epochs of the good provider': this.good.epochs,
      'epochs of the bad provider': this.bad.epochs,
      'terminals of the providers': this.good.streams.size + this.bad.streams.size,
      'openers of the consumers': this.bob.terminals.size + this.mallory.terminals.size,
      'raw terminals': this.raw.size,
      timers: this.clock.pending,
    };
    for (const [what, count] of Object.entries(left)) {
      if (count !== 0) throw new Error(`${count} ${what} are left when everybody is gone`);
    }
  }

  #streamToBob(terminalId: string, closed: (code: ErrorCode) => void): CheckedStream {
    const sequences = { sends: providerSends(terminalId), gets: bobSends(terminalId) };
    const stream = new CheckedStream({ ...sequences, closed });
    this.#toBob.push(stream);
    return stream;
  }

  #connector(path: '/consumer' | '/provider', tamper: Pair): () => Promise<LineEnd> {
    return async () => {
      const { near, far } = newLine({ clock: this.clock, ...this.#line(tamper) });
      this.hub.admit(far, path);
      return near;
    };
  }

  #line(tamper: Pair) {
    const delayMs = 1 + this.#random.below(20);
    const bytesPerMs = this.#random.pick([100, 1_000, 100_000]);
    return { delayMs, bytesPerMs, ...tamper };
  }
}
