/** The one line to the hub that all channels share: it comes back by itself, for ever, and is renewed before it ends. */
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

/** Pauses between tries while a channel waits for the line, or a line that will end is still there, ms. */
const WANTED = { first: 100, most: RECOVERY_PAUSE_MS, later: { after: RECOVERY_MS, most: 2_000 } };
/** The same while there is no line and nothing is open, so that forgotten pages do not wear a hub out. */
const UNWANTED = { first: 1_000, most: 15_000 };
/** A line that lived this long was a good one: the next loss begins with short pauses again. */
const STABLE_MS = 1_000;
/** Proxies end a socket after an hour. A hub says so in time; where none did, the line is renewed at this age, ± some. */
const RENEW_MS = 55 * 60_000;
const RENEW_SPREAD_MS = 3 * 60_000;
/** After the network or the page came back, a line that answers nothing for this long is given up. */
const WAKE_MS = 4_000;
/** What may be sent to this client and not be read by it, in all its channels, bytes. */
const WINDOWS = 4 * 1024 * 1024;
/** Refusals that trying again does not change. */
const FINAL: ReadonlySet<ErrorCode> = new Set([
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'REVOKED',
  'VERSION_UNSUPPORTED',
]);

export type LineStatus = 'connecting' | 'connected' | 'reconnecting' | 'closed';

export interface LineOptions {
  /** Which hub to dial. */
  nearest: Nearest;
  WebSocket: typeof globalThis.WebSocket;
  clock: Clock;
  /** Uniform in [0, 1). */
  random: () => number;
  /** HELLO's metadata for this hub, http(s)://host; asked at each try. */
  hello: (hub: string) => Promise<unknown>;
}

/** One socket's life: tried, then up, then retired once a newer one is up. */
interface Try {
  /** Of which hub. */
  url: string;
  dialled: Dialled | undefined;
}

/** Somebody who needs the line. */
export interface LineUser {
  /** There is a new line; the old one goes on for as long as a channel is on it. */
  up(): void;
  down(): void;
  /** The line will not come back by itself: the hub refused this client, or close() was called (OK). */
  ended(code: ErrorCode, message: string): void;
}

export class Line {
  /** Of all channels on the line. */
  readonly windows = new WindowPool(WINDOWS);
  readonly #options: LineOptions;
  readonly #users = new Set<LineUser>();
  readonly #listeners = new Set<(status: LineStatus) => void>();
  readonly #wanted: Backoff;
  readonly #unwanted: Backoff;
  readonly #stopWaking: () => void;
  #status: LineStatus = 'connecting';
  /** The line in use. */
  #current: Try | undefined;
  /** The line to be. */
  #trying: Try | undefined;
  /** Former lines, until the last channel has left them. */
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

  /** The leg if it is up. */
  get leg(): Leg | undefined {
    const leg = this.#current?.dialled?.leg;
    return leg?.up ? leg : undefined;
  }

  onStatus(listener: (status: LineStatus) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The line is needed until the returned function is called; a line that was refused is tried once more. */
  join(user: LineUser): () => void {
    this.#users.add(user);
    if (this.#ended) queueMicrotask(() => user.ended('OK', 'the client was closed'));
    const waiting = this.#cancelPause !== undefined || this.#status === 'closed';
    if (waiting && !this.#current && !this.#ended) this.#dialNow();
    return () => this.#users.delete(user);
  }

  /** For good. */
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

  /** Make before break: channel by channel moves to the new line, and the last one closes the old. */
  #retire(old: Try, moves: (() => void)[]): void {
    this.#retired.add(old);
    spread(this.#options.clock, moves);
    if (old.dialled?.leg?.channels === 0) old.dialled.close('OK', '');
  }

  /** The hub will close this line; one that does so at once (0) is dialled when it has. */
  #toldToGo(mine: Try, afterMs: number): void {
    // Not everybody in the same moment, and with time left for the channels to move.
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
    // The old line still works; whatever is wrong may be over when it ends.
    if (!this.#current && this.#finally(code)) return this.#refused(code, message);
    this.#dialLater();
    if (!this.#current) for (const user of [...this.#users]) user.down();
  }

  /** Only after the second refusal: a token may have run out between getToken() and the hub. */
  #finally(code: ErrorCode): boolean {
    return FINAL.has(code) && ++this.#refusals > 1;
  }

  /** Pauses are short again after a good line. */
  #rest(): void {
    if (this.#options.clock.now() - this.#upAt < STABLE_MS) return;
    this.#wanted.reset();
    this.#unwanted.reset();
  }

  #dialLater(): void {
    // A line that works is to be left before it ends, also where nothing is open: its status is shown.
    const soon = this.#users.size > 0 || this.#current !== undefined;
    const pause = (soon ? this.#wanted : this.#unwanted).next();
    this.#cancelPause = this.#options.clock.after(pause, () => this.#dialNow());
  }

  #refused(code: ErrorCode, message: string): void {
    this.#set('closed');
    for (const user of [...this.#users]) user.ended(code, message);
  }

  /** The network may be another one now, and the socket dead without having closed. */
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
