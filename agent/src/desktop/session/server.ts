/**
 * The server on the holder's unix socket. Several processes may be connected at the same time, such as the agent
 * and a health check. Each may call the holder and open channels.
 */
import { createServer, type Server, type Socket } from 'node:net';
import {
  type AcceptedChannel,
  Acceptor,
  type Clock,
  Leg,
  type OpenRequest,
  UniCoreError,
} from '@unicore/protocol';
import { DesktopAuth } from '@unicore/protocol/control';
import { zlibDeflater } from '@unicore/protocol/zlib';
import type { Logger } from 'pino';
import { acceptRpc, listenAlone, StreamTransport } from '../../local/index.ts';
import type { HolderMethods, HolderNews, HolderStatus } from '../holder/index.ts';
import { parse } from './parse.ts';

/** Time that a connected process gets to close its connection when the desktop has ended, ms. */
const CLOSE_MS = 2_000;

export interface HolderServerOptions {
  socketPath: string;
  sessionId: string;
  attempt: number;
  methods: HolderMethods;
  clock: Clock;
  log: Logger;
  /** Called when a channel is opened. Throws to refuse it. */
  accept(request: OpenRequest, auth: DesktopAuth): AcceptedChannel;
  /** Called when a channel is attached again. Returns the metadata of the answer, or throws to refuse it. */
  reattach(id: string, auth: DesktopAuth, meta: unknown): unknown;
}

export class HolderServer {
  readonly #options: HolderServerOptions;
  readonly #server: Server;
  readonly #acceptor: Acceptor;
  readonly #legs = new Set<Leg>();
  readonly #listeners = new Set<HolderNews>();
  /** The open channels, by id. Only the same user can attach a channel again, and only with the same kind. */
  readonly #channels = new Map<string, { channel: AcceptedChannel } & Pick<DesktopAuth, 'user' | 'kind'>>();
  #waitForLegs: () => void = () => undefined;
  #leave: () => void = () => undefined;

  /** Starts to listen. Rejects with CONFLICT if another holder already listens on this path. */
  static async start(options: HolderServerOptions): Promise<HolderServer> {
    const holder = new HolderServer(options);
    holder.#leave = await listenAlone(holder.#server, options.socketPath);
    return holder;
  }

  private constructor(options: HolderServerOptions) {
    this.#options = options;
    this.#server = createServer((socket) => this.#connected(socket));
    this.#acceptor = new Acceptor({
      clock: options.clock,
      accept: (request) => this.#accept(request),
      deflater: zlibDeflater,
      reattach: (channel, auth, meta) => this.#reattach(channel.epochHex, auth, meta),
    });
  }

  /** Number of connected processes. */
  get connections(): number {
    return this.#legs.size;
  }

  /** Sends the status to all connected processes. */
  tell(status: HolderStatus): void {
    for (const listener of this.#listeners) this.#tell(listener, status);
  }

  /**
   * Closes all channels with this reason. Resolves when all processes have closed their connections, or after
   * CLOSE_MS.
   */
  async close(reason: string): Promise<void> {
    for (const { channel } of this.#channels.values()) channel.reset('SESSION_ENDED', reason);
    const cancel = this.#options.clock.after(CLOSE_MS, () => this.#closeLegs(reason));
    while (this.#legs.size > 0) await new Promise<void>((gone) => (this.#waitForLegs = gone));
    cancel();
    this.#acceptor.close('SESSION_ENDED', reason);
    this.#leave();
  }

  #closeLegs(reason: string): void {
    for (const leg of [...this.#legs]) leg.close('SESSION_ENDED', reason);
  }

  #forgetClosed(): void {
    for (const [id, { channel }] of this.#channels) if (channel.isClosed) this.#channels.delete(id);
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
          this.#legs.add(leg);
          leg.welcome({ pid: process.pid });
        },
        open: (open) => this.#acceptor.open(leg, open),
        fault: (error) => log.error({ err: error }, 'a frame could not be handled'),
        closed: () => {
          this.#legs.delete(leg);
          this.#waitForLegs();
        },
      },
    });
    transport.attach(leg);
  }

  #accept(request: OpenRequest): void {
    if (request.kind === 'control') return this.#serveControl(request);
    try {
      const auth = this.#checked(request.auth);
      if (auth.kind !== request.kind) {
        throw new UniCoreError('KIND_UNKNOWN', `This desktop has no channels of kind ${request.kind}.`);
      }
      const channel = this.#options.accept(request, auth);
      this.#forgetClosed();
      this.#channels.set(request.epochHex, { channel, user: auth.user, kind: auth.kind });
    } catch (error) {
      if (!(error instanceof UniCoreError)) throw error;
      request.refuse(error.code, error.message);
    }
  }

  #reattach(id: string, rawAuth: unknown, meta: unknown): unknown {
    const auth = this.#checked(rawAuth);
    const known = this.#channels.get(id);
    if (known?.user !== auth.user || known.kind !== auth.kind) {
      throw new UniCoreError('EPOCH_LOST', 'this channel is no longer known');
    }
    return this.#options.reattach(id, auth, meta);
  }

  #checked(raw: unknown): DesktopAuth {
    const { sessionId, attempt } = this.#options;
    const auth = parse(DesktopAuth, raw, 'auth');
    if (auth.sessionId === sessionId && auth.attempt === attempt) return auth;
    throw new UniCoreError('SUPERSEDED', 'This is another start of the desktop. Connect again.');
  }

  #serveControl(request: OpenRequest): void {
    const { log, methods } = this.#options;
    const { remote: listener } = acceptRpc<HolderNews, HolderMethods>(request, {
      local: methods,
      onError: (error, what) => log.warn({ err: error, what }, 'control call failed'),
      closed: () => this.#listeners.delete(listener),
    });
    this.#listeners.add(listener);
    methods.status().then(
      (status) => this.#tell(listener, status),
      (error: unknown) => log.warn({ err: error }, 'the status is unknown'),
    );
  }

  #tell(listener: HolderNews, status: HolderStatus): void {
    // Ignores failed calls: a process that was disconnected gets the status when it connects again.
    listener.changed(status).catch(() => undefined);
  }
}
