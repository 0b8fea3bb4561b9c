/**
 * Monitors the connection between this hub and Redis. Every few seconds the hub sends probe messages to
 * itself and checks that Redis has kept its data. After a failure the hub sends probes more often, and
 * reports when everything works again.
 */
import type { Clock } from '@unicore/protocol';
import type { Logger } from 'pino';
import { ANSWER_MS } from './dial.ts';
import type { Channels, Inbox } from './inbox.ts';
import type { LossMarkers } from './loss-markers.ts';
import type { Publisher } from './publisher.ts';

/**
 * Interval of probes, ms. A broken pub/sub subscription causes no error, so the failure may stay unnoticed
 * for this long.
 */
const PROBE_MS = 5_000;
/** Interval of probes while Redis does not work, ms. */
const RETRY_MS = 250;
/** A connection to Redis is replaced after this many missed probes (test messages) in a row. */
const MISSES = 2;
/**
 * A new connection to Redis is not replaced during this time, ms, even if probes (test messages) are missed.
 */
const PATIENCE_MS = 3_000;
/** While the hub starts, it checks at this interval whether Redis works, ms. */
const STARTING_MS = 10;
const EMPTY = Buffer.alloc(0);

export interface WatchParts {
  readonly clock: Clock;
  readonly channels: Channels;
  readonly markers: LossMarkers;
  readonly publisher: Publisher;
  readonly inbox: Inbox;
  /** Called when Redis works again and data or messages may have been lost in the meantime. */
  interrupted(): void;
  readonly log: Pick<Logger, 'warn' | 'info'>;
}

export class Watch {
  readonly #parts: WatchParts;
  #known: ReadonlySet<string> | undefined;
  /** True if data or messages may have been lost since Redis last worked. */
  #suspect = false;
  /** True while Redis does not work. Probes are then sent more often. */
  #hurry = false;
  /** The reason why the last probe failed, and whether a failure has been logged. */
  #reason = '';
  #said = false;
  /**
   * How many times a connection to Redis was lost. If this number changes while a probe (test message) runs,
   * the success of that probe does not count.
   */
  #losses = 0;
  #started = false;
  #closed = false;
  #probing = false;
  #cancel = () => {};
  /**
   * For each of two connections to Redis: the number of probes (test messages) missed in a row, and the time
   * from which misses count. The publisher (the sending connection) misses a probe if Redis does not accept
   * the probe. The inbox (the receiving connection) misses a probe if the probe does not come back.
   */
  readonly #publisher = { misses: 0, since: 0 };
  readonly #inbox = { misses: 0, since: 0 };

  constructor(parts: WatchParts) {
    this.#parts = parts;
  }

  /** Starts to monitor Redis. Resolves when messages arrive, or after `withinMs` at the latest. */
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
    // Data that Redis lost before this hub started needs no repair: none of it came from this hub.
    this.#suspect = false;
    if (!well) this.#fail();
    this.#started = true;
    this.#next();
  }

  /**
   * Called when a connection to Redis was lost. The client reconnects by itself, and probes are sent more
   * often until Redis works.
   */
  lost(wire: 'commands' | 'inbox'): void {
    this.#losses += 1;
    this.#suspect = true;
    if (wire === 'inbox') this.#touch(this.#inbox);
    if (this.#hurry) return;
    this.#hurry = true;
    if (this.#started && !this.#probing) this.#next();
  }

  /**
   * Called when Redis did not answer a command in time. Probes are not sent more often: Redis may only be
   * busy, and the load would grow if all hubs published their data again.
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

  /** Resolves to true if Redis answers, and both messages and broadcasts arrive. */
  async #prove(): Promise<boolean> {
    const { markers, publisher, inbox } = this.#parts;
    const marks = await markers.marks().catch((error: Error) => this.#because(error.message));
    // If Redis does not answer commands, missed probes (test messages) do not prove that the sending or the
    // receiving connection is broken.
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

  /**
   * Counts a probe (test message) that was missed on a connection to Redis. Returns true if the connection
   * should be replaced.
   */
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
