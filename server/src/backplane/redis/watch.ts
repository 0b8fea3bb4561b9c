/**
 * Whether this hub and Redis still hear one another. Every few seconds it sends itself mail, and looks whether Redis is
 * the one that it was; when something failed it tries often, and says when all is well again.
 */
import type { Clock } from '@unicore/protocol';
import type { Logger } from 'pino';
import { ANSWER_MS } from './dial.ts';
import type { Channels, Inbox } from './inbox.ts';
import type { LossMarkers } from './loss-markers.ts';
import type { Publisher } from './publisher.ts';

/** Pub/sub loses silently: this long may pass until that is noticed, ms. */
const PROBE_MS = 5_000;
/** While something is wrong, ms. */
const RETRY_MS = 250;
/** So many probes in a row without an echo, and the connection is made anew. */
const MISSES = 2;
/** A new connection has this long to come up before it counts as silent too, ms. */
const PATIENCE_MS = 3_000;
/** Between looks whether the connections are up at the start, ms. */
const STARTING_MS = 10;
const EMPTY = Buffer.alloc(0);

export interface WatchParts {
  readonly clock: Clock;
  readonly channels: Channels;
  readonly markers: LossMarkers;
  readonly publisher: Publisher;
  readonly inbox: Inbox;
  /** Something may have been lost, and all is well now. */
  interrupted(): void;
  readonly log: Pick<Logger, 'warn' | 'info'>;
}

export class Watch {
  readonly #parts: WatchParts;
  #known: ReadonlySet<string> | undefined;
  /** Something may have been lost since all was well. */
  #suspect = false;
  /** Something is wrong now, as far as is known. */
  #hurry = false;
  /** Why, and whether the log has it. */
  #reason = '';
  #said = false;
  /** Counts what went wrong, so that a probe that began before does not show that it is over. */
  #losses = 0;
  #started = false;
  #closed = false;
  #probing = false;
  #cancel = () => {};
  /** Probes in a row that the publisher did not take, and that did not come back; and since when each may be judged. */
  readonly #publisher = { misses: 0, since: 0 };
  readonly #inbox = { misses: 0, since: 0 };

  constructor(parts: WatchParts) {
    this.#parts = parts;
  }

  /** Resolves when mail arrives, or when that can't be waited for. */
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
    // Until here nothing was there that could have been lost.
    this.#suspect = false;
    if (!well) this.#fail();
    this.#started = true;
    this.#next();
  }

  /** A connection was lost; it comes back by itself, or is given up if it does not. */
  lost(wire: 'commands' | 'inbox'): void {
    this.#losses += 1;
    this.#suspect = true;
    if (wire === 'inbox') this.#touch(this.#inbox);
    if (this.#hurry) return;
    this.#hurry = true;
    if (this.#started && !this.#probing) this.#next();
  }

  /** Redis did not answer in time. No hurry: it may just have much to do, and hubs that say all again give it more. */
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
        this.#parts.log.info('Redis answers; what hubs share there is said again');
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

  /** Whether Redis answers, and mail and news arrive. */
  async #prove(): Promise<boolean> {
    const { markers, publisher, inbox } = this.#parts;
    const marks = await markers.marks().catch((error: Error) => this.#because(error.message));
    // Nothing can be said of the other connections.
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

  /** Counts a miss; whether it is time for a new connection. */
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
