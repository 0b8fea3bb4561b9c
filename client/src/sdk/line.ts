/** The one line to the hub that all channels share: it comes back by itself, for ever. */
import { Backoff, type Clock, type ErrorCode, type Leg, UniCoreError } from '@unicore/protocol';
import { type Dialled, dial } from './socket.ts';
import { onWake } from './wake.ts';

/** Pauses between tries while a channel waits for the line, ms. */
const WANTED = { first: 100, most: 2_000 };
/** The same while nothing is open, so that forgotten pages do not wear a hub out. */
const UNWANTED = { first: 1_000, most: 15_000 };
/** A line that lived this long was a good one: the next loss begins with short pauses again. */
const STABLE_MS = 5_000;
/** After the network or the page came back, a line that answers nothing for this long is given up. */
const WAKE_MS = 4_000;
/** Refusals that trying again does not change. */
const FINAL: ReadonlySet<ErrorCode> = new Set([
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'REVOKED',
  'VERSION_UNSUPPORTED',
]);

export type LineStatus = 'connecting' | 'connected' | 'reconnecting' | 'closed';

export interface LineOptions {
  /** ws(s)://…/consumer */
  url: string;
  WebSocket: typeof globalThis.WebSocket;
  clock: Clock;
  /** Uniform in [0, 1). */
  random: () => number;
  /** HELLO's metadata, asked at each try. */
  hello: () => Promise<unknown>;
}

/** Somebody who needs the line. */
export interface LineUser {
  up(): void;
  down(): void;
  /** The line will not come back by itself: the hub refused this client, or close() was called (OK). */
  ended(code: ErrorCode, message: string): void;
}

export class Line {
  readonly #options: LineOptions;
  readonly #users = new Set<LineUser>();
  readonly #listeners = new Set<(status: LineStatus) => void>();
  readonly #wanted: Backoff;
  readonly #unwanted: Backoff;
  readonly #stopWaking: () => void;
  #status: LineStatus = 'connecting';
  #dialled: Dialled | undefined;
  /** Rises with each try: what an older one still says is not heard. */
  #try = 0;
  #upAt: number | undefined;
  #refusals = 0;
  #cancelPause: (() => void) | undefined;
  #ended = false;

  constructor(options: LineOptions) {
    this.#options = options;
    this.#wanted = new Backoff({ ...WANTED, random: options.random });
    this.#unwanted = new Backoff({ ...UNWANTED, random: options.random });
    this.#stopWaking = onWake(() => this.#wake());
    void this.#dial();
  }

  get status(): LineStatus {
    return this.#status;
  }

  /** The leg if it is up. */
  get leg(): Leg | undefined {
    const leg = this.#dialled?.leg;
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
    if (waiting && !this.#ended) this.#dialNow();
    return () => this.#users.delete(user);
  }

  /** For good. */
  close(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#try++;
    this.#stopWaking();
    this.#cancelPause?.();
    for (const user of [...this.#users]) user.ended('OK', '');
    this.#dialled?.close('OK', '');
    this.#set('closed');
  }

  #dialNow(): void {
    this.#cancelPause?.();
    this.#cancelPause = undefined;
    this.#set(this.#status === 'closed' ? 'connecting' : this.#status);
    void this.#dial();
  }

  async #dial(): Promise<void> {
    const number = ++this.#try;
    const mine = () => number === this.#try;
    this.#dialled = undefined;
    try {
      const hello = await this.#options.hello();
      if (!mine()) return;
      this.#dialled = dial({
        ...this.#options,
        hello,
        handler: {
          welcome: () => mine() && this.#welcomed(),
          closed: (code, message) => mine() && this.#lost(code, message),
        },
      });
    } catch (error) {
      const code = error instanceof UniCoreError ? error.code : 'LEG_LOST';
      if (mine()) this.#lost(code, error instanceof Error ? error.message : String(error));
    }
  }

  #welcomed(): void {
    this.#upAt = this.#options.clock.now();
    this.#refusals = 0;
    this.#set('connected');
    for (const user of [...this.#users]) user.up();
  }

  #lost(code: ErrorCode, message: string): void {
    const { clock } = this.#options;
    const wasUp = this.#upAt !== undefined;
    if (wasUp && clock.now() - this.#upAt! >= STABLE_MS) {
      this.#wanted.reset();
      this.#unwanted.reset();
    }
    this.#upAt = undefined;
    this.#dialled = undefined;
    // Once more after the first refusal: a token may have run out between getToken() and the hub.
    if (FINAL.has(code) && ++this.#refusals > 1) return this.#refused(code, message);
    const pause = (this.#users.size > 0 ? this.#wanted : this.#unwanted).next();
    this.#cancelPause = clock.after(pause, () => this.#dialNow());
    if (wasUp) this.#set('reconnecting');
    for (const user of [...this.#users]) user.down();
  }

  #refused(code: ErrorCode, message: string): void {
    this.#set('closed');
    for (const user of [...this.#users]) user.ended(code, message);
  }

  /** The network may be another one now, and the socket dead without having closed. */
  #wake(): void {
    if (this.#cancelPause) return this.#dialNow();
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
