/** Keeps the tunnel process connected to the keeper process. Starts a keeper if none runs. */
import { Backoff, type Clock, RECOVERY_MS, RECOVERY_PAUSE_MS, UniCoreError } from '@unicore/protocol';
import type { Logger } from 'pino';
import type { KeeperConnection } from './connect.ts';

const RETRY = { first: 100, most: RECOVERY_PAUSE_MS, later: { after: RECOVERY_MS, most: 5_000 } };
/** Longest wait for a connection to the keeper, in ms. Starting a keeper takes less time. */
const WAIT_MS = 5_000;

export interface KeeperLinkOptions {
  connect(): Promise<KeeperConnection>;
  changed(connected: boolean): void;
  clock: Clock;
  random: () => number;
  log: Logger;
}

export class KeeperLink {
  readonly #options: KeeperLinkOptions;
  readonly #backoff: Backoff;
  #current: KeeperConnection | undefined;
  #waiting = new Set<(keeper: KeeperConnection) => void>();
  #closed = false;
  #cancelRetry: (() => void) | undefined;

  constructor(options: KeeperLinkOptions) {
    this.#options = options;
    this.#backoff = new Backoff({ ...RETRY, random: options.random });
  }

  start(): void {
    void this.#connect();
  }

  /**
   * Resolves when the keeper is connected. Rejects with LEG_LOST after WAIT_MS. Then the caller may try
   * again.
   */
  get(): Promise<KeeperConnection> {
    if (this.#current) return Promise.resolve(this.#current);
    return new Promise((resolve, reject) => {
      const found = (keeper: KeeperConnection) => {
        cancel();
        resolve(keeper);
      };
      const cancel = this.#options.clock.after(WAIT_MS, () => {
        this.#waiting.delete(found);
        reject(new UniCoreError('LEG_LOST', 'The keeper of the terminals does not answer. Try again.'));
      });
      this.#waiting.add(found);
    });
  }

  /** Closes the connection. The keeper keeps running, since it owns the shells. */
  close(): void {
    this.#closed = true;
    this.#cancelRetry?.();
    this.#current?.leg.close('GOING_AWAY', 'the tunnel stops');
  }

  async #connect(): Promise<void> {
    const { connect, changed, log } = this.#options;
    try {
      const keeper = await connect();
      if (this.#closed) return keeper.leg.close('GOING_AWAY', 'the tunnel stops');
      this.#current = keeper;
      this.#backoff.reset();
      changed(true);
      for (const found of this.#waiting) found(keeper);
      this.#waiting.clear();
      await keeper.closed;
      this.#current = undefined;
      changed(false);
      if (!this.#closed) log.warn('the keeper is gone');
    } catch (error) {
      log.warn({ err: error }, 'the keeper cannot be reached');
    }
    if (!this.#closed)
      this.#cancelRetry = this.#options.clock.after(this.#backoff.next(), () => void this.#connect());
  }
}
