/**
 * Keeps a connection to the holder of one desktop. A lost connection does not end the desktop, so it is opened
 * again. The owner of the link is told of each loss, and can then check whether the holder still runs.
 */
import type { Duplex } from 'node:stream';
import { isDeepStrictEqual } from 'node:util';
import { Backoff, type Clock, RECOVERY_PAUSE_MS, UniCoreError } from '@unicore/protocol';
import type { Logger } from 'pino';
import type { HolderStatus, Limits } from '../holder/index.ts';
import { connectHolder, type HolderConnection } from './connect.ts';

/** Pauses between attempts to connect, ms. A holder listens about 100 ms after its start. */
const RETRY = { first: 50, most: RECOVERY_PAUSE_MS, later: { after: 30_000, most: 5_000 } };
/** Time that a holder gets to exit after it has answered the call `end`, ms. */
const EXIT_MS = 2_000;

export interface HolderLinkOptions {
  /** Opens a byte stream to the holder. */
  connect(): Promise<Duplex>;
  clock: Clock;
  random: () => number;
  log: Logger;
  status(status: HolderStatus): void;
  /** Called when the connection is lost, and after each failed attempt to connect. */
  unreachable(): void;
}

export class HolderLink {
  readonly #options: HolderLinkOptions;
  readonly #backoff: Backoff;
  #limits: Limits;
  #current: HolderConnection | undefined;
  #state: 'new' | 'started' | 'closed' = 'new';
  #cancelRetry: (() => void) | undefined;

  constructor(limits: Limits, options: HolderLinkOptions) {
    this.#options = options;
    this.#limits = limits;
    this.#backoff = new Backoff({ ...RETRY, random: options.random });
  }

  /** Connects. Does nothing if the link was started before. */
  start(): void {
    if (this.#state !== 'new') return;
    this.#state = 'started';
    void this.#connect();
  }

  /** Returns the connection. Throws LEG_LOST while the holder is not connected; the caller can try again later. */
  get(): HolderConnection {
    if (this.#current?.leg.up) return this.#current;
    throw new UniCoreError('LEG_LOST', 'The desktop is starting, or is being connected again. Try again.');
  }

  /** Sets the limits of the desktop: now, and again after each connect. */
  limit(limits: Limits): void {
    const same = isDeepStrictEqual(limits, this.#limits);
    this.#limits = limits;
    if (!same && this.#current) void this.#sendLimits(this.#current);
  }

  /**
   * Tells the holder to end the desktop, and waits until the holder has exited. Returns its last status.
   * Returns undefined if the holder is not connected, or does not answer within `ms`.
   */
  async end(why: { code: string; reason: string }, ms: number): Promise<HolderStatus | undefined> {
    const holder = this.#current;
    if (!holder) return undefined;
    // The holder may exit before its answer has arrived. Then there is no status.
    const ended = holder.control.end(why).catch(() => undefined);
    const status = await this.#within(ms, ended);
    if (status) await this.#within(EXIT_MS, holder.closed);
    return status;
  }

  /** Closes the connection. The holder keeps running. */
  close(): void {
    this.#state = 'closed';
    this.#cancelRetry?.();
    this.#current?.leg.close('GOING_AWAY', 'the agent stops');
  }

  async #connect(): Promise<void> {
    const { connect, clock, log, status, unreachable } = this.#options;
    try {
      const holder = await connectHolder(await connect(), clock, (news) => {
        if (this.#state !== 'closed') status(news);
      });
      if (this.#closed) return holder.leg.close('GOING_AWAY', 'the agent stops');
      this.#current = holder;
      this.#backoff.reset();
      void this.#sendLimits(holder);
      await holder.closed;
      this.#current = undefined;
      log.debug('the connection to a holder is lost');
    } catch (error) {
      log.debug({ err: error }, 'a holder cannot be reached');
    }
    if (this.#closed) return;
    this.#cancelRetry = clock.after(this.#backoff.next(), () => void this.#connect());
    unreachable();
  }

  get #closed(): boolean {
    return this.#state === 'closed';
  }

  /**
   * Sends the limits to the holder. If that fails, closes the connection: the limits are sent again with the
   * next one.
   */
  async #sendLimits(holder: HolderConnection): Promise<void> {
    try {
      await holder.control.limit(this.#limits);
    } catch {
      holder.leg.close('TIMEOUT', 'the holder did not accept its limits');
    }
  }

  #within<T>(ms: number, work: Promise<T>): Promise<T | undefined> {
    const late = Promise.withResolvers<undefined>();
    const cancel = this.#options.clock.after(ms, () => late.resolve(undefined));
    return Promise.race([work, late.promise]).finally(cancel);
  }
}
