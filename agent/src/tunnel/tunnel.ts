/** Keeps a connection to the hub, for ever: opens another when it is gone, and before it ends where that is known. */
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
import type { Credentials } from '../identity/credentials.ts';
import { tunnelUrl } from '../identity/hub-url.ts';
import { Connection } from './connection.ts';
import type { HubSession } from './session.ts';
import { type OpenSocket, openSocket } from './socket.ts';

const RETRY = { first: 200, most: RECOVERY_PAUSE_MS, later: { after: RECOVERY_MS, most: 5_000 } };
/** A connection that lived this long was a good one: the next pause is short again. */
const STABLE_MS = 1_000;
/** Somebody else runs with our key; taking the place back at once would only make them do the same. */
const SUPERSEDED_MS = 30_000;
/** Proxies end a socket after an hour. A hub says so in time; where none did, it is renewed at this age, ± some. */
const RENEW_MS = 55 * 60_000;
const RENEW_SPREAD_MS = 3 * 60_000;

export type TunnelState =
  | { state: 'connecting'; error?: UniCoreError }
  | { state: 'connected' }
  /** The hub will not have this provider any more; it is not asked again. */
  | { state: 'revoked'; error: UniCoreError };

export interface TunnelOptions {
  /** Which hub to dial. */
  nearest: Nearest;
  credentials: Credentials;
  /** All of HELLO but the token. */
  hello(): Promise<Omit<AgentHello, 'token'>>;
  beat(): Promise<BeatMeta>;
  /** Called when a connection is up. */
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
  /** Everything that is open: the current one, one that is not up yet, and those that the hub has not emptied yet. */
  readonly #connections = new Set<Connection>();
  #current: Connection | undefined;
  /** A connection is being opened, from the asking for a token until it is up. */
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

  /** Ends every socket and dials no more. */
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
      old ? 'connected to the hub anew, before the old connection ends' : 'connected to the hub',
    );
    this.#renewIn(RENEW_MS + (2 * random() - 1) * RENEW_SPREAD_MS);
    nearest.up(connection.hub, welcome);
    old?.retire();
    changed({ state: 'connected' });
  }

  /** A hub that closes at once (0) is dialled when it has. */
  #toldToGo(connection: Connection, afterMs: number): void {
    if (connection !== this.#current || this.#dialling || afterMs === 0) return;
    // Not all agents in the same moment, and with time left for the channels to move.
    this.#renewIn((this.#options.random() * afterMs) / 2);
  }

  #closed(connection: Connection, error: UniCoreError): void {
    this.#connections.delete(connection);
    if (connection === this.#current) this.#lost(error);
    // One that was replaced is closed by the hub, once its channels are on the newer one.
    else if (!connection.retired) this.#failed(connection.hub, error);
  }

  #lost(error: UniCoreError): void {
    const { changed, nearest } = this.#options;
    this.#current = undefined;
    nearest.lost();
    this.#rest();
    if (this.#over(error)) return;
    changed({ state: 'connecting', error });
    // What became of the connection that is being opened says more than this one's end: it may be what replaced it.
    if (!this.#dialling) this.#dialLater(error);
  }

  #failed(hub: string, error: UniCoreError): void {
    this.#dialling = false;
    this.#options.nearest.failed(hub, error.code);
    if (this.#over(error)) return;
    if (!this.#current) this.#options.changed({ state: 'connecting', error });
    this.#dialLater(error);
  }

  /** Whether nothing is to be tried any more. */
  #over(error: UniCoreError): boolean {
    const { credentials, log, changed } = this.#options;
    if (this.#ended.signal.aborted) return true;
    if (error.code === 'REVOKED') {
      this.close();
      changed({ state: 'revoked', error });
      return true;
    }
    if (error.code === 'UNAUTHENTICATED') credentials.discard();
    // A hub that is away for a day would fill the log with the same line.
    if (error.message !== this.#complaint) log.warn({ code: error.code }, error.message);
    this.#complaint = error.message;
    return false;
  }

  /** Pauses are short again after a good connection. */
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
