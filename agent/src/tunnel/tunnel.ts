/**
 * Keeps the agent connected to a hub. The tunnel opens a new connection when the current one breaks, or
 * earlier if the end of the current one is known in advance.
 */
import {
  Backoff,
  type Clock,
  type Leg,
  type Nearest,
  RECOVERY_MS,
  RECOVERY_PAUSE_MS,
  UniCoreError,
} from '@unicore/protocol';
import type { AgentHello, BeatMeta } from '@unicore/protocol/control';
import type { Logger } from 'pino';
import type { Credentials } from '../identity/index.ts';
import { tunnelUrl } from '../identity/index.ts';
import { Connection } from './connection.ts';
import type { HubSession } from './session.ts';
import { type OpenSocket, openSocket } from './socket.ts';

const RETRY = { first: 200, most: RECOVERY_PAUSE_MS, later: { after: RECOVERY_MS, most: 5_000 } };
/** Shortest life of a connection, in ms, after which the backoff is reset. */
const STABLE_MS = 1_000;
/**
 * Extra pause after another process connected with the same key, in ms. Without this pause, the two processes
 * would replace each other's connection in a loop.
 */
const SUPERSEDED_MS = 30_000;
/**
 * Age at which a connection is replaced by a new one, in ms, plus or minus RENEW_SPREAD_MS. Many proxies end
 * a socket after one hour without any warning, so the connection is replaced before that.
 */
const RENEW_MS = 55 * 60_000;
const RENEW_SPREAD_MS = 3 * 60_000;

export type TunnelState =
  | { state: 'connecting'; error?: UniCoreError }
  | { state: 'connected' }
  /** The hub has revoked this provider. The tunnel does not dial any more. */
  | { state: 'revoked'; error: UniCoreError };

export interface TunnelOptions {
  /** Chooses the hub to dial. */
  nearest: Nearest;
  credentials: Credentials;
  /** The fields of HELLO, without the token. */
  hello(): Promise<Omit<AgentHello, 'token'>>;
  beat(): Promise<BeatMeta>;
  /** Called when a connection is up. The returned session serves the channels on that connection. */
  session(leg: Leg): HubSession;
  changed(state: TunnelState): void;
  clock: Clock;
  random: () => number;
  log: Logger;
  openSocket?: OpenSocket;
}

export class Tunnel {
  readonly #options: TunnelOptions;
  readonly #backoff: Backoff;
  readonly #ended = new AbortController();
  /**
   * All open connections: the current one, one whose handshake is not done, and replaced ones that still
   * carry channels.
   */
  readonly #connections = new Set<Connection>();
  #current: Connection | undefined;
  /** True while a connection is being opened: from the request for a token until the handshake is done. */
  #dialling = false;
  #upAt = 0;
  #cancelDial = () => {};
  #complaint = '';

  constructor(options: TunnelOptions) {
    this.#options = options;
    this.#backoff = new Backoff({ ...RETRY, random: options.random });
  }

  start(): void {
    this.#options.nearest.start(() => {
      if (!this.#dialling) this.#renewIn(0);
    });
    this.#options.changed({ state: 'connecting' });
    void this.#dial();
  }

  /** Closes all sockets and stops dialling. */
  close(): void {
    this.#ended.abort();
    this.#options.nearest.close();
    this.#cancelDial();
    for (const connection of [...this.#connections]) connection.close('GOING_AWAY', 'the agent stops');
  }

  async #dial(): Promise<void> {
    this.#cancelDial();
    this.#dialling = true;
    const { nearest, credentials, clock, log, beat, session } = this.#options;
    const hub = nearest.url;
    try {
      const token = await credentials.token(hub);
      const hello: AgentHello = { token, ...(await this.#options.hello()) };
      const socket = await (this.#options.openSocket ?? openSocket)(tunnelUrl(hub), this.#ended.signal);
      if (this.#ended.signal.aborted) return socket.close(1001, 'the agent stops');
      const connection = new Connection({
        hub,
        socket,
        hello,
        clock,
        log,
        beat,
        session,
        up: (mine, welcome) => this.#up(mine, welcome),
        goAway: (mine, afterMs) => this.#toldToGo(mine, afterMs),
        closed: (mine, error) => this.#closed(mine, error),
      });
      this.#connections.add(connection);
    } catch (error) {
      this.#failed(hub, asUniCoreError(error));
    }
  }

  #up(connection: Connection, welcome: unknown): void {
    const { clock, log, random, nearest, changed } = this.#options;
    const old = this.#current;
    this.#dialling = false;
    this.#current = connection;
    this.#upAt = clock.now();
    this.#complaint = '';
    log.info(
      { hub: connection.hub },
      old ? 'connected to the hub again, before the old connection ends' : 'connected to the hub',
    );
    this.#renewIn(RENEW_MS + (2 * random() - 1) * RENEW_SPREAD_MS);
    nearest.up(connection.hub, welcome);
    old?.retire();
    changed({ state: 'connected' });
  }

  /**
   * Called when the hub will close the connection after `afterMs` ms. If `afterMs` is 0, the hub closes the
   * connection at once. Then the tunnel dials after the close.
   */
  #toldToGo(connection: Connection, afterMs: number): void {
    if (connection !== this.#current || this.#dialling || afterMs === 0) return;
    // Choose a random time, so that not all agents of the hub reconnect at once. Reconnect in the first half
    // of `afterMs`, so that the channels have the other half to move to the new connection.
    this.#renewIn((this.#options.random() * afterMs) / 2);
  }

  #closed(connection: Connection, error: UniCoreError): void {
    this.#connections.delete(connection);
    if (connection === this.#current) this.#lost(error);
    // A retired connection has been replaced. The hub closes it after its channels have moved, so this close
    // is no failure.
    else if (!connection.retired) this.#failed(connection.hub, error);
  }

  #lost(error: UniCoreError): void {
    const { changed, nearest } = this.#options;
    this.#current = undefined;
    nearest.lost();
    this.#rest();
    if (this.#over(error)) return;
    changed({ state: 'connecting', error });
    // If another connection is being opened, do not dial now. That connection may already replace the lost
    // one.
    if (!this.#dialling) this.#dialLater(error);
  }

  #failed(hub: string, error: UniCoreError): void {
    this.#dialling = false;
    this.#options.nearest.failed(hub, error.code);
    if (this.#over(error)) return;
    if (!this.#current) this.#options.changed({ state: 'connecting', error });
    this.#dialLater(error);
  }

  /** Handles the error that ended a connection. Returns true if the tunnel must not dial again. */
  #over(error: UniCoreError): boolean {
    const { credentials, log, changed } = this.#options;
    if (this.#ended.signal.aborted) return true;
    if (error.code === 'REVOKED') {
      this.close();
      changed({ state: 'revoked', error });
      return true;
    }
    if (error.code === 'UNAUTHENTICATED') credentials.discard();
    // Do not log the same message twice in a row. Otherwise a hub that is down for a day would fill the log.
    if (error.message !== this.#complaint) log.warn({ code: error.code }, error.message);
    this.#complaint = error.message;
    return false;
  }

  /** Resets the backoff if the last connection lasted at least STABLE_MS. */
  #rest(): void {
    if (this.#options.clock.now() - this.#upAt >= STABLE_MS) this.#backoff.reset();
  }

  #renewIn(ms: number): void {
    this.#cancelDial();
    this.#cancelDial = this.#options.clock.after(ms, () => {
      this.#rest();
      void this.#dial();
    });
  }

  #dialLater({ code }: UniCoreError): void {
    this.#dialIn(this.#backoff.next() + (code === 'SUPERSEDED' ? SUPERSEDED_MS : 0));
  }

  #dialIn(ms: number): void {
    this.#cancelDial();
    this.#cancelDial = this.#options.clock.after(ms, () => void this.#dial());
  }
}

function asUniCoreError(error: unknown): UniCoreError {
  if (error instanceof UniCoreError) return error;
  return new UniCoreError('INTERNAL', error instanceof Error ? error.message : String(error), {
    cause: error,
  });
}
