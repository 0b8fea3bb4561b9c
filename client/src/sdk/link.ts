/**
 * The byte stream of one channel over the client's connection to the hub. It attaches to each new connection.
 * If the other end has forgotten the channel, it opens a new channel or ends.
 */
import { Backoff, type ChannelKindName, type Clock, type ErrorCode, Opener, Outbox } from '@unicore/protocol';
import { fflateDeflater } from '@unicore/protocol/fflate';
import type { Line } from './line.ts';

/**
 * Default for the largest number of input bytes that are queued while the channel is not attached to a
 * connection.
 */
export const MAX_WAITING = 1024 * 1024;
/** Interval between two measurements of the round trip, ms. */
const PROBE_MS = 5_000;
/**
 * Time limit after a probe (a measurement of the round trip), ms. If nothing arrives within this time, the
 * channel's status is no longer 'connected'.
 */
const LATE_MS = 3_000;
/**
 * Time limit for the orderly end of a channel, ms. If the other end does not answer in time, the channel is
 * reset.
 */
const END_MS = 2_000;
/** Pauses before a channel that the other end has forgotten is opened again, ms. */
const REOPEN = { first: 50, most: 2_000 };
/**
 * Errors which mean that the other end has forgotten the channel, because it restarted or was unreachable for
 * 2 minutes.
 */
const FORGOTTEN: ReadonlySet<ErrorCode> = new Set(['EPOCH_LOST', 'LEG_LOST']);

export type ChannelStatus = 'connecting' | 'connected' | 'reconnecting' | 'provider-offline' | 'closed';

export interface LinkHandler {
  attached(meta: unknown): void;
  detached(): void;
  data(bytes: Uint8Array): void;
  status(status: ChannelStatus): void;
  /**
   * Called when the channel could send more: it has taken queued bytes, or the other end has confirmed some. Must
   * not send at once.
   */
  writable?(): void;
  /** Called exactly once, when the channel has ended for good. */
  closed(code: ErrorCode, message: string): void;
}

export interface LinkOptions {
  line: Line;
  clock: Clock;
  /** Cryptographically random bytes. */
  random: (bytes: number) => Uint8Array;
  kind: ChannelKindName;
  /**
   * Returns the metadata of the OPEN frame. Called each time that the channel is attached to a connection.
   */
  meta: () => unknown;
  /**
   * True if a channel that the other end has forgotten is opened again. That makes sense only if a new stream
   * can follow the old one, as on a terminal, which redraws its screen. If false, the channel ends.
   */
  reopens: boolean;
  /** Default: MAX_WAITING. */
  maxWaiting?: number;
  handler: LinkHandler;
}

/** Opens a channel over the client's connection. */
export type OpenLink = (options: Pick<LinkOptions, 'kind' | 'meta' | 'handler'>) => Link;

export class Link {
  readonly #options: LinkOptions;
  readonly #outbox = new Outbox();
  readonly #reopen: Backoff;
  readonly #leaveLine: () => void;
  readonly #stopWatching: () => void;
  #opener: Opener;
  #status: ChannelStatus = 'connecting';
  #wasAttached = false;
  #lastLoss: ErrorCode | undefined;
  /**
   * Bytes of the current channel that the application has received and not consumed yet. owedBefore: the same
   * for earlier channels.
   */
  #owed = 0;
  #owedBefore = 0;
  /** Bytes that the application has sent while the channel was not attached to a connection. */
  #waiting = 0;
  #ending = false;
  /**
   * True while the channel is attached to a connection, but nothing has arrived within the time limit
   * (LATE_MS) after a probe. A probe measures the round trip.
   */
  #late = false;
  #cancelLate: (() => void) | undefined;
  #cancelProbe: (() => void) | undefined;
  #cancelReopen: (() => void) | undefined;
  #cancelEnd: (() => void) | undefined;

  constructor(options: LinkOptions) {
    this.#options = options;
    const random = () => options.random(1)[0]! / 256;
    this.#reopen = new Backoff({ ...REOPEN, random });
    this.#opener = this.#open();
    this.#leaveLine = options.line.join({
      up: () => this.#opener.attach(),
      down: () => {},
      ended: (code, message) => this.abort(code, message),
    });
    this.#stopWatching = options.line.onStatus(() => this.#tellStatus());
    this.#opener.attach();
  }

  get status(): ChannelStatus {
    return this.#status;
  }

  get rtt(): number | undefined {
    return this.#opener.rtt;
  }

  /** Bytes that were sent or queued and are not confirmed by the other end. */
  get unconfirmed(): number {
    return this.#outbox.size + this.#opener.inFlight;
  }

  /** Sends the bytes. The caller must not change the bytes afterwards. */
  send(bytes: Uint8Array): void {
    if (this.#status === 'closed') return;
    if (!this.#opener.attachedNow) {
      this.#waiting += bytes.length;
      const { maxWaiting = MAX_WAITING } = this.#options;
      if (this.#waiting > maxWaiting) {
        const message = `more than ${maxWaiting} bytes of input waited for a connection; watch bufferedAmount`;
        return this.abort('MESSAGE_TOO_BIG', message);
      }
    }
    this.#outbox.push(bytes);
    this.#opener.wake();
  }

  /** Confirms that the application has used the next `bytes` bytes that it received. */
  consumed(bytes: number): void {
    const before = Math.min(bytes, this.#owedBefore);
    this.#owedBefore -= before;
    const now = Math.min(bytes - before, this.#owed);
    this.#owed -= now;
    if (now > 0) this.#opener.consumed(now);
  }

  /**
   * Confirms that the application has used all bytes that were delivered to it. Called when the socket is
   * closed.
   */
  consumedAll(): void {
    this.consumed(this.#owedBefore + this.#owed);
  }

  /** Ends the channel in order. If there is a connection, bytes that were sent before still arrive. */
  end(): void {
    if (this.#status === 'closed' || this.#ending) return;
    this.#ending = true;
    if (!this.#opener.attachedNow) return this.abort('OK', '');
    this.#opener.end();
    this.#cancelEnd = this.#options.clock.after(END_MS, () => this.abort('OK', ''));
  }

  /**
   * Ends the sending direction, without a time limit. The channel is closed when the other end has answered with
   * an end of its own.
   */
  finish(): void {
    this.#opener.end();
  }

  abort(code: ErrorCode, message: string): void {
    this.#ending = true;
    this.#opener.reset(code, message);
  }

  #open(): Opener {
    const { clock, kind, meta, random, line, handler } = this.#options;
    const opener: Opener = new Opener({
      clock,
      kind,
      meta,
      random,
      leg: () => line.leg,
      resume: true,
      deflater: fflateDeflater,
      windows: line.windows,
      handler: {
        pull: (max) => {
          handler.writable?.();
          return this.#outbox.pull(max);
        },
        data: (bytes) => {
          this.#owed += bytes.length;
          this.#heard();
          handler.data(bytes);
        },
        attached: (answer) => {
          this.#wasAttached = true;
          this.#lastLoss = undefined;
          this.#waiting = 0;
          this.#reopen.reset();
          handler.attached(answer);
          this.#tellStatus();
          this.#probe();
        },
        measured: () => this.#heard(),
        detached: (code) => {
          this.#lastLoss = code;
          this.#stopProbing();
          handler.detached();
          this.#tellStatus();
        },
        ended: () => {
          // The other end has ended the channel, so nobody would read the queued input. The input is dropped.
          this.#outbox.clear();
          opener.end();
        },
        closed: (code, message) => this.#closed(code, message),
      },
    });
    return opener;
  }

  #closed(code: ErrorCode, message: string): void {
    this.#stopProbing();
    const reopens = this.#options.reopens && FORGOTTEN.has(code);
    if (this.#ending || !reopens) return this.#over(code, message);
    // Input that was sent but not confirmed is dropped with the old channel. The shell may have received it
    // already, and would otherwise get it twice. Unsent input is kept.
    this.#owedBefore += this.#owed;
    this.#owed = 0;
    this.#options.handler.detached();
    this.#opener = this.#open();
    this.#tellStatus();
    this.#cancelReopen = this.#options.clock.after(this.#reopen.next(), () => this.#opener.attach());
  }

  #over(code: ErrorCode, message: string): void {
    this.#leaveLine();
    this.#stopWatching();
    this.#cancelReopen?.();
    this.#cancelEnd?.();
    this.#outbox.clear();
    this.#status = 'closed';
    this.#options.handler.status('closed');
    this.#options.handler.closed(code, message);
  }

  #probe(): void {
    this.#cancelProbe?.();
    this.#opener.probe();
    this.#cancelLate ??= this.#options.clock.after(LATE_MS, () => {
      this.#late = true;
      this.#tellStatus();
    });
    this.#cancelProbe = this.#options.clock.after(PROBE_MS, () => this.#probe());
  }

  #heard(): void {
    this.#cancelLate?.();
    this.#cancelLate = undefined;
    this.#late = false;
    this.#tellStatus();
  }

  #stopProbing(): void {
    this.#cancelProbe?.();
    this.#cancelLate?.();
    this.#cancelLate = undefined;
    this.#late = false;
  }

  #tellStatus(): void {
    const status = this.#statusNow();
    if (status === this.#status || this.#status === 'closed') return;
    this.#status = status;
    this.#options.handler.status(status);
  }

  #statusNow(): ChannelStatus {
    if (this.#opener.attachedNow) return this.#late ? 'reconnecting' : 'connected';
    const { line } = this.#options;
    if (line.status === 'connected' && this.#lastLoss === 'PROVIDER_UNREACHABLE') return 'provider-offline';
    return this.#wasAttached ? 'reconnecting' : 'connecting';
  }
}
