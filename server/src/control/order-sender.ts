/**
 * Sends all orders of one kind (desired states of VMs, or of desktops) to an agent. Sends them again whenever
 * they have changed, and retries until the agent has accepted them.
 */
import { Backoff, type Clock } from '@unicore/protocol';
import type { Logger } from 'pino';

/** First and longest delay between attempts to send orders to an agent while its socket is open, ms. */
const RETRY_FIRST_MS = 500;
const RETRY_MOST_MS = 15_000;

export interface OrderSenderOptions<Order> {
  clock: Clock;
  log: Logger;
  /**
   * Returns the orders. strays: ids of what the agent has but should not have. The orders must say that these
   * end.
   */
  read(strays: Iterable<string>): Promise<Order[]>;
  send(orders: Order[]): Promise<void>;
}

export class OrderSender<Order> {
  readonly #options: OrderSenderOptions<Order>;
  readonly #backoff = new Backoff({ first: RETRY_FIRST_MS, most: RETRY_MOST_MS, random: Math.random });
  /** Ids of VMs or desktops that the agent reported but should not have. */
  readonly #strays = new Set<string>();
  #stopped = false;
  #due = false;
  #sending = false;
  /** The orders that the agent accepted last, as JSON. */
  #taken: string | undefined;
  #cancelRetry: () => void = () => {};

  constructor(options: OrderSenderOptions<Order>) {
    this.#options = options;
  }

  /** Returns whether the agent has accepted this order. Returns false while other orders are being sent. */
  has(order: Order): boolean {
    if (this.#due || this.#sending || this.#taken === undefined) return false;
    return this.#taken.includes(JSON.stringify(order));
  }

  /** Sends all orders. If orders are being sent already, sends the new ones afterwards. */
  changed(): void {
    this.#due = true;
    if (!this.#sending) void this.#send();
  }

  /** Notes the strays of a report. gone: ids that the agent reported as removed. */
  reported(gone: Iterable<string>, strays: readonly string[]): void {
    for (const id of gone) this.#strays.delete(id);
    for (const id of strays) this.#strays.add(id);
    if (strays.length > 0) this.changed();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelRetry();
  }

  async #send(): Promise<void> {
    const { clock, log, read, send } = this.#options;
    this.#sending = true;
    this.#cancelRetry();
    while (this.#due && !this.#stopped) {
      this.#due = false;
      try {
        const orders = await read(this.#strays);
        const text = JSON.stringify(orders);
        // The agent's own reports cause most changes, and such changes leave the orders to the agent as they
        // are. Orders that are the same as before are not sent again.
        if (text === this.#taken) continue;
        await send(orders);
        this.#taken = text;
        this.#backoff.reset();
      } catch (error) {
        if (this.#stopped) break;
        log.warn({ err: error }, 'orders were not accepted; trying again');
        this.#cancelRetry = clock.after(this.#backoff.next(), () => this.changed());
        break;
      }
    }
    this.#sending = false;
  }
}
