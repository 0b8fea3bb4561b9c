/**
 * The connection to the hub, which all channels share. It reconnects without a limit of attempts. A new
 * connection replaces it before the hub or a proxy closes it.
 */
import {
  Backoff,
  type Clock,
  type ErrorCode,
  type Leg,
  type Nearest,
  RECOVERY_MS,
  RECOVERY_PAUSE_MS,
  spread,
  UniCoreError,
  WindowPool,
} from '@unicore/protocol';
import { consumerUrl, type Dialled, dial } from './consumer-socket.ts';
import { onWake } from './wake-events.ts';

/**
 * Pauses between connection attempts while a channel needs a connection or the old connection still works,
 * ms.
 */
const WANTED = { first: 100, most: RECOVERY_PAUSE_MS, later: { after: RECOVERY_MS, most: 2_000 } };
/**
 * Pauses between connection attempts while no channel is open, ms. These pauses are long, so that forgotten
 * browser tabs do not load the hub.
 */
const UNWANTED = { first: 1_000, most: 15_000 };
/** A connection that lasted at least this long, in ms, resets the pauses between attempts to the shortest. */
const STABLE_MS = 1_000;
/**
 * Age at which a connection is replaced if no hub asked for it earlier, ms, plus or minus RENEW_SPREAD_MS.
 * Proxies end sockets after an hour.
 */
const RENEW_MS = 55 * 60_000;
const RENEW_SPREAD_MS = 3 * 60_000;
/** Timeout of the ping that is sent when the network is back or the page is visible again, ms. */
const WAKE_MS = 4_000;
/** Bytes that all channels of this client together may receive before the application has read them. */
const WINDOWS = 4 * 1024 * 1024;
/** Errors with which the hub refuses this client for good, so that a retry does not help. */
const FINAL: ReadonlySet<ErrorCode> = new Set([
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'REVOKED',
  'VERSION_UNSUPPORTED',
  // The desktop of a share link has ended.
  'SESSION_ENDED',
]);

export type LineStatus = 'connecting' | 'connected' | 'reconnecting' | 'closed';

export interface LineOptions {
  /** Chooses the hub to connect to. */
  nearest: Nearest;
  WebSocket: typeof globalThis.WebSocket;
  clock: Clock;
  /** Uniform in [0, 1). */
  random: () => number;
  /**
   * Returns the metadata of the HELLO frame for a hub. Called at each connection attempt. hub: http(s)://host
   */
  hello: (hub: string) => Promise<unknown>;
}

/** One socket. It is first connecting, then in use, and retired after a newer socket has connected. */
interface Try {
  /** The hub's address. */
  url: string;
  dialled: Dialled | undefined;
}

/** A user of the connection, such as a channel. */
export interface LineUser {
  /** Called when a new connection is up. The old connection stays open while a channel uses it. */
  up(): void;
  down(): void;
  /**
   * Called when the client will not reconnect, because the hub refused it or close() was called (code OK).
   */
  ended(code: ErrorCode, message: string): void;
}

export class Line {
  /** Flow-control windows, which all channels share. */
  readonly windows = new WindowPool(WINDOWS);
  readonly #options: LineOptions;
  readonly #users = new Set<LineUser>();
  readonly #listeners = new Set<(status: LineStatus) => void>();
  readonly #wanted: Backoff;
  readonly #unwanted: Backoff;
  readonly #stopWaking: () => void;
  #status: LineStatus = 'connecting';
  /** The connection in use. */
  #current: Try | undefined;
  /** The connection attempt that is in progress. */
  #trying: Try | undefined;
  /** Old connections that still carry a channel. */
  readonly #retired = new Set<Try>();
  #upAt = 0;
  #refusals = 0;
  #cancelPause: (() => void) | undefined;
  #cancelRenewal = () => {};
  #ended = false;

  constructor(options: LineOptions) {
    this.#options = options;
    this.#wanted = new Backoff({ ...WANTED, random: options.random });
    this.#unwanted = new Backoff({ ...UNWANTED, random: options.random });
    this.#stopWaking = onWake(() => this.#wake());
    options.nearest.start(() => this.#renewIn(0));
    void this.#dial();
  }

  get status(): LineStatus {
    return this.#status;
  }

  /** The current connection if the hub has sent WELCOME; undefined otherwise. */
  get leg(): Leg | undefined {
    const leg = this.#current?.dialled?.leg;
    return leg?.up ? leg : undefined;
  }

  onStatus(listener: (status: LineStatus) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Registers a user of the connection until the returned function is called. If the hub has refused this
   * client before, the client tries to connect again.
   */
  join(user: LineUser): () => void {
    this.#users.add(user);
    if (this.#ended) queueMicrotask(() => user.ended('OK', 'the client was closed'));
    const waiting = this.#cancelPause !== undefined || this.#status === 'closed';
    if (waiting && !this.#current && !this.#ended) this.#dialNow();
    return () => this.#users.delete(user);
  }

  /** Closes the connection permanently. */
  close(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#stopWaking();
    this.#options.nearest.close();
    this.#cancelPause?.();
    this.#cancelRenewal();
    for (const user of [...this.#users]) user.ended('OK', '');
    const lines = [this.#current, this.#trying, ...this.#retired];
    this.#current = undefined;
    this.#trying = undefined;
    this.#retired.clear();
    for (const line of lines) line?.dialled?.close('OK', '');
    this.#set('closed');
  }

  #dialNow(): void {
    this.#cancelPause?.();
    this.#cancelPause = undefined;
    this.#set(this.#status === 'closed' ? 'connecting' : this.#status);
    void this.#dial();
  }

  async #dial(): Promise<void> {
    const { url } = this.#options.nearest;
    const mine: Try = { url, dialled: undefined };
    this.#trying = mine;
    this.#cancelPause = undefined;
    try {
      const hello = await this.#options.hello(url);
      if (this.#trying !== mine) return;
      mine.dialled = dial({
        ...this.#options,
        url: consumerUrl(url),
        hello,
        handler: {
          welcome: (meta) => this.#welcomed(mine, meta),
          goAway: (_code, afterMs) => this.#toldToGo(mine, afterMs),
          idle: () => this.#retired.has(mine) && mine.dialled?.close('OK', ''),
          closed: (code, message) => this.#closed(mine, code, message),
        },
      });
    } catch (error) {
      const code = error instanceof UniCoreError ? error.code : 'LEG_LOST';
      this.#closed(mine, code, error instanceof Error ? error.message : String(error));
    }
  }

  #welcomed(mine: Try, meta: unknown): void {
    if (mine !== this.#trying) return;
    const { clock, random, nearest } = this.#options;
    const old = this.#current;
    this.#trying = undefined;
    this.#current = mine;
    this.#upAt = clock.now();
    this.#refusals = 0;
    this.#renewIn(RENEW_MS + (2 * random() - 1) * RENEW_SPREAD_MS);
    nearest.up(mine.url, meta);
    this.#set('connected');
    const moves = [...this.#users].map((user) => () => this.#users.has(user) && user.up());
    if (old) this.#retire(old, moves);
    else for (const move of moves) move();
  }

  /**
   * Moves the channels to the new connection one by one (make-before-break). The old connection closes after
   * its last channel has moved.
   */
  #retire(old: Try, moves: (() => void)[]): void {
    this.#retired.add(old);
    spread(this.#options.clock, moves);
    if (old.dialled?.leg?.channels === 0) old.dialled.close('OK', '');
  }

  /**
   * Called when the hub announces that it will close this connection in afterMs. If afterMs is 0, the client
   * reconnects after the connection has closed.
   */
  #toldToGo(mine: Try, afterMs: number): void {
    // The client reconnects at a random time, so that not all clients reconnect at once. The time is in the
    // first half of afterMs, so that all channels can move before the hub closes the old connection.
    if (mine === this.#current && afterMs > 0) this.#renewIn((this.#options.random() * afterMs) / 2);
  }

  #renewIn(ms: number): void {
    this.#cancelRenewal();
    this.#cancelRenewal = this.#options.clock.after(ms, () => {
      if (this.#trying || this.#cancelPause) return;
      this.#rest();
      void this.#dial();
    });
  }

  #closed(mine: Try, code: ErrorCode, message: string): void {
    this.#retired.delete(mine);
    if (mine === this.#current) this.#lost(code, message);
    else if (mine === this.#trying) this.#failed(mine.url, code, message);
  }

  #lost(code: ErrorCode, message: string): void {
    this.#current = undefined;
    this.#options.nearest.lost();
    this.#cancelRenewal();
    this.#rest();
    if (this.#finally(code)) return this.#refused(code, message);
    if (!this.#trying && !this.#cancelPause) this.#dialLater();
    this.#set('reconnecting');
    for (const user of [...this.#users]) user.down();
  }

  #failed(url: string, code: ErrorCode, message: string): void {
    this.#trying = undefined;
    this.#options.nearest.failed(url, code);
    // If the hub refuses a new connection while the old one works, the client does not give up. It tries
    // again, because the cause of the refusal may be gone when the old connection ends.
    if (!this.#current && this.#finally(code)) return this.#refused(code, message);
    this.#dialLater();
    if (!this.#current) for (const user of [...this.#users]) user.down();
  }

  /**
   * True if the hub refuses the client for the second time with an error in FINAL, for which a retry does not
   * help. The first refusal is retried, because the token may have expired on its way to the hub.
   */
  #finally(code: ErrorCode): boolean {
    return FINAL.has(code) && ++this.#refusals > 1;
  }

  /** Resets the pauses between connection attempts if the last connection lasted at least 1 s (STABLE_MS). */
  #rest(): void {
    if (this.#options.clock.now() - this.#upAt < STABLE_MS) return;
    this.#wanted.reset();
    this.#unwanted.reset();
  }

  #dialLater(): void {
    // While the old connection works, the next attempt comes soon, even without channels. Otherwise the old
    // connection could end before a new one is up, and the application would show a broken connection.
    const soon = this.#users.size > 0 || this.#current !== undefined;
    const pause = (soon ? this.#wanted : this.#unwanted).next();
    this.#cancelPause = this.#options.clock.after(pause, () => this.#dialNow());
  }

  #refused(code: ErrorCode, message: string): void {
    this.#set('closed');
    for (const user of [...this.#users]) user.ended(code, message);
  }

  /**
   * Reconnects at once, or checks the connection with a ping. After a change of network, a socket can be dead
   * although it is still open.
   */
  #wake(): void {
    if (this.#cancelPause && !this.#current) return this.#dialNow();
    const { leg } = this;
    if (!leg) return;
    const cancel = this.#options.clock.after(WAKE_MS, () =>
      leg.close('PEER_SILENT', 'no answer after the network came back'),
    );
    void leg.ping().then(cancel);
  }

  #set(status: LineStatus): void {
    if (status === this.#status) return;
    this.#status = status;
    for (const listener of [...this.#listeners]) listener(status);
  }
}
