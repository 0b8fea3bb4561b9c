/**
 * Part of the fuzz run: a peer of the hub (consumer or provider). It connects to the hub, and connects again
 * each time its socket is lost.
 */
import type { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import type { Clock, Leg, LegHandler } from '@unicore/protocol';
import { legOver } from '@unicore/server/sockets';
import { NO_METER } from '@unicore/server/testing';
import type { WebSocket } from 'ws';

/** Pause between the loss of a socket and the next connection attempt, ms. */
const REDIAL_MS = 40;

/** The part of a WebSocket that a peer's connection (leg) uses. Simulated sockets implement it, too. */
export interface Socket extends Pick<WebSocket, 'close' | 'terminate' | 'bufferedAmount'> {
  on: EventEmitter['on'];
  send(message: Uint8Array, done: () => void): void;
}

/**
 * An unused stream in place of the TCP socket. A connection (leg) uses the TCP socket only to cork and uncork
 * writes.
 */
const UNCORKED = new PassThrough();

export interface PeerOptions {
  clock: Clock;
  /** Resolves with an open socket to the hub. */
  connect: () => Promise<Socket>;
  /** Returns the metadata of the peer's HELLO message. Called for each new socket. */
  hello: () => unknown;
  handler: (leg: () => Leg) => Partial<LegHandler>;
  up?: () => void;
  closed: (code: string, reason: string) => void;
  defect: (error: Error) => void;
}

export class Peer {
  #leg: Leg | undefined;
  #socket: Socket | undefined;
  #stopped = false;
  #cut = false;
  readonly #options: PeerOptions;

  constructor(options: PeerOptions) {
    this.#options = options;
    void this.#dial();
  }

  get leg(): Leg | undefined {
    return this.#leg?.up ? this.#leg : undefined;
  }

  /** True if this peer itself has broken its newest socket, by a call of cut(). */
  get wasCut(): boolean {
    return this.#cut;
  }

  cut(): void {
    this.#cut = true;
    this.#socket?.terminate();
  }

  stop(): void {
    this.#stopped = true;
    this.#leg?.close('OK', '');
  }

  async #dial(): Promise<void> {
    try {
      const [hello, socket] = await Promise.all([this.#options.hello(), this.#options.connect()]);
      if (this.#stopped) socket.terminate();
      else this.#greet(socket, hello);
    } catch (error) {
      this.#options.defect(new Error('a peer could not dial', { cause: error }));
    }
  }

  #greet(socket: Socket, hello: unknown): void {
    const { clock, handler, up, closed, defect } = this.#options;
    const leg: Leg = legOver({
      ws: socket as unknown as WebSocket,
      socket: UNCORKED,
      kind: 'hub',
      peer: 'hub',
      dial: { meta: hello },
      clock,
      meter: NO_METER,
      // The send queue of a test peer has no limit.
      maxQueued: Number.POSITIVE_INFINITY,
      handler: {
        ...handler(() => leg),
        fault: (error) => defect(new Error('a frame could not be handled', { cause: error })),
        welcome: () => up?.(),
        closed: (code, reason) => {
          closed(code, reason);
          clock.after(REDIAL_MS, () => this.#stopped || void this.#dial());
        },
      },
    });
    this.#leg = leg;
    this.#socket = socket;
    this.#cut = false;
  }
}
