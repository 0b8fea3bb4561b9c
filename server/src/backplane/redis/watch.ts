/**
 * Monitors the connection between this hub and Redis. Every few seconds the hub sends itself probe messages and checks
 * that Redis has kept its data. After a failure it probes often, and reports when everything works again.
 */
import type { Clock } from '@unicore/protocol';
import type { Logger } from 'pino';
import { ANSWER_MS } from './dial.ts';
import type { Channels, Inbox } from './inbox.ts';
import type { LossMarkers } from './loss-markers.ts';
import type { Publisher } from './publisher.ts';

/** Interval of probes, ms. A broken pub/sub subscription gives no error, so it may go unnoticed for this long. */
const PROBE_MS = 5_000;
/** Interval of probes while Redis does not work, ms. */
const RETRY_MS = 250;
/** The connection is replaced after this many probes in a row without an echo. */
const MISSES = 2;
/** A new connection has this long to come up before missed probes count against it, ms. */
const PATIENCE_MS = 3_000;
/** Interval of checks during start(), ms. */
const STARTING_MS = 10;
const EMPTY = Buffer.alloc(0);

export interface WatchParts {
  readonly clock: Clock;
  readonly channels: Channels;
  readonly markers: LossMarkers;
  readonly publisher: Publisher;
  readonly inbox: Inbox;
  /** Called when Redis works again, but data or messages may have been lost in between. */
  interrupted(): void;
  readonly log: Pick<Logger, 'warn' | 'info'>;
}

export class Watch {
  readonly #parts: WatchParts;
  #known: ReadonlySet<string> | undefined;
  /** Whether data or messages may have been lost since Redis last worked. */
  #suspect = false;
  /** Whether Redis does not work now, so that probes are sent often. */
  #hurry = false;
  /** Why the last probe failed, and whether that was logged. */
  #reason = '';
  #said = false;
  /**
   * Number of lost connections. It tells a probe that a loss happened while it ran, so that its success does not count.
   */
  #losses = 0;
  #started = false;
  #closed = false;
  #probing = false;
  #cancel = () => {};
  /**
   * Number of probes missed in a row, and the time from which they count. A probe of the publisher is missed if Redis
   * did not accept it; one of the inbox, if it did not come back.
   */
  readonly #publisher = { misses: 0, since: 0 };
  readonly #inbox = { misses: 0, since: 0 };

  constructor(parts: WatchParts) {
    this.#parts = parts;
  }

  /** Resolves when messages arrive, or after `withinMs`. */
  async start(withinMs: number): Promise<void> {
    const { clock } = this.#parts;
    const until = clock.now() + withinMs;
    this.#touch(this.#inbox);
    this.#touch(this.#publisher);
    let well = await this.#prove();
    while (!well && clock.now() < until && !this.#closed) {
      await new Promise<void>((resolve) => clock.after(STARTING_MS, resolve));
      well = await this.#prove();
    }
    // Before its start this hub shared no data through Redis, so none can have been lost.
    this.#suspect = false;
    if (!well) this.#fail();
    this.#started = true;
    this.#next();
  }

  /** A connection was lost. It reconnects by itself, or is replaced if it does not. */
  lost(wire: 'commands' | 'inbox'): void {
    this.#losses += 1;
    this.#suspect = true;
    if (wire === 'inbox') this.#touch(this.#inbox);
    if (this.#hurry) return;
    this.#hurry = true;
    if (this.#started && !this.#probing) this.#next();
  }

  /**
   * Redis did not answer in time. Probes are not sped up: Redis may just be busy, and hubs that publish everything
   * again would add to that.
   */
  doubt(): void {
    this.#suspect = true;
  }

  close(): void {
    this.#closed = true;
    this.#cancel();
  }

  #next(): void {
    this.#cancel();
    if (this.#closed) return;
    this.#cancel = this.#parts.clock.after(this.#hurry ? RETRY_MS : PROBE_MS, () => void this.#probe());
  }

  async #probe(): Promise<void> {
    this.#probing = true;
    const losses = this.#losses;
    const well = await this.#prove();
    this.#probing = false;
    if (this.#closed) return;
    if (!well) this.#fail();
    else if (losses === this.#losses) {
      this.#hurry = false;
      if (this.#suspect) {
        this.#suspect = false;
        this.#said = false;
        this.#parts.log.info('Redis answers again; shared data is published again');
        this.#parts.interrupted();
      }
    }
    this.#next();
  }

  #fail(): void {
    this.#suspect = true;
    this.#hurry = true;
    if (this.#said) return;
    this.#said = true;
    this.#parts.log.warn(
      { reason: this.#reason },
      'what hubs share in Redis cannot be reached; trying again',
    );
  }

  /** Whether Redis answers and both messages and broadcasts arrive. */
  async #prove(): Promise<boolean> {
    const { markers, publisher, inbox } = this.#parts;
    const marks = await markers.marks().catch((error: Error) => this.#because(error.message));
    // Without an answer from Redis, the other connections cannot be judged.
    if (!marks) return false;
    const known = this.#known ?? marks;
    if ([...marks].some((mark) => !known.has(mark))) this.#suspect = true;
    this.#known = marks;
    const listeners = await this.#publish();
    if (!listeners) {
      if (this.#missed(this.#publisher)) publisher.rebuild();
      return false;
    }
    this.#publisher.misses = 0;
    if (listeners.every((count) => count > 0) && (await this.#echoed())) {
      this.#inbox.misses = 0;
      return true;
    }
    this.#because('What this hub sends to itself does not arrive.');
    if (this.#missed(this.#inbox)) inbox.rebuild();
    return false;
  }

  async #publish(): Promise<number[] | undefined> {
    const { publisher, inbox, channels } = this.#parts;
    inbox.listen();
    const probes = [channels.mail, channels.echo].map((channel) => publisher.publish(channel, EMPTY));
    return Promise.all(probes).catch((error: Error) => this.#because(error.message));
  }

  #because(reason: string): undefined {
    this.#reason = reason;
  }

  #echoed(): Promise<boolean> {
    return new Promise((resolve) => {
      const cancel = this.#parts.clock.after(ANSWER_MS, () => resolve(false));
      void this.#parts.inbox.heard().then(() => {
        cancel();
        resolve(true);
      });
    });
  }

  /** Counts a missed probe. True if the connection should be replaced. */
  #missed(wire: { misses: number; since: number }): boolean {
    wire.misses += 1;
    if (wire.misses < MISSES || this.#parts.clock.now() - wire.since < PATIENCE_MS) return false;
    this.#touch(wire);
    return true;
  }

  #touch(wire: { misses: number; since: number }): void {
    wire.misses = 0;
    wire.since = this.#parts.clock.now();
  }
}
