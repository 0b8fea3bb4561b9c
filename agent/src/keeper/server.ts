/**
 * The keeper's end of its unix socket. The server serves only the newest tunnel process, and ends the keeper
 * when it is idle.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { Acceptor, type Clock, Leg, type OpenRequest } from '@unicore/protocol';
import { zlibDeflater } from '@unicore/protocol/zlib';
import type { Logger } from 'pino';
import { acceptRpc, listenAlone, StreamTransport } from '../local/index.ts';
import type { KeeperMethods } from './contract.ts';

/** A keeper that has no terminals and no tunnel ends after this time, in ms. */
const IDLE_MS = 30_000;

/** The interface through which the server uses the keeper's terminals. */
export interface TerminalHost {
  readonly methods: KeeperMethods;
  /** Called when a viewer opens a channel to a terminal. */
  accept(request: OpenRequest): void;
  /**
   * Called when a viewer resumes its channel. Returns the metadata for the answer to the viewer, or throws to
   * refuse the viewer.
   */
  reattach(epochHex: string, auth: unknown, meta: unknown): unknown;
  /** Number of live terminals. */
  readonly size: number;
}

export interface KeeperServerOptions {
  socketPath: string;
  terminals: TerminalHost;
  clock: Clock;
  log: Logger;
  /** Called when the keeper is idle and should end. */
  idle(): void;
}

export class KeeperServer {
  readonly #options: KeeperServerOptions;
  readonly #server: Server;
  readonly #acceptor: Acceptor;
  #leave: () => void = () => undefined;
  #leg: Leg | undefined;
  #cancelIdle: (() => void) | undefined;

  /** Rejects with CONFLICT if another keeper already listens at the path. */
  static async start(options: KeeperServerOptions): Promise<KeeperServer> {
    const keeper = new KeeperServer(options);
    keeper.#leave = await listenAlone(keeper.#server, options.socketPath);
    keeper.#waitIdle();
    return keeper;
  }

  private constructor(options: KeeperServerOptions) {
    this.#options = options;
    this.#server = createServer((socket) => this.#connected(socket));
    this.#acceptor = new Acceptor({
      clock: options.clock,
      accept: (request) => this.#accept(request),
      deflater: zlibDeflater,
      reattach: (channel, auth, meta) => options.terminals.reattach(channel.epochHex, auth, meta),
    });
  }

  close(): void {
    this.#cancelIdle?.();
    this.#acceptor.close('GOING_AWAY', 'the keeper of the terminals ended');
    this.#leg?.close('GOING_AWAY', 'the keeper of the terminals ended');
    this.#leave();
  }

  #connected(socket: Socket): void {
    const { clock, log } = this.#options;
    const transport = new StreamTransport(socket);
    const leg = new Leg({
      transport,
      clock,
      peer: 'tunnel',
      handler: {
        hello: () => {
          this.#leg?.close('SUPERSEDED', 'a newer tunnel took over');
          this.#leg = leg;
          this.#cancelIdle?.();
          leg.welcome({ pid: process.pid });
        },
        open: (open) => this.#acceptor.open(leg, open),
        fault: (error) => log.error({ err: error }, 'a frame could not be handled'),
        closed: () => {
          if (this.#leg !== leg) return;
          this.#leg = undefined;
          this.#waitIdle();
        },
      },
    });
    transport.attach(leg);
  }

  #accept(request: OpenRequest): void {
    if (request.kind === 'control') this.#serveControl(request);
    else if (request.kind === 'terminal') this.#options.terminals.accept(request);
    else request.refuse('KIND_UNKNOWN', `the keeper has no channels of kind ${request.kind}`);
  }

  #serveControl(request: OpenRequest): void {
    acceptRpc<object, KeeperMethods>(request, {
      local: this.#options.terminals.methods,
      onError: (error, what) => this.#options.log.warn({ err: error, what }, 'control call failed'),
    });
  }

  #waitIdle(): void {
    const { clock, terminals, idle } = this.#options;
    this.#cancelIdle?.();
    this.#cancelIdle = clock.after(IDLE_MS, () => {
      if (this.#leg) return;
      if (terminals.size === 0) idle();
      else this.#waitIdle();
    });
  }
}
