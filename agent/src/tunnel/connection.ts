/**
 * One socket to the hub. The connection sends HELLO, and passes opened channels to a session. It sends BEAT
 * frames until a newer connection replaces it.
 */
import { type Clock, type ErrorCode, FrameType, Leg, packMeta, UniCoreError } from '@unicore/protocol';
import type { AgentHello, BeatMeta } from '@unicore/protocol/control';
import type { Logger } from 'pino';
import type { HubSession } from './session.ts';
import type { TunnelSocket } from './socket.ts';

/** Heartbeat interval, in ms. The hub considers a provider unreachable after two missed heartbeats. */
const BEAT_MS = 5_000;

export interface ConnectionOptions {
  /** The hub's address. */
  hub: string;
  socket: TunnelSocket;
  hello: AgentHello;
  clock: Clock;
  log: Logger;
  beat(): Promise<BeatMeta>;
  session(leg: Leg): HubSession;
  /** Called when the handshake is done. welcome: metadata of the hub's WELCOME frame. */
  up(connection: Connection, welcome: unknown): void;
  /** Called when the hub announces that it will close this socket after `afterMs` ms. */
  goAway(connection: Connection, afterMs: number): void;
  /** Called exactly once. */
  closed(connection: Connection, error: UniCoreError): void;
}

export class Connection {
  readonly #options: ConnectionOptions;
  readonly #leg: Leg;
  #session: HubSession | undefined;
  #cancelBeat = () => {};
  #retired = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    const { socket, clock, hello, log } = options;
    this.#leg = new Leg({
      transport: socket,
      clock,
      peer: 'hub',
      dial: { meta: hello },
      handler: {
        welcome: (meta) => {
          this.#session = options.session(this.#leg);
          this.#beatLater(1);
          options.up(this, meta);
        },
        open: (frame) => this.#session?.open(frame),
        goAway: (code, afterMs) => {
          log.info({ code, afterMs }, 'the hub will close this connection');
          options.goAway(this, afterMs);
        },
        fault: (error) => log.error({ err: error }, 'a frame could not be handled'),
        closed: (code, message) => {
          this.#cancelBeat();
          this.#session?.closed();
          options.closed(this, new UniCoreError(code, message));
        },
      },
    });
    socket.attach(this.#leg);
  }

  get hub(): string {
    return this.#options.hub;
  }

  get retired(): boolean {
    return this.#retired;
  }

  /**
   * Called when a newer connection replaces this one. Open channels continue on this connection until the hub
   * has moved them. Then the hub closes this connection.
   */
  retire(): void {
    this.#retired = true;
    this.#cancelBeat();
    this.#session?.retire();
  }

  close(code: ErrorCode, message: string): void {
    this.#leg.close(code, message);
  }

  #beatLater(seq: number): void {
    this.#cancelBeat = this.#options.clock.after(BEAT_MS, () => void this.#beat(seq));
  }

  async #beat(seq: number): Promise<void> {
    let cancelled = false;
    this.#cancelBeat = () => {
      cancelled = true;
    };
    try {
      const meta = packMeta(await this.#options.beat());
      if (!cancelled) this.#leg.send({ type: FrameType.BEAT, seq, meta });
    } catch (error) {
      this.#options.log.error({ err: error }, 'the load of this machine could not be measured');
    }
    if (!cancelled) this.#beatLater(seq + 1);
  }
}
